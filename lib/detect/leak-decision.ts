import { isGrowing, type ModelFit } from '#lib/detect/growth-models.ts';
import type { Shape } from '#lib/detect/growth-shapes.ts';
import type { GrowthSlope } from '#lib/detect/growth-slope.ts';
import type { FloorsPer, LeakJudgement, LeakVerdict } from '#lib/detect/leak-judgement.ts';

/** A warm-up and a step after it may look like a line for two hours; what rises longer is a leak. */
const LEAST_SPAN_H = 2.25;
/** Where a warm-up was seen to end and to fade. */
const LEAST_SPAN_BEND_H = 1;
const FEWEST_AFTER_BEND = 8;
/** Growth up to this (MiB per hour or per batch) leaves time to be sure: a warm-up may fade for hours. */
const SLOW = 32;
const LEAST_SPAN_SLOW_H = 6;
/** Where the load is not known, the rising half of a day's load looks like a leak until the day turns. */
const LEAST_SPAN_LOAD_UNKNOWN_H = 18;
/** Windows are judged again and again, so chance has more tries there. The smallest p that four floors can give is 1/24. */
const MOST_P = { batch: 0.01, batchOfFour: 0.05, window: 0.001 } as const;
/**
 * How far the BIC of growth must lead every level model: of fast growth from the start or over a rival that needs a step
 * beside its rise, after a warm-up, of a rise that began in between or that a step down makes of a fading one, of slow
 * growth. A cache that fills up is a rival to growth after a warm-up like any other; a line only has to fit better than it.
 */
const LEAST_LEAD = { line: 6, bent: 8, onset: 12, slow: 15, lineOverFill: 0 } as const;
/** MiB per hour or per batch, beyond rounding: what cannot be told from a slow drift of the load or a filling cache. */
const LEAST_SLOPE = 1;
/** MiB that the lower bound adds over the span: four granules of the allocator. */
const LEAST_GROWN = 8;
/** A slope is known when its lower bound is no less than this share of it. */
const LEAST_LOW_SHARE = 1 / 3;
/** After a warm-up the same for all floors, and for the later half, which sees less of its end. */
const LEAST_LOW_SHARE_BENT = { all: 0.6, late: 0.25 } as const;
/** Still growing: each half keeps this share of the whole slope. */
const LEAST_LATE_SHARE = 0.5;
const LEAST_EARLY_SHARE = 0.25;
/** What stays, of what the slope alone would have added. */
const LEAST_NET_SHARE = 0.8;
/** Releases of less than this share of the growth are no matter. */
const LEAST_RELEASED_SHARE = 0.1;
/** Less than this share of what the warm-up took may be the end of the warm-up. */
const LEAST_RAMP_SHARE = 0.1;
/** t of a slope that is proven. */
const PROVEN_T = 4;

export type LeakCase = {
  readonly floorsPer: FloorsPer;
  readonly isLoadKnown: boolean;
  /** As in `FloorSeries`. */
  readonly watchedBesideH: { readonly before: number; readonly after: number };
  /** How long ago memory was given back at last, and MiB that were given back in all; null where none ever was. */
  readonly released: { readonly hoursAgo: number; readonly mib: number } | null;
  /** Best first. */
  readonly models: readonly ModelFit[];
  readonly best: ModelFit;
  readonly growth: GrowthSlope;
  /** Growth up to this, per unit of time, is no matter. */
  readonly matter: number;
  /** Whether memory is known to follow the load. */
  readonly followsLoad: boolean;
};

export type LeakDecision = Pick<LeakJudgement, 'verdict' | 'reason' | 'moreFloors'>;

/** The verdict on fitted floors; the conditions are those that `judgeFloors` lists. */
export function decideLeak(judged: LeakCase): LeakDecision {
  const { best, growth, matter } = judged;
  if (isGrowing(best)) return decideGrowing(judged);
  if (growth.slope.high > matter) {
    return undecided('level so far, but growth that matters is not ruled out', floorsUntilLevel(growth, matter));
  }
  const filling = floorsUntilFull(judged);
  if (filling > 0) return undecided('it fills up ever more slowly, but still rises', filling);
  const [verdict, reason] = levelVerdict(judged);
  return { verdict, reason, moreFloors: null };
}

/** Until a rise that fades is no matter: its rate now, rise/τ · exp(−t/τ), falls with τ. */
function floorsUntilFull({ best, growth, matter }: LeakCase): number {
  if (best.fade === null) return 0;
  const { rise, tauH, ageH } = best.fade;
  const hours = tauH * Math.log(((rise / tauH) * Math.exp(-ageH / tauH)) / matter);
  return Math.max(0, Math.ceil((hours * (growth.count - 1)) / growth.span));
}

const PLATEAU_WORDS: Partial<Record<Shape, string>> = {
  step: 'one step to a new level, level since',
  'two-steps': 'two steps, level since the last',
  ramp: 'a rise that has ended',
  fade: 'a rise that has faded away',
  fill: 'it filled up ever more slowly',
  'fill+step': 'it filled up ever more slowly, and a step',
  'fade+step': 'a rise that has faded away, and a step',
  'ramp+step': 'a rise and a step that have ended',
};

function levelVerdict({ best, followsLoad }: LeakCase): readonly [LeakVerdict, string] {
  const rose = best.rampRise !== null || (best.step ?? 0) > 0;
  if (rose) return ['plateau', PLATEAU_WORDS[best.shape] ?? 'it rose and is level since'];
  if (best.beside === 'load' || followsLoad) return ['load-driven', 'memory follows the load, none of it stays'];
  return ['none', 'it does not grow'];
}

