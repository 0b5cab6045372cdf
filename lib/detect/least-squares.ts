import { solveSymmetric } from '#lib/detect/solve-symmetric.ts';

/** `start` and columns of length 1 at right angles to it that span the same (Gram–Schmidt); those that depend on others are left out. */
export function orthonormal(
  columns: readonly Float64Array[],
  start: readonly Float64Array[] = [],
): readonly Float64Array[] {
  const basis = [...start];
  for (const column of columns) {
    const rest = without(column, basis);
    const [length, own] = [Math.sqrt(dot(column, column)), Math.sqrt(dot(rest, rest))];
    if (own > SMALLEST_SHARE * length) basis.push(scaledBy(rest, 1 / own));
  }
  return basis;
}

function scaledBy(values: Float64Array, factor: number): Float64Array {
  for (let i = 0; i < values.length; i += 1) values[i] = (values[i] ?? 0) * factor;
  return values;
}

const SMALLEST_SHARE = 1e-7;

/** What an orthonormal basis leaves of the values. */
export function without(values: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const rest = Float64Array.from(values);
  for (const column of basis) {
    const share = dot(rest, column);
    for (let i = 0; i < rest.length; i += 1) rest[i] = (rest[i] ?? 0) - share * (column[i] ?? 0);
  }
  return rest;
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

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
