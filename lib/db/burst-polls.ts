import type { BurstPoints } from '#lib/api/bursts.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import { loadRestarts } from '#lib/db/memory-minutes.ts';
import { readHistory } from '#lib/db/read-history.ts';
import { BURST_FIELDS, burstSamplesOf } from '#lib/detect/burst-readings.ts';
import type { BurstSample } from '#lib/detect/burst-sample.ts';

type Span = { readonly fromMs: number; readonly toMs: number };

/** The stored polls of these engines in (fromMs, toMs] as the burst detector reads them, oldest first. */
export async function loadBurstPolls(
  context: MeasureContext,
  engineIds: readonly number[],
  span: Span,
): Promise<ReadonlyMap<number, readonly BurstSample[]>> {
  if (engineIds.length === 0) return new Map();
  const [trackOf, restarts] = await Promise.all([
    readHistory(context, {
      ...{ kind: 'engine', subjectIds: engineIds, fields: BURST_FIELDS, tier: 'raw', stepMs: null },
      ...span,
    }),
    loadRestarts(context.pool, span.fromMs),
  ]);
  return new Map(
    engineIds.map((id) => {
      const restartsMs = new Set((restarts.get(id) ?? []).map((restart) => restart.atMs));
      return [id, burstSamplesOf(trackOf(id), restartsMs)];
    }),
  );
}

/** At most this many are kept of one burst. */
const MOST_POINTS = 900;

/** What a burst is drawn from; of very many polls every second, third … one. */
export function burstPoints(samples: readonly BurstSample[]): BurstPoints {
  const every = Math.max(1, Math.ceil(samples.length / MOST_POINTS));
  const kept = joinEvery(samples, every);
  const rate = (count: number | null, elapsedMs: number | null): number | null =>
    count === null || elapsedMs === null || elapsedMs <= 0 ? null : (count * 1000) / elapsedMs;
  return {
    t: kept.map((each) => each.atMs),
    arrivalRps: kept.map((each) => rate(each.arrivals, each.elapsedMs)),
    servedRps: kept.map((each) => rate(each.finished, each.elapsedMs)),
    waiting: kept.map((each) => each.waiting),
  };
}

type Point = Pick<BurstSample, 'atMs' | 'elapsedMs' | 'arrivals' | 'finished' | 'waiting'>;

/** Counts and times of neighbours add up, the longest queue of them stays. */
function joinEvery(samples: readonly BurstSample[], every: number): readonly Point[] {
  if (every === 1) return samples;
  const joined: Point[] = [];
  for (let i = 0; i < samples.length; i += every) {
    const part = samples.slice(i, i + every);
    const sum = (pick: (each: BurstSample) => number | null): number | null => {
      const values = part.map(pick);
      return values.includes(null) ? null : values.reduce<number>((total, value) => total + (value ?? 0), 0);
    };
    const waiting = part.flatMap((each) => each.waiting ?? []);
    joined.push({
      atMs: part.at(-1)?.atMs ?? 0,
      ...{ elapsedMs: sum((each) => each.elapsedMs), arrivals: sum((each) => each.arrivals) },
      ...{ finished: sum((each) => each.finished), waiting: waiting.length === 0 ? null : Math.max(...waiting) },
    });
  }
  return joined;
}
