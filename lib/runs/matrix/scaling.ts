import { contextOf, numberParam, textParam } from '#lib/runs/cell-params.ts';
import { type MatrixCell, paramsOf } from '#lib/runs/matrix/matrix-cell.ts';

/**
 * How well throughput follows concurrency (report 004, 2.1): requests per second per unit of concurrency against the cell
 * of the same model and context with the lowest concurrency. 1 is linear; null where there is nothing to compare with.
 */
export function scalingOf(cell: MatrixCell, all: readonly MatrixCell[]): number | null {
  const own = perUnit(cell);
  if (own === null) return null;
  const params = paramsOf(cell);
  const alike = all.filter((other) => {
    const of = paramsOf(other);
    return (
      textParam(of, 'model') === textParam(params, 'model') &&
      contextOf(of) === contextOf(params) &&
      perUnit(other) !== null
    );
  });
  const level = (of: MatrixCell): number => numberParam(paramsOf(of), 'concurrency') ?? 0;
  const [base] = alike.toSorted((a, b) => level(a) - level(b) || b.number - a.number);
  const least = base === undefined || level(base) >= level(cell) ? null : perUnit(base);
  return least === null || least <= 0 ? null : own / least;
}

function perUnit(cell: MatrixCell): number | null {
  const concurrency = numberParam(paramsOf(cell), 'concurrency');
  const { requestsPerSecond } = cell;
  return concurrency === null || concurrency <= 0 || requestsPerSecond === null
    ? null
    : requestsPerSecond / concurrency;
}
