'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { BacktestResult } from '#components/rule/backtest-result.tsx';
import { type RuleForm, readRuleForm } from '#components/rule/rule-form-state.ts';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Chip } from '#components/ui/chips.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { toProblem } from '#lib/client/problem.ts';
import { backtestRule } from '#lib/client/rule-queries.ts';

const SPANS = [
  { from: 'now-6h', label: '6 h' },
  { from: 'now-24h', label: '24 h' },
  { from: 'now-7d', label: '7 d' },
  { from: 'now-30d', label: '30 d' },
] as const;

/** What the rule as it is typed would have done: the live evaluator over stored history. */
export function BacktestPanel({ form, isReadable }: { form: RuleForm; isReadable: boolean }) {
  const [from, setFrom] = useState<string>('now-7d');
  const test = useMutation(backtestRule());
  const [tested, setTested] = useState('');
  const result = readRuleForm({ ...form, id: form.id === '' ? 'draft' : form.id });
  const key = JSON.stringify([form.expr, form.forText, form.keepText, form.hysteresis, form.absence, form.scope, from]);
  const run = () => {
    if (!result.ok) return;
    setTested(key);
    test.mutate({ rule: result.body, from, to: 'now' });
  };
  return (
    <Card
      title="Backtest"
      actions={
        <span className="flex flex-wrap gap-1">
          {SPANS.map((span) => (
            <Chip key={span.from} pressed={from === span.from} onClick={() => setFrom(span.from)}>
              {span.label}
            </Chip>
          ))}
          <Button className="h-7" onClick={run} disabled={!isReadable || !result.ok || test.isPending}>
            {test.isPending ? 'Running…' : 'Run'}
          </Button>
        </span>
      }
    >
      <div className="px-3 pb-3" aria-busy={test.isPending}>
        {test.error !== null && <Notice tone="warning">{toProblem(test.error).detail}</Notice>}
        {test.data === undefined && test.error === null && (
          <p className="text-muted">
            {test.isPending
              ? 'Evaluating stored history…'
              : 'Runs this condition over what was stored, before anybody is paged by it.'}
          </p>
        )}
        {test.data !== undefined && (
          <div className={tested === key ? undefined : 'opacity-60'}>
            {tested !== key && <p className="mb-1 text-xs">Of the rule before your last change. Run it again.</p>}
            <BacktestResult result={test.data} />
          </div>
        )}
      </div>
    </Card>
  );
}
