import { BreakColumns, type BreakKind, isFading, TAUS_H } from '#lib/detect/break-search.ts';
import { SHAPE_PARTS, SHAPES, type Shape } from '#lib/detect/growth-shapes.ts';
import { leastSquares, orthonormal, without } from '#lib/detect/least-squares.ts';
import { type Basis, placeBreaks, type Searched } from '#lib/detect/place-breaks.ts';

export type ModelFit = {
  readonly shape: Shape;
  /** What is part of it beside time: a multiple of the load, or a saw-tooth; null for nothing. */
  readonly beside: 'load' | 'tooth' | null;
  readonly bic: number;
  /** Entry from which on the last slope holds: the bend, where a fade is 86 % over, or the first of two steps. 0 where there is none. */
  readonly since: number;
  /** How much a warm-up (a ramp, or a rise that fades) had risen in all; null without one. */
  readonly rampRise: number | null;
  /** Of a rise that fades: rise × (1 − exp(−t/τ)), t the age since the first entry. null for other shapes. */
  readonly fade: { readonly tauH: number; readonly rise: number; readonly ageH: number } | null;
  /** First entry of the (last) new level; null where there is no step. */
  readonly stepIndex: number | null;
  readonly step: number | null;
  /** Slope at the end, per unit of time; 0 for shapes that end level. */
  readonly slope: number;
  /** Memory per unit of what is beside time; 0 without it. */
  readonly perBeside: number;
};

export type GrowthSeries = {
  readonly times: Float64Array;
  /** Times are hours, not batches: only then are the time constants of what fades. */
  readonly isInHours: boolean;
  readonly values: Float64Array;
  /** What may explain the values beside time: the load, or the time since the last tooth. null where any is unknown. */
  readonly covariate: {
    readonly kind: 'load' | 'tooth';
    readonly values: Float64Array;
    /** What memory takes for one unit of it, where that is known beside the fit. */
    readonly usual: number | null;
  } | null;
  /** Rounding of the values: a perfect fit still has this error. */
  readonly quantum: number;
};

/** Fewer floors can carry no break in the slope, and no load. */
const FEWEST_FOR_BREAKS = 8;
const SMALL_SHAPES: readonly Shape[] = ['constant', 'step', 'line'];
const SMALLEST_SIDE = 3;
/** A ramp that ended later cannot be told from one that goes on. */
const LATEST_RAMP_SHARE = 0.6;
const MOST_RHO = 0.9;
/** What is fitted for a saw-tooth and what its falls tell are the same within half (logarithm). */
const MOST_OFF = 0.5;
/** In time constants: a fade is 86 % over. */
const FADED = 2;

/**
 * Least-squares fits of all shapes, best first by BIC = m·ln(RSS/n) + k·ln(m) (Schwarz 1978), where RSS includes n·q²
 * for rounding, k counts coefficients, breaks and the variance, and m = n(1 − ρ)/(1 + ρ) is the number of independent
 * floors, ρ the first autocorrelation of the residuals of the closest fit. With fewer than eight floors only constant,
 * step and line are fitted. The load is tried beside one break at the most, a saw-tooth beside all; kept is only what
 * memory rises with, a saw-tooth only where its rise is the one that its falls tell.
 */
export function fitGrowthModels(series: GrowthSeries): GrowthFits {
  const n = series.values.length;
  const beside = series.covariate;
  const isSmall = n < FEWEST_FOR_BREAKS;
  const moves = !isSmall && beside?.values.some((value) => value !== beside.values[0]) === true;
  const mostBreaks = beside?.kind === 'tooth' ? 2 : 1;
  const bases = basesOf(series);
  const searched: Searched = {
    times: series.times,
    columns: new BreakColumns(series.times),
    side: isSmall ? 1 : SMALLEST_SIDE,
    latestRamp: Math.ceil(n * LATEST_RAMP_SHARE),
  };
  const shapes = isSmall ? SMALL_SHAPES : series.isInHours ? SHAPES : SHAPES.filter((shape) => !fades(shape));
  const fits = shapes.flatMap((shape) =>
    (moves && SHAPE_PARTS[shape].breaks.length <= mostBreaks ? [false, true] : [false]).flatMap(
      (isBeside) => fitShape(series, searched, bases, shape, isBeside) ?? [],
    ),
  );
  const closest = fits.reduce((best, fit) => (fit.rss < best.rss ? fit : best));
  const rho = Math.min(MOST_RHO, Math.max(0, firstAutocorrelation(closest.residuals)));
  const independent = Math.max(3, (n * (1 - rho)) / (1 + rho));
  const rounding = n * series.quantum * series.quantum;
  const models = fits
    .map(({ rss, residuals, parameters, ...fit }) => ({
      ...fit,
      bic: independent * Math.log((rss + rounding) / n) + parameters * Math.log(independent),
    }))
    .toSorted((a, b) => a.bic - b.bic || SHAPES.indexOf(a.shape) - SHAPES.indexOf(b.shape));
  const free = Math.max(1, n - closest.parameters + 1);
  return { models, noiseOfMean: (closest.rss / free + rounding / n) / independent };
}

