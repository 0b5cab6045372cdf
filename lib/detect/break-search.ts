import { dot } from '#lib/detect/least-squares.ts';

/**
 * What a model adds at a break. `step`: 0, then 1. `ramp`: time up to the break, then level. `onset`: level, then time
 * since the break. `fade` and `fill`: 1 − exp(−t/τ), what rises ever more slowly; the "break" is the place of τ in TAUS_H.
 */
export type BreakKind = 'step' | 'ramp' | 'onset' | 'fade' | 'fill';

const tausOf = (fromMinutes: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => (fromMinutes / 60) * 1.3 ** i);

/** Time constants in hours, of a warm-up that fades (4 to 42 minutes) and of a cache that fills up (55 minutes to 3.4 h). */
export const TAUS_H = { fade: tausOf(4, 10), fill: tausOf(55, 6) } as const;

export function isFading(kind: BreakKind | undefined): kind is keyof typeof TAUS_H {
  return kind === 'fade' || kind === 'fill';
}

/** The column of a break at entry `index`: the first of the new level, or the one where the slope changes. */
function breakColumn(kind: BreakKind, times: Float64Array, index: number): Float64Array {
  const n = times.length;
  const column = new Float64Array(n);
  const [start, at] = [times[0] ?? 0, times[index] ?? 0];
  if (isFading(kind)) {
    const tau = TAUS_H[kind][index] ?? 1;
    for (let i = 0; i < n; i += 1) column[i] = 1 - Math.exp((start - (times[i] ?? 0)) / tau);
  } else if (kind === 'step') column.fill(1, index);
  else if (kind === 'ramp') for (let i = 0; i < n; i += 1) column[i] = Math.min(times[i] ?? 0, at);
  else for (let i = index; i < n; i += 1) column[i] = (times[i] ?? 0) - at;
  return column;
}

/** The columns of a series, each made once, when it is asked for. */
export class BreakColumns {
  readonly #times: Float64Array;
  readonly #made = new Map<BreakKind, Float64Array[]>();

  constructor(times: Float64Array) {
    this.#times = times;
  }

  of(kind: BreakKind, index: number): Float64Array {
    const made = this.#made.get(kind) ?? [];
    if (made.length === 0) this.#made.set(kind, made);
    const column = made[index] ?? breakColumn(kind, this.#times, index);
    made[index] = column;
    return column;
  }

  all(kind: keyof typeof TAUS_H): readonly Float64Array[] {
    return TAUS_H[kind].map((_, i) => this.of(kind, i));
  }
}

/**
 * The entry in [from, to) at which a break explains most of `rest`, the values as the columns of `basis` leave them
 * (orthonormal, the constant among them). A ramp or an onset must rise. O(length × columns) by running sums. null when
 * no break explains anything.
 */
export function bestBreak(
  kind: BreakKind,
  times: Float64Array,
  columns: BreakColumns,
  basis: readonly Float64Array[],
  rest: Float64Array,
  from: number,
  to: number,
): number | null {
  const withRest = productsWith(kind, times, columns, rest);
  const withBasis = basis.map((column) => productsWith(kind, times, columns, column));
  const withSelf = squaresOf(kind, times, columns);
  let [best, most] = [null as number | null, 0];
  for (let i = from; i < to; i += 1) {
    const product = withRest[i] ?? 0;
    if (kind !== 'step' && product <= 0) continue;
    const whole = withSelf[i] ?? 0;
    let own = whole;
    for (const products of withBasis) own -= (products[i] ?? 0) ** 2;
    if (own <= SMALLEST_SHARE * whole) continue;
    const explained = (product * product) / own;
    if (explained > most) [best, most] = [i, explained];
  }
  return best;
}

/** A column this close to a combination of the basis carries no information of its own. */
const SMALLEST_SHARE = 1e-9;

/** Inner product of the break column at every index with another column. */
function productsWith(
  kind: BreakKind,
  times: Float64Array,
  columns: BreakColumns,
  other: Float64Array,
): ArrayLike<number> {
  if (isFading(kind)) return columns.all(kind).map((fade) => dot(fade, other));
  const n = times.length;
  const products = new Float64Array(n);
  let [after, timesAfter, all] = [0, 0, 0];
  for (let i = 0; i < n; i += 1) all += (times[i] ?? 0) * (other[i] ?? 0);
  for (let i = n - 1; i >= 0; i -= 1) {
    const [time, value] = [times[i] ?? 0, other[i] ?? 0];
    after += value;
    timesAfter += time * value;
    const onset = timesAfter - time * after;
    products[i] = kind === 'step' ? after : kind === 'onset' ? onset : all - onset;
  }
  return products;
}

function squaresOf(kind: BreakKind, times: Float64Array, columns: BreakColumns): ArrayLike<number> {
  if (isFading(kind)) return columns.all(kind).map((fade) => dot(fade, fade));
  const n = times.length;
  const squares = new Float64Array(n);
  let [sum, square, all] = [0, 0, 0];
  for (const time of times) all += time * time;
  for (let i = n - 1; i >= 0; i -= 1) {
    const time = times[i] ?? 0;
    sum += time;
    square += time * time;
    const count = n - i;
    if (kind === 'step') squares[i] = count;
    else if (kind === 'onset') squares[i] = square - 2 * time * sum + count * time * time;
    else squares[i] = all - square + count * time * time;
  }
  return squares;
}

/** Inner product of the column of a step at every entry with another column, written to `products`. */
export function stepProducts(
  other: Float64Array,
  products: Float64Array = new Float64Array(other.length),
): Float64Array {
  let after = 0;
  for (let i = other.length - 1; i >= 0; i -= 1) {
    after += other[i] ?? 0;
    products[i] = after;
  }
  return products;
}
