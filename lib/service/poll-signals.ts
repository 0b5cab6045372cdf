import { loadUpBuckets } from '#lib/db/fleet.ts';
import type { FleetState, FleetSubject } from '#lib/db/fleet-state.ts';
import { type MeasuredRow, measureSpan } from '#lib/db/measure-span.ts';
import { loadSlaMinutes } from '#lib/db/sla-minutes.ts';
import { isFrozen } from '#lib/detect/health.ts';
import type { Signal } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { TimeRange } from '#lib/metrics/time-range.ts';
import { combineFleet, exactly, type Measured } from '#lib/series/measure.ts';
import type { ServiceContext } from '#lib/service/context.ts';

const SLA_ROW_MS = 600_000;

type Request = {
  readonly subjects: readonly FleetSubject[];
  readonly signals: readonly Signal[];
  readonly group: 'subject' | 'fleet';
  readonly stepMs: number;
};

/** Signals that follow from the polls themselves (up, availability, frozen) over time. */
export async function measurePolls(
  context: ServiceContext,
  fleet: FleetState,
  request: Request,
  range: TimeRange,
): Promise<readonly MeasuredRow[]> {
  const signals = request.signals.filter(
    (signal) => signal.compute.type === 'target-up' || signal.compute.type === 'target-frozen',
  );
  const sla = await measureSlaMinutes(context, request, range);
  if (signals.length === 0) return sla;
  const targetIds = [...new Set(request.subjects.map((subject) => subject.targetId))];
  const fromMs = Math.floor(range.fromMs / request.stepMs) * request.stepMs;
  const buckets = await loadUpBuckets(context.pool, targetIds, { fromMs, toMs: range.toMs, stepMs: request.stepMs });
  const busy = await busyBuckets(context, fleet, request, { fromMs, toMs: range.toMs }, signals);
  const rows = signals.flatMap((signal) =>
    request.subjects
      .filter((subject) => subject.kind === signal.kind)
      .flatMap((subject) =>
        buckets
          .filter((bucket) => bucket.targetId === subject.targetId)
          .map((bucket): MeasuredRow => {
            const frozen = isFrozen(bucket.sameValues, busy.has(`${subject.id} ${bucket.bucketMs}`));
            const value = signal.compute.type === 'target-frozen' ? exactly(Number(frozen)) : exactly(bucket.share);
            return { signal, subjectId: subject.id, bucketMs: bucket.bucketMs, value };
          }),
      ),
  );
  return [...sla, ...(request.group === 'subject' ? rows : joinFleet(rows))];
}

/** Share of the minutes of each bucket that kept what is promised. */
async function measureSlaMinutes(context: ServiceContext, request: Request, range: TimeRange): Promise<MeasuredRow[]> {
  const signals = request.signals.filter(({ compute }) => compute.type === 'sla' && compute.form === 'compliance');
  if (signals.length === 0) return [];
  const ids = request.subjects.filter(({ kind }) => kind === 'engine').map(({ id }) => id);
  const buckets = await loadSlaMinutes(context.pool, ids, range, request.stepMs);
  const isFleet = request.group === 'fleet';
  const groups = Map.groupBy(buckets, (bucket) => `${isFleet ? null : bucket.subjectId} ${bucket.bucketMs}`);
  return [...groups.values()].flatMap((group) => {
    const met = group.reduce((sum, bucket) => sum + bucket.met, 0);
    const known = met + group.reduce((sum, bucket) => sum + bucket.missed, 0);
    const subjectId = isFleet ? null : (group[0]?.subjectId ?? null);
    const value = exactly(known === 0 ? null : met / known);
    // Rows are of ten minutes: shorter buckets show those that they lie in.
    const rowMs = group[0]?.bucketMs ?? 0;
    const times = Array.from(
      { length: Math.max(1, SLA_ROW_MS / request.stepMs) },
      (_, i) => rowMs + i * request.stepMs,
    );
    return times.flatMap((bucketMs) => signals.map((signal) => ({ signal, subjectId, bucketMs, value })));
  });
}

async function busyBuckets(
  context: ServiceContext,
  fleet: FleetState,
  request: Request,
  range: TimeRange,
  signals: readonly Signal[],
): Promise<ReadonlySet<string>> {
  if (!signals.some((signal) => signal.compute.type === 'target-frozen')) return new Set();
  const working = ['running_requests', 'gpu_utilization'].map(findSignal).filter((signal) => signal !== undefined);
  const rows = await measureSpan(context, fleet, {
    subjects: request.subjects,
    signals: working,
    span: { ...range, stepMs: request.stepMs },
    group: 'subject',
  });
  return new Set(rows.filter((row) => (row.value.max ?? 0) > 0).map((row) => `${row.subjectId} ${row.bucketMs}`));
}

function joinFleet(rows: readonly MeasuredRow[]): MeasuredRow[] {
  const groups = Map.groupBy(rows, (row) => `${row.signal.id} ${row.bucketMs}`);
  return [...groups.values()].flatMap((group) => {
    const head = group[0];
    if (head === undefined) return [];
    const value: Measured = combineFleet(
      'mean',
      group.map((row) => row.value),
    );
    return [{ ...head, subjectId: null, value }];
  });
}
