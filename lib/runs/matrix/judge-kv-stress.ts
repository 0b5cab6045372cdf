import { REPORT_KV_CASES } from '#lib/metrics/report-scenarios.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { numberParam } from '#lib/runs/cell-params.ts';
import { type Judgement, judged, notMeasured } from '#lib/runs/judgement.ts';
import { fitOf, isScenario, type MatrixCell, newest, paramsOf } from '#lib/runs/matrix/matrix-cell.ts';

/** Its shares as ratios, as everything here is measured. */
const SCENARIOS = REPORT_KV_CASES.map(({ id, kvGb, passes, utilization, hitRate, evictions }) => ({
  ...{ id, kvGb, passes },
  ...{ utilization: utilization / 100, hitRate: hitRate / 100, evictions: evictions / 100 },
}));
type Scenario = (typeof SCENARIOS)[number];

/**
 * Report 002's eleven scenarios: as good as the report or better. Utilisation is that of its 24 GB, or of `gpu_gb` where the
 * cell names its card; what does not fit there may fill the cache. A scenario that the report expects to fail passes
 * whether it fails or, on a larger card, does not.
 */
export function judgeKvStress(cells: readonly MatrixCell[]): readonly Judgement[] {
  return SCENARIOS.flatMap((scenario) => {
    const cell = newest(cells, isScenario(scenario.id));
    return [utilisation, hitRate, evictions, result].map((judge) => judge(cell, scenario));
  });
}

const NOT_RUN = 'this scenario was not run';

function utilisation(cell: MatrixCell | null, scenario: Scenario): Judgement {
  const gpuGb = cell === null ? null : numberParam(paramsOf(cell), 'gpu_gb');
  const expected = gpuGb === null || gpuGb <= 0 ? scenario.utilization : scenario.kvGb / gpuGb;
  const most = Math.min(1, expected);
  const limit = `<= ${formatValue(most, 'ratio')}`;
  const criterion = { check: 'KV utilisation', unit: 'ratio', limit, cell: scenario.id, source: '002' } as const;
  if (cell === null) return notMeasured(criterion, NOT_RUN, []);
  const value = cell.cell?.kvMaxRatio ?? null;
  if (value === null) return notMeasured(criterion, 'no poll shows the KV cache', [cell.number]);
  const reason = `${scenario.kvGb} GB by the report, ${formatValue(expected, 'ratio')} of ${gpuGb ?? 24} GB`;
  return judged(criterion, value <= most, value, reason, [cell.number]);
}

function hitRate(cell: MatrixCell | null, scenario: Scenario): Judgement {
  const limit = `>= ${formatValue(scenario.hitRate, 'ratio')}`;
  const criterion = { check: 'cache hit rate', unit: 'ratio', limit, cell: scenario.id, source: '002' } as const;
  if (cell === null) return notMeasured(criterion, NOT_RUN, []);
  if (cell.hitRatio === null) return notMeasured(criterion, 'lookups were not counted', [cell.number]);
  return judged(criterion, cell.hitRatio >= scenario.hitRate, cell.hitRatio, 'hits of all lookups', [cell.number]);
}

function evictions(cell: MatrixCell | null, scenario: Scenario): Judgement {
  const limit = `<= ${formatValue(scenario.evictions, 'ratio')}`;
  const criterion = { check: 'cache evictions', unit: 'ratio', limit, cell: scenario.id, source: '002' } as const;
  if (cell === null) return notMeasured(criterion, NOT_RUN, []);
  const value = cell.cell?.evictionRatio ?? null;
  if (value === null) return notMeasured(criterion, 'preemptions were not counted', [cell.number]);
  return judged(criterion, value <= scenario.evictions, value, 'preempted share of the requests', [cell.number]);
}

function result(cell: MatrixCell | null, scenario: Scenario): Judgement {
  const limit = scenario.passes ? 'fits' : 'fits or not';
  const criterion = { check: 'scenario result', unit: 'ratio', limit, cell: scenario.id, source: '002' } as const;
  if (cell === null) return notMeasured(criterion, NOT_RUN, []);
  const { fits, why } = fitOf(cell);
  if (fits === null) return notMeasured(criterion, why, [cell.number]);
  const against = scenario.passes ? 'the report passes it' : "it does not fit the report's 24 GB";
  return judged(
    criterion,
    fits || !scenario.passes,
    cell.successRatio,
    `${fits ? 'fits' : 'does not fit'}: ${why}; ${against}`,
    [cell.number],
  );
}
