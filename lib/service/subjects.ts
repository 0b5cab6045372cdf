import type { Subject, SubjectList } from '#lib/api/subjects.ts';
import { busySubjects } from '#lib/db/busy-subjects.ts';
import { baselineOf, type FleetState, type FleetSubject, loadFleet, subjectHealth } from '#lib/db/fleet-state.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { currentOf } from '#lib/service/current.ts';
import { AppError } from '#lib/service/errors.ts';

/** The values that lists and headers show. */
const LATEST = [
  'kv_cache_utilization',
  'queue_depth',
  'running_requests',
  'requests_per_second',
  'arrival_rate',
  'tokens_per_second',
  'ttft_p95',
  'cache_hit_rate',
  'cache_eviction_rate',
  'vram_used',
  'vram_total',
  'vram_utilization',
  'vram_reserved',
  'gpu_utilization',
  'gpu_temperature',
  'gpu_power',
  'gpu_power_limit',
  'gpu_xid',
  'gpu_throttled',
  'gpu_ecc_uncorrected',
];

/** `GET /subjects`: engines and GPUs with health, links and latest values. */
export async function listSubjectViews(
  context: ServiceContext,
  filter: { readonly kind?: 'engine' | 'gpu' | undefined },
): Promise<SubjectList> {
  const fleet = await loadFleet(context);
  const subjects = fleet.subjects.filter((subject) => filter.kind === undefined || subject.kind === filter.kind);
  return { atMs: fleet.nowMs, items: await toViews(context, fleet, subjects), nextCursor: null };
}

/** `GET /subjects/{id}` */
export async function getSubjectView(context: ServiceContext, id: number): Promise<Subject> {
  const fleet = await loadFleet(context);
  const found = await toViews(
    context,
    fleet,
    fleet.subjects.filter((subject) => subject.id === id),
  );
  if (found[0] === undefined) throw new AppError('not-found', `no subject ${id}`);
  return found[0];
}

async function toViews(
  context: ServiceContext,
  fleet: FleetState,
  subjects: readonly FleetSubject[],
): Promise<Subject[]> {
  const signals = LATEST.map(findSignal).filter((signal) => signal !== undefined);
  const [values, busy] = await Promise.all([
    currentOf(context, fleet, subjects, signals),
    busySubjects(context, fleet, subjects),
  ]);
  const bySubject = Map.groupBy(values, (value) => value.subject);
  const nameOf = new Map(fleet.subjects.map((subject) => [subject.id, subject.name]));
  return subjects.map((subject) => {
    const verdict = subjectHealth(subject, busy.has(subject.id), fleet.nowMs);
    return {
      id: subject.id,
      kind: subject.kind,
      name: subject.name,
      target: { id: subject.targetId, name: subject.target.name },
      labels: subject.target.labels,
      attributes: subject.attributes,
      links: fleet.links.flatMap((link) => {
        const other = link.engineId === subject.id ? link.gpuId : link.gpuId === subject.id ? link.engineId : null;
        if (other === null) return [];
        const kind = subject.kind === 'engine' ? ('gpu' as const) : ('engine' as const);
        return [{ id: other, kind, name: nameOf.get(other) ?? '', by: link.by }];
      }),
      health: { state: verdict.state, reason: verdict.reason, lastSampleMs: subject.lastSampleMs },
      latest: Object.fromEntries((bySubject.get(subject.id) ?? []).map((value) => [value.signal, value.value])),
      baselineRps: subject.kind === 'engine' ? baselineOf(subject) : null,
    };
  });
}
