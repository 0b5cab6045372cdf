import { BacktestInput } from '#lib/api/rules.ts';
import { backtestRule } from '#lib/service/backtest-rule.ts';
import { endpoint } from '../../../endpoint.ts';

export const POST = endpoint('viewer', { body: BacktestInput }, async ({ body }, { context }) =>
  backtestRule(context, body),
);
