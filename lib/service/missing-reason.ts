import { loadMissingFields } from '#lib/db/fleet.ts';
import { baselineOf, type FleetSubject, sloOf } from '#lib/db/fleet-state.ts';
import type { Compute, Signal } from '#lib/metrics/signal.ts';
import { fieldsOf } from '#lib/metrics/signal-fields.ts';
import type { ServiceContext } from '#lib/service/context.ts';

/** Why a signal of a living subject is unknown, in words. */
export async function missingReasons(
  context: ServiceContext,
  subjects: readonly FleetSubject[],
): Promise<(subject: FleetSubject, signal: Signal) => string> {
  const missingOf = await loadMissingFields(context.pool, [...new Set(subjects.map((subject) => subject.targetId))]);
  return (subject, signal) => {
    if (needsBaseline(signal.compute) && baselineOf(subject) === null) {
      return `learning: ${subject.learnedMinutes ?? 0} of 60 busy minutes seen; or set baseline_rps`;
    }
    const missing = missingOf.get(subject.targetId) ?? new Map<string, string>();
    const fields = fieldsOf(signal.compute);
    const absent = fields.filter((field) => missing.has(field));
    if (absent.length > 0 && (absent.length === fields.length || !isSum(signal.compute))) {
      return `not exposed: ${absent.map((field) => `${field}: ${missing.get(field) ?? ''}`).join('; ')}`;
    }
    if (signal.compute.type === 'memory-verdict') return 'not judged yet';
    if (signal.compute.type === 'slowdown')
      return 'needs 20 warm minutes after a start and work now; its page says what is missing';
    if (signal.compute.type === 'burst') return 'no burst in the last 10 min, or its load still lasts';
    if (signal.compute.type === 'run-figure')
      return signal.compute.figure.startsWith('throughput')
        ? 'no run that somebody began on it in the last day (batches of a batch API need not be alike), or it was not measured'
        : 'no run on it in the last day, or it was not measured';
    if (signal.compute.type === 'slo') return sloReason(subject);
    if (signal.compute.type === 'missing-signals') return 'counted where rules are evaluated';
    if (signal.compute.type === 'per-linked-gpu' || signal.compute.type === 'failures-while-full')
      return 'no linked GPU with this reading, or no traffic';
    return `nothing to measure in the last ${Math.round(signal.windowMs / 1000)} s`;
  };
}

function sloReason(subject: FleetSubject): string {
  const { promisedBy, parts } = sloOf(subject);
  if (promisedBy === 'nobody') return 'nobody stated a promise: set slo in headroom.yaml';
  const names = parts.map(({ name }) => name).join(', ');
  return parts.length === 0 ? 'the promise names no latency' : `no request was measured against ${names} in the window`;
}

function needsBaseline(compute: Compute): boolean {
  return compute.type === 'baseline' || compute.type === 'over-baseline';
}

function isSum(compute: Compute): boolean {
  return compute.type === 'rate' || compute.type === 'increase';
}
