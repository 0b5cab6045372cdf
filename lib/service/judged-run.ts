import type { FleetState } from '#lib/db/fleet-state.ts';
import { type BatchRow, loadBatches } from '#lib/db/run-batches.ts';
import { type FigureBatch, loadFigures } from '#lib/db/run-figures.ts';
import { type RunRow, saveVerdict } from '#lib/db/runs.ts';
import { loadSubjectRefs, type SubjectRef } from '#lib/db/subject-refs.ts';
import { headlineOf } from '#lib/runs/headline.ts';
import { judgeMatrixRun, judgeRun, type RunExpectation, type RunJudgement } from '#lib/runs/judge-run.ts';
import { matrixHeadline } from '#lib/runs/matrix/judge-matrix.ts';
import { isMatrix } from '#lib/runs/run.ts';
import { gpuIdsOf } from '#lib/runs/run-gpu.ts';
import type { ServiceContext } from '#lib/service/context.ts';

/** A run with everything that is known of it now. */
export type JudgedRun = {
  readonly run: RunRow;
  readonly expectation: RunExpectation;
  readonly engines: readonly SubjectRef[];
  readonly gpus: ReadonlyMap<number, SubjectRef>;
  readonly batches: readonly FigureBatch[];
  readonly judgement: RunJudgement;
  readonly headline: string;
};

/** Measures what is not kept yet, judges the run, and keeps its verdict once nothing of it can change. */
export async function judgeStoredRun(context: ServiceContext, fleet: FleetState, run: RunRow): Promise<JudgedRun> {
  const rows: readonly BatchRow[] = await loadBatches(context.pool, [run.id]);
  const engines = await engineRefs(context, run.engineIds);
  const { batches, isFinal } = await loadFigures(context, fleet, { id: run.id, kind: run.kind, engines }, rows);
  const figures = batches.map((batch) => batch.figures);
  const expectation = { requestsPerSecond: run.expectedRps, vramBytes: run.expectedVramBytes };
  const judgement = isMatrix(run.kind)
    ? judgeMatrixRun(run.kind, figures, expectation, fleet.nowMs)
    : judgeRun(figures, expectation, fleet.nowMs);
  const gpus = await loadSubjectRefs(context.pool, gpuIdsOf(figures));
  const nameOf = (gpuId: number): string => gpus.get(gpuId)?.name ?? `GPU ${gpuId}`;
  const headline = isMatrix(run.kind)
    ? matrixHeadline(judgement.criteria, rows.length)
    : headlineOf(judgement.criteria, expectation, rows.length, nameOf);
  if (isFinal && run.finishedAtMs !== null && run.verdict === null)
    await saveVerdict(context.pool, run, { outcome: judgement.outcome, headline });
  return { run, expectation, engines, gpus, batches, judgement, headline };
}

/** Engines of a run in the order they were given; one that is not stored any more is left out. */
export async function engineRefs(context: ServiceContext, ids: readonly number[]): Promise<readonly SubjectRef[]> {
  const refs = await loadSubjectRefs(context.pool, ids);
  return ids.flatMap((id) => refs.get(id) ?? []);
}
