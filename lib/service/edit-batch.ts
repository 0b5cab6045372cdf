import type { BatchInput, BatchPatch, BatchView } from '#lib/api/runs.ts';
import type { Client } from '#lib/db/pool.ts';
import {
  type BatchChange,
  type BatchRow,
  forgetMeasured,
  insertBatch,
  loadBatches,
  updateBatch,
} from '#lib/db/run-batches.ts';
import { type RunRow, updateRun } from '#lib/db/runs.ts';
import { IDLE_LOOK_MS } from '#lib/runs/batch-window.ts';
import { type CellParams, cellName } from '#lib/runs/cell-params.ts';
import { isMatrix } from '#lib/runs/run.ts';
import type { Actor } from '#lib/service/access.ts';
import { change } from '#lib/service/change.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { lockedRun } from '#lib/service/edit-run.ts';
import { AppError } from '#lib/service/errors.ts';
import { isoOf, pastTime, refuseTime } from '#lib/service/run-times.ts';
import { getRunView } from '#lib/service/runs.ts';

/** `POST /runs/{id}/batches`: begins the next batch; one that still runs ends with it. */
export async function beginBatch(
  context: ServiceContext,
  actor: Actor,
  runId: number,
  input: BatchInput,
): Promise<BatchView> {
  const nowMs = context.clock();
  const startedAtMs = pastTime('startedAtMs', input.startedAtMs, nowMs);
  const endedAtMs = input.endedAtMs === undefined ? null : pastTime('endedAtMs', input.endedAtMs, nowMs);
  const submittedAtMs = input.submittedAtMs ?? null;
  const number = await change(context, actor, 'runs', async (client) => {
    const run = await lockedRun(client, runId);
    const batches = await loadBatches(client, [runId]);
    const params = paramsFor(run, input);
    checkTimes(run, { submittedAtMs, startedAtMs, endedAtMs });
    checkReported(input.reported ?? {});
    await place(client, run, batches, { startedAtMs, endedAtMs });
    const next = (batches.at(-1)?.number ?? 0) + 1;
    await insertBatch(client, {
      runId,
      number: next,
      name: input.name ?? cellName(params) ?? `batch ${next}`,
      notes: input.notes,
      submittedAtMs,
      startedAtMs,
      endedAtMs,
      state: endedAtMs === null ? 'running' : 'finished',
      reported: input.reported ?? {},
      params,
      result: null,
      timed: true,
    });
    await updateRun(client, runId, {});
    const detail = { startedAtMs, endedAtMs, params };
    return { result: next, deed: { action: 'run.batch', object: `run ${runId} batch ${next}`, detail } };
  });
  return batchView(context, runId, number);
}

type Times = Pick<BatchRow, 'submittedAtMs' | 'startedAtMs' | 'endedAtMs'>;

function checkTimes(run: RunRow, { submittedAtMs, startedAtMs, endedAtMs }: Times): void {
  if (run.finishedAtMs !== null && (endedAtMs === null || endedAtMs > run.finishedAtMs)) {
    const rule = 'only a batch of before that, with startedAtMs and endedAtMs, can be added';
    throw new AppError('conflict', `run ${run.id} has finished at ${isoOf(run.finishedAtMs)}: ${rule}`);
  }
  if (endedAtMs !== null && endedAtMs <= startedAtMs) refuseTime('endedAtMs', 'must be after the start');
  if (submittedAtMs !== null && submittedAtMs > startedAtMs) refuseTime('submittedAtMs', 'is after the start');
  if (startedAtMs < run.startedAtMs) refuseTime('startedAtMs', `the run began at ${isoOf(run.startedAtMs)}`);
}

/** Together with what was told before: a success rate of 120 % must not come of two calls that are each in order. */
function checkReported({ total, completed = 0, failed = 0 }: NonNullable<BatchInput['reported']>): void {
  if (total === undefined || completed + failed <= total) return;
  const message = `${completed} completed and ${failed} failed are more than the total of ${total}`;
  throw new AppError('invalid', `reported: ${message}`, [{ path: 'reported.total', message }]);
}

function paramsFor(run: RunRow, { params }: BatchInput): CellParams {
  if (params === undefined || isMatrix(run.kind)) return params ?? {};
  const message = `run ${run.id} is a multi-batch run: only cells of a test matrix have parameters`;
  throw new AppError('invalid', `params: ${message}`, [{ path: 'params', message }]);
}

