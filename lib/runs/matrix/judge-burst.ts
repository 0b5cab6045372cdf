import { REPORT_BASELINE_RPS, REPORT_BURSTS } from '#lib/metrics/report-scenarios.ts';
import type { Unit } from '#lib/metrics/unit.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { numberParam } from '#lib/runs/cell-params.ts';
import { type Check, type Judgement, judged, notMeasured } from '#lib/runs/judgement.ts';
import { isScenario, type MatrixCell, newest, paramsOf } from '#lib/runs/matrix/matrix-cell.ts';

/** The report's numbers are of one simulated run; real arrivals scatter. Ours. */
const TOLERANCE = 0.05;

type Asked = {
  readonly check: Check;
  readonly unit: Unit;
  readonly expected: number;
  readonly atMost?: true;
  readonly of: (cell: MatrixCell) => number | null;
  readonly missing: string;
};

/**
 * Report 000's four bursts: peak and average rate and requests at least, queue at most what the report has, within 5 %.
 * With `baseline_rps` the expectations are those of the report relative to its baseline of 202 req/s.
 */
export function judgeBurst(cells: readonly MatrixCell[]): readonly Judgement[] {
  return REPORT_BURSTS.flatMap((scenario) => {
    const cell = newest(cells, isScenario(scenario.id));
    const baseline = (cell === null ? null : numberParam(paramsOf(cell), 'baseline_rps')) ?? REPORT_BASELINE_RPS;
    const scale = baseline / REPORT_BASELINE_RPS;
    const asked: readonly Asked[] = [
      {
        check: 'peak rate',
        unit: 'requests_per_second',
        expected: scenario.peakRps * scale,
        of: (of) => of.cell?.arrivalPeakPerSecond ?? null,
        missing: 'no poll shows the arrivals',
      },
      {
        check: 'average rate',
        unit: 'requests_per_second',
        expected: scenario.averageRps * scale,
        of: (of) => of.requestsPerSecond,
        missing: 'requests were not counted',
      },
      {
        check: 'queue peak',
        unit: 'requests',
        expected: scenario.queuePeak * scale,
        atMost: true,
        of: (of) => of.cell?.queuePeak ?? null,
        missing: 'no poll shows the queue',
      },
      {
        check: 'requests served',
        unit: 'requests',
        expected: scenario.requests * scale,
        of: (of) => of.completed,
        missing: 'requests were not counted',
      },
    ];
    return asked.map((one) => judgeOne(cell, one, scenario.id));
  });
}

function judgeOne(cell: MatrixCell | null, asked: Asked, id: string): Judgement {
  const { check, unit, expected, of, missing, atMost = false } = asked;
  const bound = expected * (1 + (atMost ? TOLERANCE : -TOLERANCE));
  const sign = atMost ? '<=' : '>=';
  const limit = `${sign} ${formatValue(bound, unit)}`;
  const criterion = { check, unit, limit, cell: id, source: '000' };
  if (cell === null) return notMeasured(criterion, 'this scenario was not run', []);
  const value = of(cell);
  if (value === null) return notMeasured(criterion, missing, [cell.number]);
  const passes = atMost ? value <= bound : value >= bound;
  return judged(criterion, passes, value, `the report has ${formatValue(expected, unit)}, ±5 %`, [cell.number]);
}
