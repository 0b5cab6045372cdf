import type { Operation } from '#lib/api/openapi.ts';
import {
  Backtest,
  BacktestInput,
  RuleCheck,
  RuleCheckInput,
  RuleExportQuery,
  RuleImport,
  RuleImportInput,
  RuleInput,
  RuleList,
  RulePatch,
  RuleView,
} from '#lib/api/rules.ts';

export const RULE_OPERATIONS: readonly Operation[] = [
  { path: '/rules', method: 'get', summary: 'Every rule, and what it says now', answer: RuleList },
  { path: '/rules', method: 'post', summary: 'Add a rule', body: RuleInput, answer: RuleView, status: 201 },
  { path: '/rules/{id}', method: 'get', summary: 'One rule', answer: RuleView },
  {
    path: '/rules/{id}',
    method: 'patch',
    summary: 'Change a rule, or put a pack’s rule back; 409 for rules of the configuration file',
    body: RulePatch,
    answer: RuleView,
  },
  { path: '/rules/{id}', method: 'delete', summary: 'Remove a person’s rule', status: 204 },
  {
    path: '/rules/check',
    method: 'post',
    summary: 'Where an expression is wrong, or how it reads and what it gives now',
    body: RuleCheckInput,
    answer: RuleCheck,
  },
  {
    path: '/rules/backtest',
    method: 'post',
    summary: 'What a rule would have done over stored history; nothing is stored',
    body: BacktestInput,
    answer: Backtest,
  },
  { path: '/rules/export', method: 'get', summary: 'Every rule as YAML', query: RuleExportQuery },
  {
    path: '/rules/import',
    method: 'post',
    summary: 'Prometheus alerting rules, as far as they have a counterpart',
    body: RuleImportInput,
    answer: RuleImport,
  },
];
