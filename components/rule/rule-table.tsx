'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { SEVERITY_SHAPES } from '#components/status/alert-status.tsx';
import { Shape } from '#components/status/shape.tsx';
import { ShapeWord } from '#components/status/shape-word.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Switch } from '#components/ui/switch.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { RuleView } from '#lib/api/rules.ts';
import { SEVERITY_WORDS } from '#lib/client/alert-words.ts';
import { toProblem } from '#lib/client/problem.ts';
import { changeRule } from '#lib/client/rule-queries.ts';

const COLUMNS: readonly Column<RuleView>[] = [
  { id: 'on', title: 'On', cell: (rule) => <EnabledSwitch rule={rule} /> },
  {
    id: 'severity',
    title: 'Severity',
    cell: (rule) => <ShapeWord shape={SEVERITY_SHAPES[rule.severity]}>{SEVERITY_WORDS[rule.severity]}</ShapeWord>,
  },
  {
    id: 'title',
    title: 'Rule',
    heading: true,
    cell: (rule) => (
      <span className="inline-flex flex-wrap items-center gap-x-2">
        <Link
          href={`/rules/${encodeURIComponent(rule.id)}`}
          title={rule.id}
          className="inline-flex min-h-6 items-center font-medium hover:underline"
        >
          {rule.title}
        </Link>
        {rule.changed && <Badge tone="accent">changed{rule.changedBy === null ? '' : ` by ${rule.changedBy}`}</Badge>}
        {rule.error !== null && (
          <span className="inline-flex items-center gap-1 [overflow-wrap:anywhere]">
            <Shape name="warning" size={10} />
            cannot be evaluated: {rule.error}
          </span>
        )}
      </span>
    ),
  },
  {
    id: 'expr',
    title: 'Condition',
    from: 'xl',
    cell: (rule) => (
      <code className="block max-w-xl truncate text-xs text-muted max-sm:whitespace-normal" title={rule.expr}>
        {rule.expr}
      </code>
    ),
  },
  { id: 'now', title: 'Now', cell: (rule) => <RuleNow rule={rule} /> },
];

export function RuleTable({ rules, caption }: { rules: readonly RuleView[]; caption: string }) {
  return (
    <Table
      caption={caption}
      columns={COLUMNS}
      rows={rules}
      rowKey={({ id }) => id}
      rowClass={({ enabled }) => (enabled ? undefined : 'text-muted')}
    />
  );
}

/** "2 firing, 1 pending, 3 unknown of 8", each a way to those alerts. */
export function RuleNow({ rule }: { rule: RuleView }) {
  const { firing, pending, unknown, subjects } = rule.now;
  const href = (state: string) => `/alerts?rule=${encodeURIComponent(rule.id)}&state=${state}`;
  if (!rule.enabled) return <span className="text-muted">off</span>;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2.5 whitespace-nowrap">
      {firing > 0 && (
        <Link href={href('firing,recovering')} className="inline-flex min-h-6 items-center gap-1 underline">
          <Shape name={SEVERITY_SHAPES[rule.severity]} size={10} />
          {firing} firing
        </Link>
      )}
      {pending > 0 && (
        <Link href={href('pending')} className="inline-flex min-h-6 items-center gap-1 underline">
          <Shape name="pending" size={10} />
          {pending} pending
        </Link>
      )}
      {unknown > 0 && (
        <span
          className="inline-flex items-center gap-1"
          title="Numbers that it reads are missing or still being learned"
        >
          <Shape name="unknown" size={10} />
          {unknown} unknown
        </span>
      )}
      {firing === 0 && pending === 0 && unknown < subjects && (
        <span className="inline-flex items-center gap-1 text-muted">
          <Shape name="ok" size={10} />
          {unknown === 0 ? `quiet on ${subjects}` : `quiet on ${subjects - unknown}`}
        </span>
      )}
      {subjects === 0 && <span className="text-muted">nothing to judge</span>}
    </span>
  );
}

function EnabledSwitch({ rule }: { rule: RuleView }) {
  const client = useQueryClient();
  const toast = useToast();
  const change = useMutation(changeRule(client));
  return (
    <Switch
      label={`${rule.title} is on`}
      checked={change.isPending ? !rule.enabled : rule.enabled}
      disabled={change.isPending || rule.origin === 'file'}
      onChange={(enabled) =>
        change.mutate(
          { id: rule.id, change: { enabled, version: rule.version } },
          {
            onSuccess: () => toast(`${rule.title} is ${enabled ? 'on' : 'off; its open alerts end'}`),
            onError: (error) => toast(toProblem(error).detail),
          },
        )
      }
    />
  );
}
