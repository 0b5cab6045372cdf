import {
  fitGrowthModels,
  type GrowthFits,
  type GrowthSeries,
  isGrowing,
  type ModelFit,
  type Shape,
} from '#lib/detect/growth-models.ts';
import { type GrowthSlope, growthSlope } from '#lib/detect/growth-slope.ts';
import type { LeakFacts, LeakJudgement, LeakVerdict } from '#lib/detect/leak-judgement.ts';
import { type MemoryFloor, thinFloors } from '#lib/detect/memory-floors.ts';
import { median } from '#lib/detect/order-statistics.ts';
import { troughsOf } from '#lib/detect/saw-tooth.ts';
import type { Interval } from '#lib/detect/theil-sen.ts';
import { timeToLimit } from '#lib/detect/time-to-limit.ts';

const MIB = 1024 ** 2;
const HOUR_MS = 3_600_000;
const MOST_FLOORS = 72;

/** Report 003's three batches, with the floor before the first. */
const FEWEST = { batch: 4, window: 5 } as const;
/** A warm-up may rise for an hour and a half; what rises longer is a leak. */
const LEAST_SPAN_H = 2;
/** Where a warm-up was seen to end. */
const LEAST_SPAN_BEND_H = 1.5;
/** Where the load is not known, the rising half of a day's load looks like a leak until the day turns. */
const LEAST_SPAN_LOAD_UNKNOWN_H = 18;
/** Windows are judged again and again, so chance has more tries there. The smallest p that four floors can give is 1/24. */
const MOST_P = { batch: 0.01, batchOfFour: 0.05, window: 0.001 } as const;
/** Strong evidence (Kass and Raftery 1995): the growing model is 20 times as likely as any level one. */
const LEAST_BIC_LEAD = 6;
/** MiB per hour or per batch, beyond rounding: what cannot be told from a slow drift of the load or a filling cache. */
const LEAST_SLOPE = 1;
/** Still growing: each half keeps this share of the whole slope. */
const LEAST_LATE_SHARE = 0.5;
const LEAST_EARLY_SHARE = 0.25;
/** What stays, of what the slope alone would have added. */
const LEAST_NET_SHARE = 0.75;
/** Less than this share of what the warm-up took may be the end of the warm-up. */
const LEAST_RAMP_SHARE = 0.1;
/** Slower growth is no matter: it would take more than a week to the limit, or is this slow (MiB/h, MiB per batch). */
const MATTER_HOURS = 7 * 24;
const MATTER_MIB_PER_HOUR = 10;
const MATTER_MIB_PER_BATCH = 8;

export type LeakHistory = Pick<LeakJudgement, 'restarts' | 'warmUp'>;
const NO_HISTORY: LeakHistory = { restarts: [], warmUp: null };

/**
 * Judges floors of one process's memory, oldest first, since its warm-up and without a restart in between (DESIGN §6,
 * algorithms §6). `leak` needs: the best model by BIC rises at its end and leads every level model by 6; one-sided
 * Hamed–Rao Mann–Kendall p < 0.01 (0.001 per window); a Theil–Sen interval above the quantum over the span; both halves still growing; per
 * window two hours (18 where the load is unknown) since the bend. `plateau`: a step or a ramp that ended. `load-driven`:
 * memory follows the load. `none`: level, and even the interval's upper bound is no matter. Otherwise `inconclusive`.
 */
export function judgeFloors(
  floorsPer: 'window' | 'batch',
  allFloors: readonly MemoryFloor[],
  facts: LeakFacts,
  history: LeakHistory = NO_HISTORY,
): LeakJudgement {
  const joined = bestJoined(floorsPer, allFloors, facts);
  const { floors } = joined;
  const last = floors.at(-1);
  const reservedBytes = facts.reservedBytes;
  const base = { floorsPer, floors, ...history, quantumBytes: facts.quantumBytes, reservedBytes };
  if (last === undefined || joined.fits === null || floors.length < FEWEST[floorsPer]) {
    const moreFloors = FEWEST[floorsPer] - floors.length;
    return {
      ...base,
      verdict: 'inconclusive',
      reason: `${floors.length} floors, ${FEWEST[floorsPer]} are needed`,
      model: null,
      slopeMibPerHour: null,
      slopeMibPerBatch: null,
      pValue: null,
      timeToLimit: { known: false, reason: 'too few floors' },
      floorNowBytes: last?.bytes ?? null,
      aboveReservedBytes: above(last?.bytes ?? null, reservedBytes),
      moreFloors,
    };
  }
  const { series } = joined;
  const { models } = joined.fits;
  const best = models[0];
  const growth = best === undefined ? null : growthSlope(series, best);
  if (best === undefined || growth === null) throw new Error('floors that differ in time always have a model');
  const perHour = floorsPer === 'window' ? growth.slope : perHourOf(series, floors, best);
  const followsLoad = loadMattersIn(floors, facts);
  const matter = matterOf(floorsPer, facts, last.bytes);
  const { verdict, reason, moreFloors } = decide({ floorsPer, series, models, best, growth, matter, followsLoad });
  const floorNowBytes =
    unloaded(last, facts) + (growth.levelNow - (series.values.at(-1) ?? 0)) * MIB + usualLoadBytes(floors, facts);
  const isLeak = verdict === 'leak';
  return {
    ...base,
    verdict,
    reason,
    model: {
      shape: best.shape,
      withLoad: best.withLoad,
      sinceMs: (floors[best.since] ?? last).atMs,
      step:
        best.step === null || best.stepIndex === null
          ? null
          : { atMs: (floors[best.stepIndex] ?? last).atMs, bytes: best.step * MIB },
      bytesPerLoad: facts.bytesPerLoad + best.perLoad * MIB,
      candidates: models.map(({ shape, withLoad, bic }) => ({ shape, withLoad, bic })),
    },
    slopeMibPerHour: perHour,
    slopeMibPerBatch: floorsPer === 'batch' ? growth.slope : null,
    pValue: growth.pValue,
    timeToLimit: isLeak
      ? timeToLimit(facts.limitBytes, floorNowBytes, scaled(perHour, MIB), facts.nowMs - last.atMs)
      : { known: false, reason: `the verdict is ${verdict}` },
    floorNowBytes,
    aboveReservedBytes: above(floorNowBytes, reservedBytes),
    moreFloors,
  };
}

