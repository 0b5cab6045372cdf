import { solveSymmetric } from '#lib/detect/solve-symmetric.ts';

/** `start` and columns of length 1 at right angles to it that span the same (Gram–Schmidt); those that depend on others are left out. */
export function orthonormal(
  columns: readonly Float64Array[],
  start: readonly Float64Array[] = [],
): readonly Float64Array[] {
  const basis = [...start];
  for (const column of columns) {
    const upright = new Float64Array(column.length);
    if (turnUpright(column, basis, upright)) basis.push(upright);
  }
  return basis;
}

/** Writes the part of a column at right angles to the basis, of length 1, to `upright`; false where hardly any is left. */
export function turnUpright(column: Float64Array, basis: readonly Float64Array[], upright: Float64Array): boolean {
  upright.set(column);
  takeOut(upright, basis);
  const own = Math.sqrt(dot(upright, upright));
  for (let i = 0; i < upright.length; i += 1) upright[i] = (upright[i] ?? 0) / own;
  return own > SMALLEST_SHARE * Math.sqrt(dot(column, column));
}

const SMALLEST_SHARE = 1e-7;

/** What an orthonormal basis leaves of the values. */
export function without(values: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const rest = values.slice();
  takeOut(rest, basis);
  return rest;
}

function takeOut(values: Float64Array, basis: readonly Float64Array[]): void {
  for (const column of basis) {
    const share = dot(values, column);
    for (let i = 0; i < values.length; i += 1) values[i] = (values[i] ?? 0) - share * (column[i] ?? 0);
  }
}

export type LeastSquares = {
  readonly coefficients: readonly number[];
  readonly rss: number;
  readonly residuals: Float64Array;
};

/** Fit of the columns and a constant; null when they depend on each other. */
export function leastSquares(columns: readonly Float64Array[], values: Float64Array): LeastSquares | null {
  const centredColumns = columns.map(centred);
  const y = centred(values);
  const coefficients = solveSymmetric(
    centredColumns.map((a) => centredColumns.map((b) => dot(a, b))),
    centredColumns.map((column) => dot(column, y)),
  );
  if (coefficients === null) return null;
  const residuals = y;
  for (const [k, column] of centredColumns.entries()) {
    const coefficient = coefficients[k] ?? 0;
    for (let i = 0; i < residuals.length; i += 1) residuals[i] = (residuals[i] ?? 0) - coefficient * (column[i] ?? 0);
  }
  return { coefficients, rss: dot(residuals, residuals), residuals };
}

function centred(values: Float64Array): Float64Array {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i += 1) sum += values[i] ?? 0;
  const result = new Float64Array(n);
  for (let i = 0; i < n; i += 1) result[i] = (values[i] ?? 0) - sum / n;
  return result;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
