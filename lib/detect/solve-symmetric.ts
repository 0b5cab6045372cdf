/** Columns that are this close to a combination of the others carry no information of their own. */
const SMALLEST_PIVOT = 1e-9;

/**
 * Solves the normal equations `matrix · x = right` of a least-squares fit (symmetric, at most a few rows) by Gaussian
 * elimination. null when the columns depend on each other. No rows: [].
 */
export function solveSymmetric(
  matrix: readonly (readonly number[])[],
  right: readonly number[],
): readonly number[] | null {
  const n = right.length;
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  for (let k = 0; k < n; k += 1) {
    const pivotRow = rows[k] ?? [];
    const pivot = pivotRow[k] ?? 0;
    if (pivot <= SMALLEST_PIVOT * (matrix[k]?.[k] ?? 0)) return null;
    for (let i = k + 1; i < n; i += 1) {
      const row = rows[i] ?? [];
      const factor = (row[k] ?? 0) / pivot;
      for (let j = k; j <= n; j += 1) row[j] = (row[j] ?? 0) - factor * (pivotRow[j] ?? 0);
    }
  }
  const solved = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k -= 1) {
    const row = rows[k] ?? [];
    let rest = row[n] ?? 0;
    for (let j = k + 1; j < n; j += 1) rest -= (row[j] ?? 0) * (solved[j] ?? 0);
    solved[k] = rest / (row[k] ?? 1);
  }
  return solved;
}