type Joined = {
  readonly floors: readonly MemoryFloor[];
  readonly series: GrowthSeries;
  readonly fits: GrowthFits | null;
};

/**
 * Floors of a saw-tooth that is longer than a window rise and fall with it. Where joining them to one a tooth makes the
 * whole more certain by half, the joined ones are judged.
 */
function bestJoined(floorsPer: 'window' | 'batch', all: readonly MemoryFloor[], facts: LeakFacts): Joined {
  const join = (floors: readonly MemoryFloor[]): Joined => {
    const series = seriesOf(floors, floorsPer, facts);
    return { floors, series, fits: floors.length < FEWEST.batch ? null : fitGrowthModels(series) };
  };
  const thin = thinFloors(all, MOST_FLOORS, facts.bytesPerLoad);
  const whole = join(thin);
  if (floorsPer === 'batch' || whole.fits === null) return whole;
  const troughs = troughsOf(thin, facts);
  if (troughs.length < FEWEST_TEETH) return whole;
  const joined = join(troughs);
  return joined.fits !== null && joined.fits.noiseOfMean * LEAST_GAIN < whole.fits.noiseOfMean ? joined : whole;
}

const FEWEST_TEETH = 5;
/** Of the variance of the mean. */
const LEAST_GAIN = 1.5;

type Case = {
  readonly floorsPer: 'window' | 'batch';
  readonly series: GrowthSeries;
  readonly models: readonly ModelFit[];
  readonly best: ModelFit;
  readonly growth: GrowthSlope;
  readonly matter: number;
  readonly followsLoad: boolean;
};
type Decision = Pick<LeakJudgement, 'verdict' | 'reason' | 'moreFloors'>;

function decide(judged: Case): Decision {
  const { best, growth, matter } = judged;
  const rises = isGrowing(best);
  if (rises) return decideGrowing(judged);
  if (growth.slope.high > matter) {
    const more = floorsUntil(growth, matter);
    return undecided('level so far, but growth that matters is not ruled out', more);
  }
  const [verdict, reason] = levelVerdict(judged);
  return { verdict, reason, moreFloors: null };
}

function levelVerdict({ best, followsLoad }: Case): readonly [LeakVerdict, string] {
  const rose = best.step === null ? best.shape === 'ramp' : best.step > 0;
  if (rose) return ['plateau', PLATEAU_WORDS[best.shape] ?? 'it rose and is level since'];
  if (best.withLoad || followsLoad) return ['load-driven', 'memory follows the load, none of it stays'];
  return ['none', 'level'];
}

const PLATEAU_WORDS: Partial<Record<Shape, string>> = {
  step: 'one step to a new level, level since',
  'two-steps': 'two steps, level since the last',
  ramp: 'a rise that has ended',
  'ramp+step': 'a rise and a step that have ended',
};

