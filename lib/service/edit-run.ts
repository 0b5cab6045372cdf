import type { FinishInput, RunDetail, RunInput, RunPatch } from '#lib/api/runs.ts';
import type { FleetState } from '#lib/db/fleet-state.ts';
import type { Client } from '#lib/db/pool.ts';
import { loadBatches, updateBatch } from '#lib/db/run-batches.ts';
import { insertRun, lockRun, type RunChange, type RunRow, updateRun } from '#lib/db/runs.ts';
import { isMatrix, type RunKind } from '#lib/runs/run.ts';
import type { Actor } from '#lib/service/access.ts';
import { change } from '#lib/service/change.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';
import { isoOf, pastTime, refuseTime } from '#lib/service/run-times.ts';
import { getRunView } from '#lib/service/runs.ts';
import { sharedFleet } from '#lib/service/shared-fleet.ts';

/** `POST /runs` */
export async function createRun(context: ServiceContext, actor: Actor, input: RunInput): Promise<RunDetail> {
  const nowMs = context.clock();
  const startedAtMs = pastTime('startedAtMs', input.startedAtMs, nowMs);
  const finishedAtMs = input.finishedAtMs === undefined ? null : pastTime('finishedAtMs', input.finishedAtMs, nowMs);
  if (finishedAtMs !== null && finishedAtMs <= startedAtMs) refuseTime('finishedAtMs', 'must be after the start');
  const { name, kind, labels, notes, expectation } = input;
  refuseThroughput(kind, expectation.requestsPerSecond);
  const engineIds = chooseEngines(await sharedFleet(context), input);
  const id = await change(context, actor, 'runs', async (client) => {
    const created = await insertRun(client, {
      name,
      kind,
      origin: 'api',
      engineIds,
      labels,
      notes,
      startedAtMs,
      finishedAtMs,
      expectedRps: expectation.requestsPerSecond ?? null,
      expectedVramBytes: expectation.vramBytes ?? null,
      createdBy: actor.name,
      createdAtMs: nowMs,
    });
    const detail = { name, engineIds, startedAtMs, finishedAtMs };
    return { result: created, deed: { action: 'run.create', object: `run ${created}`, detail } };
  });
  return getRunView(context, id);
}

/** Cells of a matrix are not alike: one throughput cannot be expected of all. */
function refuseThroughput(kind: RunKind, requestsPerSecond: number | null | undefined): void {
  if (!isMatrix(kind) || requestsPerSecond === null || requestsPerSecond === undefined) return;
  const message = 'a throughput can be expected of multi-batch runs only';
  throw new AppError('invalid', `expectation.requestsPerSecond: ${message}`, [
    { path: 'expectation.requestsPerSecond', message },
  ]);
}

/** Ids as given and the engines of the targets named; all engines where neither is given. */
export function chooseEngines(fleet: FleetState, input: Pick<RunInput, 'engines' | 'targets'>): number[] {
  const engines = fleet.subjects.filter((subject) => subject.kind === 'engine');
  const { engines: ids, targets: names } = input;
  if (ids === undefined && names === undefined) {
    if (engines.length === 0) refuseTime('engines', 'there is no engine to run on');
    return engines.map((engine) => engine.id);
  }
  const unknownIds = (ids ?? []).filter((id) => !engines.some((engine) => engine.id === id));
  if (unknownIds.length > 0) refuseTime('engines', `no engine ${unknownIds.join(', ')}`);
  const unknownNames = (names ?? []).filter((name) => !engines.some((engine) => engine.target.name === name));
  if (unknownNames.length > 0) refuseTime('targets', `no engine of a target named ${unknownNames.join(', ')}`);
  const chosen = engines.filter((engine) => ids?.includes(engine.id) || names?.includes(engine.target.name));
  if (chosen.length === 0) refuseTime('engines', 'a run needs an engine');
  return chosen.map((engine) => engine.id);
}

/** `PATCH /runs/{id}`: what is not named stays; an expectation that is null is none. */
export async function patchRun(context: ServiceContext, actor: Actor, id: number, patch: RunPatch): Promise<RunDetail> {
  await change(context, actor, 'runs', async (client) => {
    const { kind } = await lockedRun(client, id);
    refuseThroughput(kind, patch.expectation?.requestsPerSecond);
    await updateRun(client, id, changeOf(patch));
    return { result: null, deed: { action: 'run.update', object: `run ${id}`, detail: patch } };
  });
  return getRunView(context, id);
}

function changeOf({ name, labels, notes, expectation }: RunPatch): RunChange {
  return {
    ...(name === undefined ? {} : { name }),
    ...(labels === undefined ? {} : { labels }),
    ...(notes === undefined ? {} : { notes }),
    ...(expectation?.requestsPerSecond === undefined ? {} : { expectedRps: expectation.requestsPerSecond }),
    ...(expectation?.vramBytes === undefined ? {} : { expectedVramBytes: expectation.vramBytes }),
  };
}

/** `DELETE /runs/{id}`: it is no longer shown; its rows stay. */
export async function deleteRun(context: ServiceContext, actor: Actor, id: number): Promise<void> {
  await change(context, actor, 'runs', async (client) => {
    const { name } = await lockedRun(client, id);
    await updateRun(client, id, { removedAtMs: context.clock() });
    return { result: null, deed: { action: 'run.delete', object: `run ${id}`, detail: { name } } };
  });
}

/** `POST /runs/{id}/finish`: the batch that still runs ends with it. */
export async function finishRun(
  context: ServiceContext,
  actor: Actor,
  id: number,
  input: FinishInput,
): Promise<RunDetail> {
  const finishedAtMs = pastTime('finishedAtMs', input.finishedAtMs, context.clock());
  await change(context, actor, 'runs', async (client) => {
    const run = await lockedRun(client, id);
    if (run.finishedAtMs !== null)
      throw new AppError('conflict', `run ${id} has finished already, at ${isoOf(run.finishedAtMs)}`);
    const batches = await loadBatches(client, [id]);
    const latestMs = Math.max(run.startedAtMs, ...batches.map((batch) => batch.endedAtMs ?? batch.startedAtMs));
    if (finishedAtMs < latestMs) refuseTime('finishedAtMs', `something of it happened later, at ${isoOf(latestMs)}`);
    for (const batch of batches.filter((each) => each.endedAtMs === null))
      await updateBatch(client, id, batch.number, { state: 'finished', endedAtMs: finishedAtMs });
    await updateRun(client, id, { finishedAtMs });
    return { result: null, deed: { action: 'run.finish', object: `run ${id}`, detail: { finishedAtMs } } };
  });
  return getRunView(context, id);
}

/** The run, and nobody else changes it meanwhile. Throws AppError `not-found`. */
export async function lockedRun(client: Client, id: number): Promise<RunRow> {
  const run = await lockRun(client, id);
  if (run === null) throw new AppError('not-found', `no run ${id}`);
  return run;
}
