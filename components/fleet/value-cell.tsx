import { Shape } from '#components/status/shape.tsx';
import { levelOf } from '#lib/client/band-level.ts';
import type { CurrentIndex } from '#lib/client/current-index.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** A value with a shape when the catalog's bands mind it; unknown is a dash that says why. */
export function ValueCell({ current, subject, signal }: { current: CurrentIndex; subject: number; signal: string }) {
  const item = current.get(subject, signal);
  const unit = item?.unit ?? findSignal(signal)?.unit ?? 'count';
  if (item === undefined || item.value === null) {
    const reason = item?.reason === undefined || item.reason === '' ? 'no data' : item.reason;
    return (
      <span className="text-muted" title={reason}>
        –<span className="sr-only"> {reason}</span>
      </span>
    );
  }
  const level = levelOf(signal, item.value);
  return (
    <span className="inline-flex items-center gap-1">
      {level === 'warning' && <Shape name="pending" size={10} />}
      {level === 'danger' && <Shape name="danger" size={10} />}
      {formatValue(item.value, unit)}
      {level === 'warning' && <span className="sr-only">warning</span>}
      {level === 'danger' && <span className="sr-only">danger</span>}
    </span>
  );
}
