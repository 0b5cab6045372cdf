/**
 * What a model adds at a break. `step`: 0, then 1. `ramp`: time up to the break, then level. `onset`: level, then time
 * since the break.
 */
export type BreakKind = 'step' | 'ramp' | 'onset';

/** The column of a break at entry `index`: the first of the new level, or the one where the slope changes. */
export function breakColumn(kind: BreakKind, times: Float64Array, index: number): Float64Array {
  const at = times[index] ?? 0;
  const column = new Float64Array(times.length);
  for (let i = 0; i < column.length; i += 1) {
    const time = times[i] ?? 0;
    if (kind === 'step') column[i] = i >= index ? 1 : 0;
    else column[i] = kind === 'ramp' ? Math.min(time, at) : Math.max(0, time - at);
  }
  return column;
}

/**
 * The entry in [from, to) at which a break explains most of `rest`, the values as the columns of `basis` leave them
 * (orthonormal, the constant among them). A ramp or an onset must rise. O(length × columns) by running sums. null when
 * no break explains anything.
 */
export function bestBreak(
  kind: BreakKind,
  times: Float64Array,
  basis: readonly Float64Array[],
  rest: Float64Array,
  from: number,
  to: number,
): number | null {
  const withRest = productsWith(kind, times, rest);
  const withBasis = basis.map((column) => productsWith(kind, times, column));
  const withSelf = squaresOf(kind, times);
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
function productsWith(kind: BreakKind, times: Float64Array, other: Float64Array): Float64Array {
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

function squaresOf(kind: BreakKind, times: Float64Array): Float64Array {
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
