'use client';

import { Shape } from '#components/status/shape.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import type { RuleCheck } from '#lib/api/rules.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import { formatValue, isWords } from '#lib/metrics/unit.ts';

const MAX_ROWS = 12;

/** How the condition was understood, and what it says right now of each subject. */
export function CheckResult({ check }: { check: RuleCheck }) {
  if (!check.ok) return <p className="text-muted">Once it can be read, this shows what it gives right now.</p>;
  const rank = (holds: boolean | null) => (holds === true ? 0 : holds === null ? 1 : 2);
  const rows = check.now.toSorted((a, b) => rank(a.holds) - rank(b.holds));
  const holding = rows.filter(({ holds }) => holds === true).length;
  const unknown = rows.filter(({ holds }) => holds === null).length;
  return (
    <div className="space-y-3">
      <p role="status">
        Holds right now on <strong>{holding}</strong> of {rows.length}
        {unknown > 0 && `, unknown on ${unknown}`}.
      </p>
      <ul className="divide-y divide-line rounded-md border border-line empty:hidden">
        {rows.slice(0, MAX_ROWS).map((row) => (
          <li key={row.subject ?? row.name} className="flex flex-wrap items-baseline gap-x-3 px-2 py-1">
            <span className="inline-flex w-24 shrink-0 items-center gap-1.5">
              <Shape name={row.holds === true ? 'warning' : row.holds === null ? 'unknown' : 'ok'} size={10} />
              {row.holds === true ? 'holds' : row.holds === null ? 'unknown' : 'does not'}
            </span>
            <span className="min-w-0 flex-1 basis-32 [overflow-wrap:anywhere]">{row.name}</span>
            <span className="whitespace-nowrap">
              {formatValue(row.value, row.unit)}
              {row.limit !== null && !isWords(row.unit) && (
                <span className="text-muted"> limit {formatValue(row.limit, row.unit)}</span>
              )}
            </span>
            {row.unknown.length > 0 && (
              <span className="w-full pl-24 text-xs text-muted">
                missing: {row.unknown.map((id) => findSignal(id)?.title ?? id).join(', ')}
              </span>
            )}
          </li>
        ))}
      </ul>
      {rows.length > MAX_ROWS && <p className="text-xs text-muted">and {rows.length - MAX_ROWS} more</p>}
      <dl className="space-y-2">
        {check.canonical !== null && <Code term="Read as" text={check.canonical} />}
        {check.promql !== null ? (
          <Code term="PromQL" text={check.promql} />
        ) : (
          <div>
            <dt className="text-xs text-muted">PromQL</dt>
            <dd>It has none: something in it exists only here.</dd>
          </div>
        )}
      </dl>
    </div>
  );
}

function Code({ term, text }: { term: string; text: string }) {
  return (
    <div>
      <dt className="flex items-center justify-between text-xs text-muted">
        {term}
        <CopyButton text={text} label={`Copy ${term}`} />
      </dt>
      <dd>
        <code className="block max-h-40 overflow-y-auto rounded-md bg-sunken px-2 py-1 text-xs [overflow-wrap:anywhere]">
          {text}
        </code>
      </dd>
    </div>
  );
}
