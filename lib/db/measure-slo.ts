import { TIER_STEP_MS, type Tier } from '#lib/db/columns.ts';
import { type FleetSubject, sloOf } from '#lib/db/fleet-state.ts';
import { columnsOf, type HistogramBucket, joinRows, readHistogramBuckets } from '#lib/db/histogram-windows.ts';
import type { MeasureContext, MeasuredRow } from '#lib/db/measure-span.ts';
import { loadRollupState } from '#lib/db/rollup.ts';
import { rememberRows } from '#lib/db/row-memory.ts';
import { fetchHistograms, type HistogramRow, type RowSpan } from '#lib/db/series-query.ts';
import { coverSpan, type TierPart, tiersFor } from '#lib/db/tier-cover.ts';
import type { Signal, SloForm } from '#lib/metrics/signal.ts';
import { type Slo, sloKey } from '#lib/metrics/slo.ts';
import { countAgainst, measureSlo, type SloCounts } from '#lib/series/measure-slo.ts';

export type SloSignal = Signal & { readonly compute: { readonly type: 'slo'; readonly form: SloForm } };

export function isSloSignal(signal: Signal): signal is SloSignal {
  return signal.compute.type === 'slo';
}

/** Only promises that somebody made: of the others nothing is counted, and all their signals are unknown. */
function promisesOf(subjects: readonly FleetSubject[]): ReadonlyMap<number, Slo> {
  return new Map([...slosOf(subjects)].filter(([, slo]) => slo.promisedBy !== 'nobody'));
}

function slosOf(subjects: readonly FleetSubject[]): ReadonlyMap<number, Slo> {
  const engines = subjects.filter(({ kind }) => kind === 'engine');
  return new Map(engines.map((subject) => [subject.id, sloOf(subject)]));
}

const histogramsOf = (promises: ReadonlyMap<number, Slo>): readonly string[] => [
  ...new Set([...promises.values()].flatMap((slo) => slo.parts.map(({ histogram }) => histogram))),
];

/**
 * Signals of promises over time. Of the fleet together the engines' counts are added up, each against its own promise;
 * where all have the same, the fleet's own histograms do.
 */
export async function measureSloSpan(
  context: MeasureContext,
  subjects: readonly FleetSubject[],
  signals: readonly SloSignal[],
  span: RowSpan,
): Promise<MeasuredRow[]> {
  const promises = promisesOf(subjects);
  const names = histogramsOf(promises);
  if (signals.length === 0 || names.length === 0) return [];
  const keys = new Set([...promises.values()].map(sloKey));
  const isOne = keys.size === 1 && promises.size === subjects.length;
  const [common] = promises.values();
  const read: RowSpan = span.group === 'fleet' && isOne ? span : { ...span, group: 'subject' };
  const buckets = await readHistogramBuckets(context, read, names);
  const counted = buckets.flatMap((bucket) => {
    const slo = bucket.subjectId === null ? common : promises.get(bucket.subjectId);
    const counts = slo === undefined ? null : countAgainst(slo, bucket.windowOf);
    return counts === null ? [] : [{ bucket, counts }];
  });
  const groups = Map.groupBy(counted, ({ bucket }) => placeOf(bucket, span.group));
  return [...groups.values()].flatMap((group) => {
    const { bucketMs } = group[0]?.bucket ?? { bucketMs: 0 };
    const subjectId = span.group === 'fleet' ? null : (group[0]?.bucket.subjectId ?? null);
    const counts = group.map((each) => each.counts);
    return signals.map((signal) => ({ signal, subjectId, bucketMs, value: measureSlo(signal.compute.form, counts) }));
  });
}

function placeOf({ subjectId, bucketMs }: HistogramBucket, group: RowSpan['group']): string {
  return group === 'fleet' ? String(bucketMs) : `${subjectId} ${bucketMs}`;
}

/** The window that a signal is counted over: a budget's is that of the promise, whatever is asked. */
export function countedWindow(form: SloForm, windowMs: number): number | null {
  return form === 'budget-left' ? null : windowMs;
}

/**
 * Counts of each engine against its promise over (nowMs − window, nowMs]; null as window: that of each promise. An engine
 * without a promise, or without rows, is missing.
 */
export async function countSlo(
  context: MeasureContext,
  subjects: readonly FleetSubject[],
  windowMs: number | null,
  nowMs: number,
): Promise<ReadonlyMap<number, SloCounts>> {
  const windows = await sloWindows(context, subjects, windowMs, nowMs, 'promised');
  return new Map(
    subjects.flatMap((subject) => {
      const windowOf = windows.get(subject.id);
      const counts = windowOf === undefined ? null : countAgainst(sloOf(subject), windowOf);
      return counts === null ? [] : [[subject.id, counts] as const];
    }),
  );
}

/**
 * The histograms of each engine's promise over a window that begins with a whole minute, from the widest roll-ups that fit.
 * `all`: also of what nobody promised.
 */
export async function sloWindows(
  context: MeasureContext,
  subjects: readonly FleetSubject[],
  windowMs: number | null,
  nowMs: number,
  which: 'promised' | 'all',
): Promise<ReadonlyMap<number, HistogramBucket['windowOf']>> {
  const promises = which === 'all' ? slosOf(subjects) : promisesOf(subjects);
  const found = new Map<number, HistogramBucket['windowOf']>();
  for (const [ofMs, group] of Map.groupBy(promises, ([, slo]) => windowMs ?? slo.windowMs)) {
    const own = new Map(group);
    const names = histogramsOf(own);
    if (names.length === 0) continue;
    const rows = await windowRows(context, [...own.keys()], names, ofMs, nowMs);
    for (const { subjectId, windowOf } of await joinRows(context, rows, names, (row) => String(row.subjectId)))
      if (subjectId !== null) found.set(subjectId, windowOf);
  }
  return found;
}

async function windowRows(
  context: MeasureContext,
  subjectIds: readonly number[],
  names: readonly string[],
  windowMs: number,
  nowMs: number,
): Promise<readonly HistogramRow[]> {
  const tiers = tiersFor(windowMs);
  const rolled = tiers.filter((tier): tier is Exclude<Tier, 'raw'> => tier !== 'raw');
  const states = new Map(
    await Promise.all(rolled.map(async (tier) => [tier, await loadRollupState(context.pool, tier)] as const)),
  );
  const fromMs = Math.round((nowMs - windowMs) / MINUTE_MS) * MINUTE_MS;
  const parts = coverSpan(fromMs, nowMs + 1, tiers, (tier) => states.get(tier)?.doneMs ?? 0);
  const columns = await columnsOf(context, names);
  const load = (part: TierPart): Promise<readonly HistogramRow[]> =>
    fetchHistograms(context.pool, { ...ONE_WINDOW, ...part, subjectIds }, columns);
  const rows = await Promise.all(
    parts.map((part) => {
      if (part.tier !== '1h') return load(part);
      // The hours of a month stay the same for an hour.
      const key = JSON.stringify(['slo hours', part, states.get('1h')?.version, subjectIds, columns]);
      return rememberRows(context.pool, key, () => load(part));
    }),
  );
  return rows.flat();
}

const MINUTE_MS = TIER_STEP_MS['1m'];

const ONE_WINDOW = {
  kind: 'engine',
  stepMs: null,
  group: 'subject',
  settled: null,
  gauges: 'newest',
} as const satisfies Partial<RowSpan>;
