'use client';

import { useQuery } from '@tanstack/react-query';
import type { Scope } from '#components/panel/scope.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { toProblem } from '#lib/client/problem.ts';
import { currentQuery } from '#lib/client/queries.ts';
import { findSignal } from '#lib/metrics/signals.ts';

/** Space for the legend below the plot, so that nothing jumps when data arrive. */
const LEGEND_PX = 64;

export function PanelLoading({ height }: { height: number }) {
  return (
    <div className="relative px-3 pb-3" style={{ height: height + LEGEND_PX }} aria-busy="true">
      <Skeleton className="h-full" />
      <p className="appear-very-late absolute inset-0 grid place-items-center text-muted">
        Still loading: the database takes long for this range.
      </p>
    </div>
  );
}

export function PanelError({ error, onRetry, keepsData }: { error: unknown; onRetry: () => void; keepsData: boolean }) {
  const problem = toProblem(error);
  return (
    <Notice
      tone="warning"
      className="mx-3 mb-2"
      action={
        <Button className="h-7" onClick={onRetry}>
          Retry
        </Button>
      }
    >
      <strong className="font-medium">{problem.title}.</strong> {problem.detail}
      {keepsData && ' What is shown is the last good answer.'}
    </Notice>
  );
}

/** A range without a single value: say why, from what `/current` knows. */
export function PanelEmpty({ signals, scope, height }: { signals: readonly string[]; scope: Scope; height: number }) {
  const wanted = scope.group === 'fleet' ? { signals, kind: scope.kind } : { signals, subjects: scope.ids };
  const { data } = useQuery(currentQuery(wanted, 30_000));
  const reasons = new Map<string, string>();
  for (const item of data?.items ?? []) {
    if (item.value !== null || item.reason === '') continue;
    const title = findSignal(item.signal)?.title ?? item.signal;
    reasons.set(
      `${item.subject} ${item.signal}`,
      `${scope.names.get(item.subject) ?? item.name}, ${title}: ${item.reason}`,
    );
  }
  const listed = [...reasons.entries()].slice(0, 4);
  return (
    <div className="hatched grid place-items-center px-4 text-center" style={{ minHeight: height + LEGEND_PX }}>
      <div className="max-w-md rounded-md bg-surface px-3 py-2">
        <p className="font-medium">No data in this range</p>
        {listed.map(([key, reason]) => (
          <p key={key} className="text-muted">
            {reason}
          </p>
        ))}
        {reasons.size > listed.length && <p className="text-muted">and {reasons.size - listed.length} more</p>}
      </div>
    </div>
  );
}
