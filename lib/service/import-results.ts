import type { RunImport, RunImportQuery } from '#lib/api/run-import.ts';
import type { FleetState } from '#lib/db/fleet-state.ts';
import type { Client } from '#lib/db/pool.ts';
import { insertBatch, loadBatches, type NewBatch } from '#lib/db/run-batches.ts';
import { findRun, insertRun, type RunRow, updateRun } from '#lib/db/runs.ts';
import { type CellParams, cellName, textParam } from '#lib/runs/cell-params.ts';
import { guessKind } from '#lib/runs/matrix/guess-kind.ts';
import { type PlacedResult, placeResult } from '#lib/runs/results/place-result.ts';
import { readResults } from '#lib/runs/results/read-results.ts';
import { type ResultCell, type ResultFile, TOOL_WORDS } from '#lib/runs/results/result-cell.ts';
import { ResultError } from '#lib/runs/results/result-error.ts';
import { isMatrix, type MatrixKind } from '#lib/runs/run.ts';
import type { Actor } from '#lib/service/access.ts';
import { change } from '#lib/service/change.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { chooseEngines, lockedRun } from '#lib/service/edit-run.ts';
import { AppError } from '#lib/service/errors.ts';
import { sharedFleet } from '#lib/service/shared-fleet.ts';
import { modelOfKey } from '#lib/target/subject-identity.ts';

type PlacedCell = { readonly cell: ResultCell; readonly params: CellParams; readonly place: PlacedResult };

/** `POST /runs/import`: a run of the cells of a load generator's result file, or more cells of a run. */
export async function importResults(
  context: ServiceContext,
  actor: Actor,
  text: string,
  query: RunImportQuery,
): Promise<RunImport> {
  const nowMs = Math.floor(context.clock());
  const file = read(text);
  const cells = placed(file, query, nowMs);
  const into = query.run === undefined ? null : await knownRun(context, query.run);
  const kind = kindOf(into, query, cells);
  const fleet = await sharedFleet(context);
  const engineIds = into?.engineIds ?? enginesOf(fleet, query, cells);
  const answer = {
    tool: file.tool,
    recognised: `${TOOL_WORDS[file.tool]}: ${cells.length === 1 ? '1 measurement' : `${cells.length} measurements`}`,
    kind,
    engines: fleet.subjects.filter(({ id }) => engineIds.includes(id)).map(({ name }) => name),
  };
  if (query.dryRun) return { ...answer, runId: null, cells: cells.map((cell) => viewOf(cell, null)) };
  const { runId, first } = await change(context, actor, 'runs', async (client) => {
    const at = await runFor(
      client,
      { into, kind, engineIds, actor, nowMs, name: query.name ?? answer.recognised },
      cells,
    );
    for (const [i, cell] of cells.entries()) await insertBatch(client, batchOf(cell, file, at, i));
    const detail = { tool: file.tool, cells: cells.length, added: into !== null };
    return { result: at, deed: { action: 'run.import', object: `run ${at.runId}`, detail } };
  });
  return { ...answer, runId, cells: cells.map((cell, i) => viewOf(cell, first + i)) };
}

function read(text: string): ResultFile {
  try {
    return readResults(text);
  } catch (error) {
    if (error instanceof ResultError)
      throw new AppError('refused', error.message, [{ path: error.where, message: error.message }]);
    throw error;
  }
}

/** In the order in which they ran; those that nobody knows the time of last, as in the file. */
function placed(file: ResultFile, query: RunImportQuery, nowMs: number): readonly PlacedCell[] {
  const cells = file.cells.map((cell) => ({
    cell,
    params: { ...cell.params, ...query.params },
    place: placeResult(cell.times, query.utcOffsetMinutes ?? null, nowMs),
  }));
  const startOf = ({ place }: PlacedCell): number => (place.placed ? place.startMs : Number.MAX_SAFE_INTEGER);
  return cells.toSorted((a, b) => startOf(a) - startOf(b));
}

async function knownRun(context: ServiceContext, id: number): Promise<RunRow> {
  const run = await findRun(context.pool, id);
  if (run === null) throw new AppError('not-found', `no run ${id}`);
  return run;
}

