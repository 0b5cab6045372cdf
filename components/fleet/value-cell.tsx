import { memo } from 'react';
import { sameValue } from '#components/fleet/subject-row.ts';
import { Shape } from '#components/status/shape.tsx';
import type { CurrentValue } from '#lib/api/series.ts';
import { type Level, levelOf } from '#lib/client/band-level.ts';
import { coarseText } from '#lib/client/coarse-text.ts';
import { findSignal } from '#lib/metrics/signals.ts';

type ValueCellProps = { item: CurrentValue | undefined; signal: string };

/** A value with a shape when the catalog's bands mind it; unknown is a dash that says why. */
export const ValueCell = memo(
  function ValueCell({ item, signal }: ValueCellProps) {
    const unit = item?.unit ?? findSignal(signal)?.unit ?? 'count';
    if (item === undefined || item.value === null) {
      const reason = item?.reason === undefined || item.reason === '' ? 'no data' : item.reason;
      return (
        <span className="text-muted" title={reason}>
          –<span className="sr-only"> {reason}</span>
        </span>
      );
    }
    return (
      <span className="inline-flex items-center gap-1">
        <LevelMark level={levelOf(signal, item.value)} />
        {coarseText(item.value, item.coarseBelow, unit)}
      </span>
    );
  },
  (a, b) => a.signal === b.signal && sameValue(a.item, b.item),
);

/** The shape beside a number that the bands mind, with its word for those who do not see it. */
export function LevelMark({ level }: { level: Level }) {
  if (level !== 'warning' && level !== 'danger') return null;
  return (
    <span className="mr-1 inline-flex" title={level}>
      <Shape name={level === 'danger' ? 'danger' : 'pending'} size={10} />
      <span className="sr-only">{level} </span>
    </span>
  );
}
