'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Scope } from '#components/panel/scope.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { CurrentValue } from '#lib/api/series.ts';
import { toProblem } from '#lib/client/problem.ts';
import { currentQuery } from '#lib/client/queries.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';
import { findSignal } from '#lib/metrics/signals.ts';

/** Space for the legend below the plot, so that nothing jumps when data arrive. */
const LEGEND_PX = 64;

/** `isAsked`: a panel out of view asks for nothing yet, and nothing takes long then. */
export function PanelLoading({ height, isAsked = true }: { height: number; isAsked?: boolean }) {
  return (
    <div className="relative px-3 pb-3" style={{ height: height + LEGEND_PX }} aria-busy={isAsked}>
      <Skeleton className="h-full" />
      {isAsked && (
        <p className="appear-very-late absolute inset-0 grid place-items-center text-muted">
          Still loading: the database takes long for this range.
        </p>
      )}
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

type Reason = { readonly key: string; readonly text: string };

/**
 * Why lines (`signal.subject`; null means all) have no value, from what `/current` knows:
 * "mistral, Prefix cache hits: not exposed by …"; for a line of the fleet "Baseline: still learning (97 engines)".
 */
function useMissingReasons(
  signals: readonly string[],
  scope: Scope,
  lines: readonly string[] | null,
): readonly Reason[] {
  const wanted = scope.group === 'fleet' ? { signals, kind: scope.kind } : { signals, subjects: scope.ids };
  const asked = lines === null || lines.length > 0;
  const { data } = useQuery({ ...currentQuery(wanted, 30_000), enabled: asked });
  const lineText = lines?.join(' ');
  return useMemo(() => {
    if (!asked) return [];
    const named = lineText?.split(' ');
    const items = (data?.items ?? []).filter(
      ({ signal, subject, value, reason }) =>
        value === null &&
        reason !== '' &&
        (named === undefined || named.includes(`${signal}.${scope.group === 'fleet' ? 'fleet' : subject}`)),
    );
    return scope.group === 'fleet' ? fleetReasons(items, scope.kind) : items.map((item) => ownReason(item, scope));
  }, [asked, data, lineText, scope]);
}

const titleOf = (signal: string): string => findSignal(signal)?.title ?? signal;

const ownReason = ({ signal, subject, name, reason }: CurrentValue, scope: Scope): Reason => ({
  key: `${signal}.${subject}`,
  text: `${scope.names.get(subject) ?? name}, ${titleOf(signal)}: ${reason}`,
});

/** Equal reasons once, with how many they hold for. */
function fleetReasons(items: readonly CurrentValue[], kind: SubjectKind): readonly Reason[] {
  const counts = new Map<string, number>();
  for (const { signal, reason } of items) {
    const text = `${titleOf(signal)}: ${reason}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const noun = (count: number) => `${count} ${kind === 'engine' ? 'engine' : 'GPU'}${count === 1 ? '' : 's'}`;
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([text, count]) => ({ key: text, text: `${text} (${noun(count)})` }));
}

const MAX_REASONS = 4;

function Reasons({ reasons }: { reasons: readonly Reason[] }) {
  return (
    <>
      {reasons.slice(0, MAX_REASONS).map(({ key, text }) => (
        <p key={key} className="break-words text-muted">
          {text}
        </p>
      ))}
      {reasons.length > MAX_REASONS && <p className="text-muted">and {reasons.length - MAX_REASONS} more</p>}
    </>
  );
}

/** A range without a single value: say why. */
export function PanelEmpty({ signals, scope, height }: { signals: readonly string[]; scope: Scope; height: number }) {
  const reasons = useMissingReasons(signals, scope, null);
  return (
    <div className="hatched grid place-items-center px-4 text-center" style={{ minHeight: height + LEGEND_PX }}>
      <div className="max-w-md rounded-md bg-surface px-3 py-2">
        <p className="font-medium">No data in this range</p>
        <Reasons reasons={reasons} />
      </div>
    </div>
  );
}

/** Some lines of a panel have no value in the range: say which and why, below the others. `lines`: `signal.subject`. */
export function PanelMissing({
  signals,
  scope,
  lines,
}: {
  signals: readonly string[];
  scope: Scope;
  lines: readonly string[];
}) {
  const reasons = useMissingReasons(signals, scope, lines);
  if (reasons.length === 0) return null;
  return (
    <div className="px-3 pb-2 text-xs">
      <Reasons reasons={reasons} />
    </div>
  );
}