function decideGrowing(judged: LeakCase): LeakDecision {
  const { best, growth, matter } = judged;
  const level = judged.models.find((model) => !isGrowing(model));
  const tooShort = shortSpan(judged);
  if (tooShort !== null) return tooShort;
  if (!isProven(judged)) {
    if (growth.slope.high <= matter) {
      const [verdict, reason] = levelVerdict(judged);
      return { verdict, reason: `${reason}; no growth that matters`, moreFloors: null };
    }
    const competitor = level?.beside === 'load' ? ' or to load' : '';
    return undecided(`the growth may still be due to chance${competitor}`, floorsUntilProven(growth));
  }
  const { slope, count, span, early, late } = growth;
  const grown = slope.estimate * span;
  if (growth.net < LEAST_NET_SHARE * grown) return undecided('it grows, but gives memory back in between', count);
  if (best.beside !== 'tooth' && hidesTeeth(judged, grown)) {
    return undecided('it grows, but memory is given back now and then', Math.ceil(count / 3));
  }
  if (grown < LEAST_RAMP_SHARE * (best.rampRise ?? 0)) {
    return undecided('it grows, but so little after its warm-up that this may be the end of it', count);
  }
  if (late < LEAST_LATE_SHARE * slope.estimate || early < LEAST_EARLY_SHARE * slope.estimate) {
    return undecided('it grows, but not steadily: it may be settling', Math.ceil(count / 3));
  }
  return { verdict: 'leak', reason: 'it grows steadily and nothing gives it back', moreFloors: null };
}

/** Whether the growth may be that of a tooth of which too few were seen to know it. */
function hidesTeeth({ released }: LeakCase, grown: number): boolean {
  return released !== null && released.hoursAgo < LEAST_SPAN_H && released.mib > LEAST_RELEASED_SHARE * grown;
}

/** Per window only: batches have no least duration. */
function shortSpan(judged: LeakCase): LeakDecision | null {
  const { floorsPer, isLoadKnown, watchedBesideH, best, growth } = judged;
  if (floorsPer === 'batch') return null;
  const watched = growth.span + watchedBesideH.after + (best.since === 0 ? watchedBesideH.before : 0);
  const isBent = best.shape.startsWith('bend') || best.fade !== null;
  if (isBent && growth.count < FEWEST_AFTER_BEND) {
    return undecided('it grows, but few floors are left after its warm-up', FEWEST_AFTER_BEND - growth.count);
  }
  const known = isBent ? LEAST_SPAN_BEND_H : LEAST_SPAN_H;
  const isSlow = growth.slope.estimate <= SLOW;
  const least = !isLoadKnown ? LEAST_SPAN_LOAD_UNKNOWN_H : isSlow ? LEAST_SPAN_SLOW_H : known;
  const spacing = growth.span / (growth.count - 1);
  if (watched >= least - spacing / 2) return null;
  const why = !isLoadKnown ? ' (the load is not known)' : isSlow ? ' (it is slow)' : '';
  const more = Math.max(1, Math.ceil((least - watched) / spacing));
  return undecided(`it grows, but for less than ${least} h${why}`, more);
}

/** By BIC, over a level model. */
function leastLead(best: ModelFit, level: ModelFit, slope: number): number {
  const isBent = best.rampRise !== null;
  if (slope <= SLOW) return LEAST_LEAD.slow;
  if (best.shape === 'onset') return LEAST_LEAD.onset;
  if (isBent && (best.step ?? 0) < 0) return LEAST_LEAD.onset;
  if (isBent) return level.step === null ? LEAST_LEAD.bent : LEAST_LEAD.line;
  return level.shape.startsWith('fill') ? LEAST_LEAD.lineOverFill : LEAST_LEAD.line;
}

function isProven({ floorsPer, models, best, growth }: LeakCase): boolean {
  const mostP = MOST_P[floorsPer === 'batch' && growth.count === 4 ? 'batchOfFour' : floorsPer];
  const { slope, provenLow, span } = growth;
  const leads = models.every(
    (model) => isGrowing(model) || model.bic - best.bic >= leastLead(best, model, slope.estimate),
  );
  const isKnown =
    best.rampRise === null
      ? slope.low > LEAST_LOW_SHARE * slope.estimate
      : provenLow > LEAST_LOW_SHARE_BENT.all * slope.estimate && slope.low > LEAST_LOW_SHARE_BENT.late * slope.estimate;
  const isAbove = provenLow > LEAST_SLOPE && provenLow * span > LEAST_GROWN;
  return growth.pValue < mostP && isAbove && isKnown && leads;
}

const undecided = (reason: string, moreFloors: number): LeakDecision => ({
  verdict: 'inconclusive',
  reason,
  moreFloors,
});

/** Until the interval's upper bound is no matter, if the slope stays; at least a quarter of that is taken for its half width. */
function floorsUntilLevel(growth: GrowthSlope, matter: number): number {
  return floorsUntil(growth, Math.max(matter / 4, matter - Math.max(0, growth.slope.estimate)));
}

function floorsUntilProven(growth: GrowthSlope): number {
  return floorsUntil(growth, (2 * Math.abs(growth.slope.estimate)) / PROVEN_T);
}

/** How many more floors like these until the interval's half width is `wanted`: it falls with count^1.5. Tenfold at most. */
function floorsUntil({ slope, count }: GrowthSlope, wanted: number): number {
  const width = (slope.high - slope.low) / 2;
  const needed = wanted > 0 ? Math.ceil(count * (width / wanted) ** (2 / 3)) : 2 * count;
  return Math.min(10 * count, Math.max(1, needed - count));
}
