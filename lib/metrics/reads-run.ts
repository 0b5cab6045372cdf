import type { RunFigure } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';

/** Whether one of these signals is a number of an engine's newest run; with `figures`, one of those. */
export function readsRun(signals: readonly string[], figures?: readonly RunFigure[]): boolean {
  return signals.some((id) => {
    const compute = findSignal(id)?.compute;
    return compute?.type === 'run-figure' && (figures === undefined || figures.includes(compute.figure));
  });
}
