import {
  type BreakColumns,
  type BreakKind,
  bestBreak,
  isFading,
  stepProducts,
  TAUS_H,
} from '#lib/detect/break-search.ts';
import { dot, turnUpright } from '#lib/detect/least-squares.ts';

/** Columns without a break, at right angles, and what they leave of the values. */
export type Basis = { readonly columns: readonly Float64Array[]; readonly rest: Float64Array };

/** Entries from `from` up to, without, `to`. */
type BreakRange = { readonly from: number; readonly to: number };

export type Searched = {
  readonly times: Float64Array;
  readonly columns: BreakColumns;
  readonly side: number;
  /** A ramp ends before this entry. */
  readonly latestRamp: number;
};

/**
 * Where breaks of these kinds, none, one, or one and a step, explain most of what the basis leaves: every place of the
 * first with the best step beside it, so that no better pair is missed. Ramps, fades and onsets must rise. null when
 * nothing is explained.
 */
export function placeBreaks(searched: Searched, fixed: Basis, breaks: readonly BreakKind[]): readonly number[] | null {
  const [first, second] = breaks;
  if (first === undefined) return [];
  const { from, to } = rangeOf(first, searched);
  if (second !== undefined) return bestPair(searched, fixed, first);
  const found = bestBreak(first, searched.times, searched.columns, fixed.columns, fixed.rest, from, to);
  return found === null ? null : [found];
}

function rangeOf(kind: BreakKind, { times, side, latestRamp }: Searched): BreakRange {
  if (isFading(kind)) return { from: 0, to: TAUS_H[kind].length };
  return { from: side, to: kind === 'ramp' ? latestRamp : times.length - side + 1 };
}

/** With the first break's column e at right angles to all: explained = (r·e)² + (r·s − (r·e)(e·s))² / (s·s − (e·s)²). */
function bestPair(searched: Searched, fixed: Basis, first: BreakKind): readonly number[] | null {
  const { from, to } = rangeOf(first, searched);
  const steps = rangeOf('step', searched);
  const withRest = stepProducts(fixed.rest);
  const own = ownOfSteps(fixed.columns, withRest.length);
  const [column, along] = [new Float64Array(withRest.length), new Float64Array(withRest.length)];
  let [best, most] = [null as readonly number[] | null, 0];
  for (let i = from; i < to; i += 1) {
    if (!turnUpright(searched.columns.of(first, i), fixed.columns, column)) continue;
    const share = dot(fixed.rest, column);
    stepProducts(column, along);
    for (let s = first === 'step' ? i + 1 : steps.from; s < steps.to; s += 1) {
      const beside = along[s] ?? 0;
      const left = (own[s] ?? 0) - beside * beside;
      if (left <= SMALLEST) continue;
      const product = (withRest[s] ?? 0) - share * beside;
      const explained = share * share + (product * product) / left;
      if (explained <= most) continue;
      const rises = first === 'step' || share > (product / left) * beside;
      if (rises) [best, most] = [[i, s], explained];
    }
  }
  return best;
}

const SMALLEST = 1e-7;

/** Squared length of every step's column at right angles to the basis. */
function ownOfSteps(basis: readonly Float64Array[], n: number): Float64Array {
  const own = Float64Array.from({ length: n }, (_, s) => n - s);
  for (const column of basis) {
    const products = stepProducts(column);
    for (let s = 0; s < n; s += 1) own[s] = (own[s] ?? 0) - (products[s] ?? 0) ** 2;
  }
  return own;
}