function decideGrowing(judged: Case): Decision {
  const { floorsPer, series, models, best, growth } = judged;
  const { slope, count, span, early, late } = growth;
  const level = models.find((model) => !isGrowing(model));
  const lead = (level?.bic ?? Number.POSITIVE_INFINITY) - best.bic;
  if (floorsPer === 'window') {
    const least =
      series.loads === null
        ? LEAST_SPAN_LOAD_UNKNOWN_H
        : best.shape.startsWith('bend')
          ? LEAST_SPAN_BEND_H
          : LEAST_SPAN_H;
    const why = series.loads === null ? ' (the load is not known)' : '';
    const spacing = span / (count - 1);
    if (span < least - spacing / 2) {
      return undecided(
        `it grows, but for less than ${least} h${why}`,
        Math.max(1, Math.ceil((least - span) / spacing)),
      );
    }
  }
  const mostP = MOST_P[floorsPer === 'batch' && count === FEWEST.batch ? 'batchOfFour' : floorsPer];
  const isProven = growth.pValue < mostP && growth.provenLow > LEAST_SLOPE && slope.low > 0 && lead >= LEAST_BIC_LEAD;
  if (!isProven) {
    if (slope.high <= judged.matter) return { verdict: 'none', reason: 'no growth that matters', moreFloors: null };
    const competitor = level?.withLoad === true ? ' or to load' : '';
    return undecided(`the growth may still be due to chance${competitor}`, floorsUntil(growth, 0));
  }
  if (growth.net < LEAST_NET_SHARE * slope.estimate * span) {
    return undecided('it grows, but gives memory back in between', count);
  }
  if (slope.estimate * span < LEAST_RAMP_SHARE * (best.rampRise ?? 0)) {
    return undecided('it grows, but so little after its warm-up that this may be the end of it', count);
  }
  if (late < LEAST_LATE_SHARE * slope.estimate || early < LEAST_EARLY_SHARE * slope.estimate) {
    return undecided('it grows, but not steadily: it may be settling', Math.ceil(count / 3));
  }
  return { verdict: 'leak', reason: 'it grows steadily and nothing gives it back', moreFloors: null };
}

const undecided = (reason: string, moreFloors: number): Decision => ({ verdict: 'inconclusive', reason, moreFloors });

/** t of a slope whose BIC leads by 10 and more. */
const PROVEN_T = 4;

/**
 * How many more floors like these until the interval is narrow enough: its width falls with count^1.5. `matter` > 0: until
 * its upper bound is below it; 0: until the slope is proven.
 */
function floorsUntil({ slope, count }: GrowthSlope, matter: number): number {
  const width = (slope.high - slope.low) / 2;
  const wanted =
    matter > 0 ? Math.max(matter / 4, matter - Math.max(0, slope.estimate)) : (2 * Math.abs(slope.estimate)) / PROVEN_T;
  if (!(wanted > 0)) return count;
  const needed = Math.ceil(count * (width / wanted) ** (2 / 3));
  return Math.min(10 * count, Math.max(1, needed - count));
}

/** MiB over hours (per window) or over the number of the batch, what is known of the load's share taken out. */
function seriesOf(floors: readonly MemoryFloor[], floorsPer: 'window' | 'batch', facts: LeakFacts): GrowthSeries {
  const firstMs = floors[0]?.atMs ?? 0;
  const loads = floors.map((floor) => floor.load).filter((load) => load !== null);
  const bytes = floors.map((floor) => unloaded(floor, facts));
  return {
    times: Float64Array.from(floors, (floor, i) => (floorsPer === 'batch' ? i : (floor.atMs - firstMs) / HOUR_MS)),
    values: Float64Array.from(bytes, (one) => (one - (bytes[0] ?? 0)) / MIB),
    loads: loads.length === floors.length ? Float64Array.from(loads) : null,
    quantum: facts.quantumBytes / MIB,
  };
}

const unloaded = (floor: MemoryFloor, { bytesPerLoad }: LeakFacts): number =>
  floor.bytes - bytesPerLoad * (floor.load ?? 0);

const usualLoadBytes = (floors: readonly MemoryFloor[], { bytesPerLoad }: LeakFacts): number =>
  bytesPerLoad * (median(floors.map((floor) => floor.load ?? 0)) ?? 0);

/** Whether the known response to the load moved the floors by more than rounding does. */
function loadMattersIn(floors: readonly MemoryFloor[], { bytesPerLoad, quantumBytes }: LeakFacts): boolean {
  const loads = floors.map((floor) => floor.load ?? 0);
  return bytesPerLoad * (Math.max(...loads) - Math.min(...loads)) > 2 * quantumBytes;
}

/** The slope of floors per batch over their times. */
function perHourOf(series: GrowthSeries, floors: readonly MemoryFloor[], best: ModelFit): Interval | null {
  const firstMs = floors[0]?.atMs ?? 0;
  const times = Float64Array.from(floors, (floor) => (floor.atMs - firstMs) / HOUR_MS);
  return growthSlope({ ...series, times }, best)?.slope ?? null;
}

function matterOf(floorsPer: 'window' | 'batch', facts: LeakFacts, floorNowBytes: number): number {
  const quantum = facts.quantumBytes / MIB;
  if (floorsPer === 'batch') return MATTER_MIB_PER_BATCH + quantum;
  const left = facts.limitBytes === null ? 0 : (facts.limitBytes - floorNowBytes) / MIB;
  return Math.max(MATTER_MIB_PER_HOUR, left / MATTER_HOURS);
}

const above = (bytes: number | null, reservedBytes: number | null): number | null =>
  bytes === null || reservedBytes === null ? null : bytes - reservedBytes;

const scaled = (interval: Interval | null, factor: number): Interval | null =>
  interval === null
    ? null
    : { estimate: interval.estimate * factor, low: interval.low * factor, high: interval.high * factor };
