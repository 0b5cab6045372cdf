import { loadUpShares } from '#lib/db/fleet.ts';
import type { FleetState, FleetSubject } from '#lib/db/fleet-state.ts';
import { countedWindow, countSlo } from '#lib/db/measure-slo.ts';
import { type MeasureContext, measureSpan } from '#lib/db/measure-span.ts';
import { isSampleCompute } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import { pickRead } from '#lib/rules/read-track.ts';
import { readKey, type SignalRead } from '#lib/rules/reads.ts';
import { measureSlo } from '#lib/series/measure-slo.ts';

/** Values by subject id and `readKey`; what is missing is unknown. */
export type ReadValues = ReadonlyMap<number, SubjectReadings>;
export type SubjectReadings = {
  readonly values: ReadonlyMap<string, number | null>;
  /** Quantiles that fell into the lowest bucket, with its bound. */
  readonly coarseBelow: ReadonlyMap<string, number>;
};

/**
 * Measures what rules read, for all subjects at once: one query per table and window (gauges newest or mean), each over
 * (nowMs − window, nowMs]. Signals of the polls themselves are not measured here.
 */
export async function measureReads(
  context: MeasureContext,
  fleet: FleetState,
  subjects: readonly FleetSubject[],
  reads: readonly SignalRead[],
  nowMs: number,
): Promise<ReadValues> {
  const found = new Map<number, { values: Map<string, number | null>; coarseBelow: Map<string, number> }>();
  const groups = Map.groupBy(reads.filter(isStored), (read) => `${read.windowMs} ${gaugesOf(read)}`);
  for (const group of groups.values()) {
    const [head] = group;
    if (head === undefined) continue;
    const signals = [...new Set(group.map((read) => read.signal))]
      .map(findSignal)
      .filter((signal) => signal !== undefined);
    const span = {
      fromMs: nowMs + 1 - head.windowMs,
      toMs: nowMs + 1,
      stepMs: null,
      gauges: gaugesOf(head),
    } as const;
    for (const row of await measureSpan(context, fleet, { subjects, signals, span, group: 'subject' })) {
      if (row.subjectId === null) continue;
      const ofSubject = found.get(row.subjectId) ?? { values: new Map(), coarseBelow: new Map() };
      found.set(row.subjectId, ofSubject);
      for (const read of group.filter((each) => each.signal === row.signal.id)) {
        ofSubject.values.set(readKey(read), pickRead(read, row.value));
        if (row.value.coarseBelow !== undefined) ofSubject.coarseBelow.set(readKey(read), row.value.coarseBelow);
      }
    }
  }
  for (const read of reads) {
    const compute = findSignal(read.signal)?.compute;
    if (compute?.type !== 'slo') continue;
    for (const [id, counts] of await countSlo(context, subjects, countedWindow(compute.form, read.windowMs), nowMs)) {
      const ofSubject = found.get(id) ?? { values: new Map(), coarseBelow: new Map() };
      found.set(id, ofSubject);
      ofSubject.values.set(readKey(read), pickRead(read, measureSlo(compute.form, [counts])));
    }
  }
  return found;
}

/** Share of polls that succeeded in 24 hours, by target; asked for only where a rule reads it. */
export async function measureAvailability(
  context: MeasureContext,
  reads: readonly SignalRead[],
  nowMs: number,
): Promise<ReadonlyMap<number, number>> {
  const asked = reads.some((read) => {
    const compute = findSignal(read.signal)?.compute;
    return compute?.type === 'target-up' && compute.form === 'share';
  });
  return asked ? loadUpShares(context.pool, nowMs - 86_400_000) : new Map();
}

function isStored(read: SignalRead): boolean {
  const signal = findSignal(read.signal);
  return signal !== undefined && isSampleCompute(signal.compute);
}

function gaugesOf(read: SignalRead): 'newest' | 'mean' {
  return read.aggregate === 'avg' ? 'mean' : 'newest';
}
