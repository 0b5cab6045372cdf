import type { LeakJudgement } from '#lib/detect/leak-judgement.ts';
import { type BatchFigures, recordOf } from '#lib/runs/batch-figures.ts';
import type { Check, Judgement } from '#lib/runs/judgement.ts';
import { judgeMatrix } from '#lib/runs/matrix/judge-matrix.ts';
import { judgeMultiBatch } from '#lib/runs/multi-batch-criteria.ts';
import type { MatrixKind } from '#lib/runs/run.ts';
import { cellsInTime, gpuIdsOf, leakFactsOf } from '#lib/runs/run-gpu.ts';
import { judgeVramExpectation } from '#lib/runs/vram-criteria.ts';

export type RunExpectation = { readonly requestsPerSecond: number | null; readonly vramBytes: number | null };

/** A criterion, and the GPU that it is about; null where it is about the run. */
export type RunCriterion = Judgement & { readonly gpuId: number | null };

export type RunOutcome = 'pass' | 'fail' | 'not measured';

export type RunJudgement = {
  /** Those of each GPU's memory first, then those of the run. */
  readonly criteria: readonly RunCriterion[];
  readonly leaks: ReadonlyMap<number, LeakJudgement>;
  readonly outcome: RunOutcome;
};

const OF_GPU: readonly Check[] = ['total VRAM delta', 'VRAM trend'];

const NO_GPU =
  'no GPU is known to belong to the engines of this run: give engine and GPU exporter the same host label, or the engine its gpus';

/** Judges a multi-batch run by the criteria of report 003. `batches` in order. */
export function judgeRun(batches: readonly BatchFigures[], expectation: RunExpectation, nowMs: number): RunJudgement {
  const known = gpuIdsOf(batches);
  const gpuIds: readonly (number | null)[] = known.length === 0 ? [null] : known;
  const judged = gpuIds.map((gpuId) => {
    const facts = leakFactsOf(batches, gpuId ?? 0, nowMs);
    const records = batches.map((batch) => recordOf(batch, gpuId));
    const { criteria, leak } = judgeMultiBatch(records, facts, expectation.requestsPerSecond);
    const said = gpuId === null ? criteria.map(ofNoGpu) : criteria;
    return { gpuId, criteria: said, leak: { ...leak, restarts: batches.flatMap((batch) => batch.restarts) } };
  });
  const ofGpus = judged.flatMap(({ gpuId, criteria }) => [
    ...criteria.filter(({ check }) => OF_GPU.includes(check)).map((criterion) => ({ ...criterion, gpuId })),
    ...vramExpectation(batches, gpuId, expectation),
  ]);
  const ofRun = (judged[0]?.criteria ?? []).filter(({ check }) => !OF_GPU.includes(check));
  const criteria = [...ofGpus, ...ofRun.map((criterion) => ({ ...criterion, gpuId: null }))];
  const leaks = judged.flatMap(({ gpuId, leak }): [number, LeakJudgement][] => (gpuId === null ? [] : [[gpuId, leak]]));
  return { criteria, leaks: new Map(leaks), outcome: outcomeOf(criteria, expectation) };
}

/** Without a GPU it is no news that its idle memory is not known; what is missing is the GPU. */
function ofNoGpu(criterion: Judgement): Judgement {
  return OF_GPU.includes(criterion.check) ? { ...criterion, reason: NO_GPU } : criterion;
}

/**
 * Judges a test matrix by what the reports ask of its cells. Leaks are judged of its memory too, and shown, but are no
 * criterion of a matrix: its cells are not alike.
 */
export function judgeMatrixRun(
  kind: MatrixKind,
  batches: readonly BatchFigures[],
  expectation: RunExpectation,
  nowMs: number,
): RunJudgement {
  const { leaks, criteria: ofRun } = judgeRun(cellsInTime(batches), { ...expectation, requestsPerSecond: null }, nowMs);
  const criteria = [
    ...judgeMatrix(kind, batches).map((criterion) => ({ ...criterion, gpuId: null })),
    ...ofRun.filter(({ check }) => check === 'VRAM against expectation'),
  ];
  return { criteria, leaks, outcome: outcomeOf(criteria, expectation) };
}

function vramExpectation(
  batches: readonly BatchFigures[],
  gpuId: number | null,
  { vramBytes }: RunExpectation,
): readonly RunCriterion[] {
  if (vramBytes === null) return [];
  const peaks = batches.map(({ number, memory }) => ({
    number,
    peakBytes: memory.find((gpu) => gpu.gpuId === gpuId)?.peakBytes ?? null,
  }));
  return [{ ...judgeVramExpectation(peaks, vramBytes), gpuId }];
}

/** The worst of the criteria; one that asks for an expectation that nobody gave is left out. */
export function outcomeOf(criteria: readonly Judgement[], expectation: RunExpectation): RunOutcome {
  const asked = criteria.filter((criterion) => isAsked(criterion, expectation));
  if (asked.some((criterion) => criterion.state === 'fail')) return 'fail';
  return asked.length === 0 || asked.some((criterion) => criterion.state === 'not measured') ? 'not measured' : 'pass';
}

/** False for the criterion that needs an expectation where none was given. */
export function isAsked({ check }: Pick<Judgement, 'check'>, expectation: RunExpectation): boolean {
  return check !== 'throughput against expectation' || expectation.requestsPerSecond !== null;
}