/**
 * The batch that runs ends where the next begins. Batches follow each other; finished cells of a matrix may be told in any
 * order, as long as no two of them overlap: the engine's numbers would be those of both.
 */
async function place(
  client: Client,
  run: RunRow,
  batches: readonly BatchRow[],
  at: Pick<Times, 'startedAtMs' | 'endedAtMs'>,
) {
  const timed = batches.filter((batch) => batch.timed);
  const last = timed.toSorted((a, b) => a.startedAtMs - b.startedAtMs).at(-1);
  if (last === undefined) return;
  const earliestMs = last.endedAtMs ?? last.startedAtMs + 1;
  if (at.startedAtMs >= earliestMs) return makeRoom(client, last, at.startedAtMs);
  const { endedAtMs } = at;
  if (!isMatrix(run.kind) || endedAtMs === null)
    return refuseTime(
      'startedAtMs',
      `batch ${last.number} ${last.endedAtMs === null ? 'began' : 'ended'} at ${isoOf(earliestMs)}`,
    );
  const other = timed.find(
    (batch) => at.startedAtMs < (batch.endedAtMs ?? Number.POSITIVE_INFINITY) && endedAtMs > batch.startedAtMs,
  );
  if (other !== undefined) refuseTime('startedAtMs', `it overlaps batch ${other.number}`);
  await forgetNeighbours(client, timed, { startedAtMs: at.startedAtMs, endedAtMs });
}

/** Idle time around a new cell is no longer that of its neighbours. */
async function forgetNeighbours(
  client: Client,
  timed: readonly BatchRow[],
  at: { startedAtMs: number; endedAtMs: number },
) {
  const near = timed.filter(
    (batch) =>
      batch.startedAtMs <= at.endedAtMs + IDLE_LOOK_MS && (batch.endedAtMs ?? 0) >= at.startedAtMs - IDLE_LOOK_MS,
  );
  for (const { runId, number } of near) await forgetMeasured(client, runId, number);
}

/** The batch before ends, or its idle time ends where this one begins. */
async function makeRoom(client: Client, last: BatchRow, startedAtMs: number): Promise<void> {
  if (last.endedAtMs === null)
    await updateBatch(client, last.runId, last.number, { state: 'finished', endedAtMs: startedAtMs });
  else if (startedAtMs < last.endedAtMs + IDLE_LOOK_MS) await forgetMeasured(client, last.runId, last.number);
}

/** `PATCH /runs/{id}/batches/{number}`: ends it, or adds to what is known of it. */
export async function patchBatch(
  context: ServiceContext,
  actor: Actor,
  at: { readonly runId: number; readonly number: number },
  patch: BatchPatch,
): Promise<BatchView> {
  const { runId, number } = at;
  const nowMs = context.clock();
  const ends = patch.end === true || patch.endedAtMs !== undefined;
  const endedAtMs = ends ? pastTime('endedAtMs', patch.endedAtMs, nowMs) : null;
  await change(context, actor, 'runs', async (client) => {
    await lockedRun(client, runId);
    const batch = (await loadBatches(client, [runId])).find((each) => each.number === number);
    if (batch === undefined) throw new AppError('not-found', `run ${runId} has no batch ${number}`);
    const reported = { ...batch.reported, ...patch.reported };
    checkReported(reported);
    await updateBatch(client, runId, number, {
      ...(endedAtMs === null ? {} : endOf(batch, endedAtMs)),
      ...(patch.notes === undefined ? {} : { notes: patch.notes }),
      ...(patch.reported === undefined ? {} : { reported }),
    });
    await updateRun(client, runId, {});
    return {
      result: null,
      deed: { action: 'run.batch-update', object: `run ${runId} batch ${number}`, detail: patch },
    };
  });
  return batchView(context, runId, number);
}

function endOf(batch: BatchRow, endedAtMs: number): BatchChange {
  if (batch.endedAtMs !== null)
    throw new AppError('conflict', `batch ${batch.number} has ended already, at ${isoOf(batch.endedAtMs)}`);
  if (endedAtMs <= batch.startedAtMs) refuseTime('endedAtMs', 'must be after the start');
  return { state: 'finished', endedAtMs };
}

async function batchView(context: ServiceContext, runId: number, number: number): Promise<BatchView> {
  const { batches } = await getRunView(context, runId);
  const found = batches.find((batch) => batch.number === number);
  if (found === undefined) throw new AppError('not-found', `run ${runId} has no batch ${number}`);
  return found;
}
