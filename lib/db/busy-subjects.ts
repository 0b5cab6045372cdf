import type { FleetState, FleetSubject } from '#lib/db/fleet-state.ts';
import { type MeasureContext, measureSpan } from '#lib/db/measure-span.ts';
import { isFrozen } from '#lib/detect/health.ts';
import { findSignal } from '#lib/metrics/signals.ts';

export const BUSY_SIGNALS = ['running_requests', 'tokens_per_second', 'gpu_utilization'];

/** Subjects that work: an engine with running requests, a GPU that is busy or whose engine generates tokens. */
export async function busySubjects(
  context: MeasureContext,
  fleet: FleetState,
  subjects: readonly FleetSubject[],
): Promise<ReadonlySet<number>> {
  const suspects = subjects.filter((subject) => isFrozen(subject.target.sameBody ?? 0, true));
  if (suspects.length === 0) return new Set();
  const linked = fleet.links.filter((link) => suspects.some((subject) => subject.id === link.gpuId));
  const engines = fleet.subjects.filter((subject) => linked.some((link) => link.engineId === subject.id));
  const signals = BUSY_SIGNALS.map(findSignal).filter((signal) => signal !== undefined);
  const rows = await measureSpan(context, fleet, {
    subjects: [...suspects, ...engines],
    signals,
    span: { fromMs: fleet.nowMs - 60_000, toMs: fleet.nowMs + 1, stepMs: null },
    group: 'subject',
  });
  const working = new Set(rows.filter((row) => (row.value.mean ?? 0) > 0).map((row) => row.subjectId));
  return new Set(
    suspects
      .filter(
        (subject) =>
          working.has(subject.id) || linked.some((link) => link.gpuId === subject.id && working.has(link.engineId)),
      )
      .map((subject) => subject.id),
  );
}
