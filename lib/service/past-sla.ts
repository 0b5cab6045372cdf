import { type FleetSubject, sloOf } from '#lib/db/fleet-state.ts';
import { loadSlaBatches } from '#lib/db/sla-figures.ts';
import { loadSlaMinutes } from '#lib/db/sla-minutes.ts';
import type { TimeRange } from '#lib/metrics/time-range.ts';
import { type SlaFigures, slaFigures } from '#lib/runs/sla-figures.ts';
import { slaDayReader } from '#lib/runs/sla-history.ts';
import type { ServiceContext } from '#lib/service/context.ts';

const DAY_MS = 86_400_000;
const ROW_MS = 600_000;

/** How each of these engines had kept its SLA by any time of a range, from what is stored of its minutes and batches. */
export async function loadPastSla(
  context: ServiceContext,
  subjects: readonly FleetSubject[],
  range: TimeRange,
): Promise<(subjectId: number) => ((atMs: number) => SlaFigures) | null> {
  const before = { fromMs: range.fromMs - DAY_MS - ROW_MS, toMs: range.toMs };
  const [buckets, batches] = await Promise.all([
    loadSlaMinutes(
      context.pool,
      subjects.map(({ id }) => id),
      before,
      ROW_MS,
    ),
    loadSlaBatches(context.pool, range.fromMs - DAY_MS),
  ]);
  const bySubject = Map.groupBy(buckets, ({ subjectId }) => subjectId);
  return (id) => {
    const subject = subjects.find((each) => each.id === id);
    if (subject === undefined) return null;
    const dayBefore = slaDayReader(bySubject.get(id) ?? [], ROW_MS);
    const { promisedBy } = sloOf(subject);
    return (atMs) => slaFigures(dayBefore(atMs), batches.get(id) ?? [], promisedBy, atMs);
  };
}