function fades(shape: Shape): boolean {
  return isFading(SHAPE_PARTS[shape].breaks[0]);
}

export type GrowthFits = {
  readonly models: readonly ModelFit[];
  /** Variance of a mean over all floors, from what the closest fit leaves. */
  readonly noiseOfMean: number;
};

type Bases = Readonly<Record<'none' | 'line' | 'beside' | 'both', Basis>>;

/** The columns without a break, at right angles, and what they leave of the values. */
function basesOf({ times, values, covariate }: GrowthSeries): Bases {
  const one = new Float64Array(values.length).fill(1);
  const basis = (columns: readonly Float64Array[]): Basis => {
    const made = orthonormal([one, ...columns]);
    return { columns: made, rest: without(values, made) };
  };
  const beside = covariate === null ? [] : [covariate.values];
  return { none: basis([]), line: basis([times]), beside: basis(beside), both: basis([...beside, times]) };
}

type RawFit = Omit<ModelFit, 'bic'> & {
  readonly rss: number;
  readonly residuals: Float64Array;
  readonly parameters: number;
};

function fitShape(
  series: GrowthSeries,
  searched: Searched,
  bases: Bases,
  shape: Shape,
  isBeside: boolean,
): RawFit | null {
  const { times, values, covariate } = series;
  const { line, breaks } = SHAPE_PARTS[shape];
  const fixed = [...(isBeside && covariate !== null ? [covariate.values] : []), ...(line ? [times] : [])];
  const basis = bases[line ? (isBeside ? 'both' : 'line') : isBeside ? 'beside' : 'none'];
  const indices = placeBreaks(searched, basis, breaks);
  if (indices === null) return null;
  const columns = [...fixed, ...breaks.map((kind, i) => searched.columns.of(kind, indices[i] ?? 0))];
  const fit = leastSquares(columns, values);
  if (fit === null) return null;
  const perBeside = isBeside ? (fit.coefficients[0] ?? 0) : 0;
  const slope = line ? (fit.coefficients[isBeside ? 1 : 0] ?? 0) : 0;
  const ofBreak = (i: number): number => fit.coefficients[fixed.length + i] ?? 0;
  const [first, last] = [breaks[0], breaks.at(-1)];
  const usual = covariate?.usual ?? null;
  if (isBeside && (perBeside <= 0 || (usual !== null && Math.abs(Math.log(perBeside / usual)) > MOST_OFF))) return null;
  if (!line && (first === 'ramp' || first === 'onset') && ofBreak(0) <= 0) return null;
  if (isFading(first) && ofBreak(0) <= 0) return null;
  if (line && first === 'ramp' && slope + ofBreak(0) < 0) return null;
  const hasStep = last === 'step';
  return {
    shape,
    beside: isBeside ? (covariate?.kind ?? null) : null,
    since: breaks.length > (hasStep ? 1 : 0) ? sinceOf(first, times, indices[0] ?? 0) : 0,
    rampRise: isFading(first)
      ? ofBreak(0)
      : first === 'ramp'
        ? (slope + ofBreak(0)) * ((times[indices[0] ?? 0] ?? 0) - (times[0] ?? 0))
        : null,
    fade: isFading(first)
      ? { tauH: TAUS_H[first][indices[0] ?? 0] ?? 0, rise: ofBreak(0), ageH: (times.at(-1) ?? 0) - (times[0] ?? 0) }
      : null,
    stepIndex: hasStep ? (indices.at(-1) ?? null) : null,
    step: hasStep ? ofBreak(breaks.length - 1) : null,
    slope: shape === 'onset' ? ofBreak(0) : slope,
    perBeside,
    rss: fit.rss,
    residuals: fit.residuals,
    parameters: 2 + columns.length + breaks.length,
  };
}

function sinceOf(kind: BreakKind | undefined, times: Float64Array, index: number): number {
  if (!isFading(kind)) return index;
  const at = (times[0] ?? 0) + FADED * (TAUS_H[kind][index] ?? 0);
  const found = times.findIndex((time) => time >= at);
  return found === -1 ? times.length - 1 : found;
}

function firstAutocorrelation(residuals: Float64Array): number {
  let [product, spread] = [0, 0];
  for (let i = 0; i < residuals.length; i += 1) {
    const value = residuals[i] ?? 0;
    spread += value * value;
    product += value * (residuals[i - 1] ?? 0);
  }
  return spread === 0 ? 0 : product / spread;
}

/** Whether a model still rises at its end. */
export function isGrowing(model: ModelFit): boolean {
  return model.slope > 0;
}
