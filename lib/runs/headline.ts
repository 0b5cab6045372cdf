import { formatValue } from '#lib/metrics/unit.ts';
import { isAsked, type RunCriterion, type RunExpectation } from '#lib/runs/judge-run.ts';
import type { Check } from '#lib/runs/judgement.ts';

type Words = (criterion: RunCriterion, gpuName: string) => string;

/** What matters most first: a reload makes batches slow, and failures explain what follows them. */
const FAILURES: readonly (readonly [Check, Words])[] = [
  ['VRAM trend', ({ value }, gpu) => `leak: ${formatValue(value, 'bytes')} per batch on ${gpu}`],
  [
    'crashes or OOM errors',
    ({ value, batches }) => `crashed or out of memory: ${value ?? 'some'} times, ${inBatches(batches)}`,
  ],
  ['success rate', ({ reason, batches }) => `failures: ${reason}, ${inBatches(batches)}`],
  ['model reload delay', ({ batches }) => `reloaded: ${inBatches(batches)}`],
  ['throughput degradation', ({ value }) => `degrading: ${formatValue(value, 'ratio')}`],
  ['total VRAM delta', ({ value }, gpu) => `${formatValue(value, 'bytes')} stayed behind on ${gpu}`],
  [
    'VRAM against expectation',
    ({ value }, gpu) => `VRAM above the expectation: ${formatValue(value, 'bytes')} on ${gpu}`,
  ],
  ['throughput variance', ({ value }) => `uneven: batches differ by ${formatValue(value, 'ratio')}`],
  [
    'throughput against expectation',
    ({ value, limit }) => `slow: ${formatValue(value, 'requests_per_second')}, expected ${limit}`,
  ],
];

/**
 * A run in a few words: the failed criterion that explains most, else "steady", else what could not be judged.
 * `gpuNameOf` names a GPU of the run.
 */
export function headlineOf(
  criteria: readonly RunCriterion[],
  expectation: RunExpectation,
  batchCount: number,
  gpuNameOf: (gpuId: number) => string,
): string {
  if (batchCount === 0) return 'no batch yet';
  const asked = criteria.filter((criterion) => isAsked(criterion, expectation));
  for (const [check, words] of FAILURES) {
    const failed = asked.filter((criterion) => criterion.check === check && criterion.state === 'fail');
    const worst = failed.toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0))[0];
    if (worst !== undefined) return words(worst, worst.gpuId === null ? 'a GPU' : gpuNameOf(worst.gpuId));
  }
  const unknown = asked.find((criterion) => criterion.state === 'not measured');
  return unknown === undefined ? 'steady' : `not measured: ${unknown.check}: ${unknown.reason}`;
}

function inBatches(batches: readonly number[]): string {
  return `${batches.length === 1 ? 'batch' : 'batches'} ${batches.join(', ')}`;
}