function kindOf(into: RunRow | null, query: RunImportQuery, cells: readonly PlacedCell[]): MatrixKind {
  if (into === null) return query.kind ?? guessKind(cells.map(({ params }) => params));
  if (!isMatrix(into.kind)) throw new AppError('conflict', `run ${into.id} is a multi-batch run: it has no cells`);
  if (query.kind !== undefined && query.kind !== into.kind)
    throw new AppError('conflict', `run ${into.id} is of the kind ${into.kind}, not ${query.kind}`);
  return into.kind;
}

/** Those that were named, else those that serve a model of the file; none where no engine does. */
function enginesOf(fleet: FleetState, query: RunImportQuery, cells: readonly PlacedCell[]): readonly number[] {
  const { engines, targets } = query;
  if (engines !== undefined || targets !== undefined) return chooseEngines(fleet, { engines, targets });
  const models = new Set(cells.map(({ params }) => textParam(params, 'model')).filter((model) => model !== null));
  return fleet.subjects.filter(({ kind, key }) => models.has(modelOfKey(kind, key) ?? '')).map(({ id }) => id);
}

type Target = {
  readonly into: RunRow | null;
  readonly kind: MatrixKind;
  readonly engineIds: readonly number[];
  readonly actor: Actor;
  readonly nowMs: number;
  readonly name: string;
};
type RunAt = { readonly runId: number; readonly first: number; readonly startedAtMs: number };

/** The run that the cells go to, and its span grown so that it holds them. `first` is the number of the first of them. */
async function runFor(client: Client, target: Target, cells: readonly PlacedCell[]): Promise<RunAt> {
  const { into, kind, engineIds, actor, nowMs, name } = target;
  const spans = cells.flatMap(({ place }) => (place.placed ? [place] : []));
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const endMs = Math.max(...spans.map((span) => span.endMs));
  if (into === null) {
    const [startedAtMs, finishedAtMs] = spans.length === 0 ? [nowMs, nowMs] : [startMs, endMs];
    const runId = await insertRun(client, {
      name,
      kind,
      origin: 'file',
      engineIds: [...engineIds],
      labels: {},
      notes: '',
      startedAtMs,
      finishedAtMs,
      expectedRps: null,
      expectedVramBytes: null,
      createdBy: actor.name,
      createdAtMs: nowMs,
    });
    return { runId, first: 1, startedAtMs };
  }
  const run = await lockedRun(client, into.id);
  const last = (await loadBatches(client, [run.id])).at(-1);
  const startedAtMs = Math.min(run.startedAtMs, startMs);
  await updateRun(client, run.id, {
    startedAtMs,
    ...(run.finishedAtMs === null ? {} : { finishedAtMs: Math.max(run.finishedAtMs, endMs) }),
  });
  return { runId: run.id, first: (last?.number ?? 0) + 1, startedAtMs };
}

function batchOf({ cell, params, place }: PlacedCell, { tool }: ResultFile, at: RunAt, index: number): NewBatch {
  const { completed, failed, errors, promptTokens, completionTokens } = cell.numbers;
  const number = at.first + index;
  const ended = completed === null || failed === null ? null : completed + failed;
  const reported = { total: ended, completed, failed, errors, promptTokens, completionTokens };
  return {
    runId: at.runId,
    number,
    name: cellName(params) ?? `batch ${number}`,
    state: 'finished',
    notes: '',
    submittedAtMs: null,
    startedAtMs: place.placed ? place.startMs : at.startedAtMs,
    endedAtMs: place.placed ? place.endMs : at.startedAtMs,
    reported: Object.fromEntries(Object.entries(reported).filter(([, value]) => value !== null)),
    params,
    result: {
      tool,
      numbers: { ...cell.numbers, errors: cell.numbers.errors },
      remarks: [...remarksOf({ cell, place })],
    },
    timed: place.placed,
  };
}

function viewOf({ cell, params, place }: PlacedCell, number: number | null): RunImport['cells'][number] {
  return {
    number,
    name: cellName(params) ?? (number === null ? 'a cell' : `batch ${number}`),
    params: { ...params },
    startedAtMs: place.placed ? place.startMs : null,
    endedAtMs: place.placed ? place.endMs : null,
    remarks: [...remarksOf({ cell, place })],
  };
}

const remarksOf = ({ cell, place }: Pick<PlacedCell, 'cell' | 'place'>): readonly string[] =>
  place.placed ? cell.remarks : [...cell.remarks, place.reason];
