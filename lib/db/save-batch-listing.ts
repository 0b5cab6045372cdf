import type pg from 'pg';
import type { Queryable } from '#lib/db/alerts.ts';
import {
  loadBatchEngines,
  loadKnownBatches,
  lockOpenRuns,
  type OpenBatchRun,
  type WatchedBatch,
} from '#lib/db/batch-listing-reads.ts';
import {
  type BatchWatch,
  changeBatches,
  changeFoundRun,
  insertFoundBatches,
  insertFoundRun,
  saveWatches,
} from '#lib/db/batch-listing-writes.ts';
import { heldLeases } from '#lib/db/leases.ts';
import { sendHint } from '#lib/db/notify.ts';
import { inTransaction } from '#lib/db/pool.ts';
import type { ApiBatch } from '#lib/runs/api-batch.ts';
import { type BatchEngine, enginesBehind } from '#lib/runs/batch-engines.ts';
import { addProgress, forecastBatch } from '#lib/runs/batch-forecast.ts';
import { type NewBatches, type Placement, placeBatches } from '#lib/runs/place-batches.ts';

/** What one poll of a batch API listed. */
export type BatchListing = { readonly targetId: number; readonly atMs: number; readonly batches: readonly ApiBatch[] };

type Target = { readonly id: number; readonly name: string; readonly labels: Readonly<Record<string, string>> };

/**
 * Brings runs and batches of a batch API up to what it lists, in one transaction. A list says how things stand, so one that
 * is told again, or was lost, makes no difference; one that is older than what is stored is left out. `holder` null skips
 * the lease check.
 */
export async function saveBatchListing(pool: pg.Pool, holder: string | null, listing: BatchListing): Promise<void> {
  await inTransaction(pool, async (client) => {
    const target = await heldTarget(client, holder, listing.targetId);
    if (target === null) return;
    const openRuns = await lockOpenRuns(client, target.id);
    const ids = listing.batches.map((batch) => batch.externalId);
    const known = await loadKnownBatches(
      client,
      target.id,
      ids,
      openRuns.map((run) => run.id),
    );
    if (known.some((batch) => batch.lastSeenMs > listing.atMs)) return;
    const placement = placeBatches({ nowMs: listing.atMs, batches: listing.batches, known, openRuns });
    await changeBatches(client, placement.changes);
    const engines = await loadBatchEngines(client);
    const behind = (batches: readonly ApiBatch[]) => enginesOf(target, batches, engines);
    const numbers = await saveAdded(client, target, listing, placement.added, behind);
    await saveWatches(client, watchesOf(listing, known, numbers));
    const isChanged = await saveRuns(client, listing, openRuns, known, placement, behind);
    if (isChanged) await sendHint(client, 'runs');
  });
}

async function heldTarget(client: pg.PoolClient, holder: string | null, id: number): Promise<Target | null> {
  if (holder !== null && !(await heldLeases(client, holder, [id])).has(id)) return null;
  const { rows } = await client.query<Target>(
    'SELECT id, name, labels FROM target WHERE id = $1 AND removed_at IS NULL',
    [id],
  );
  return rows[0] ?? null;
}

type Behind = (batches: readonly ApiBatch[]) => readonly number[];

function enginesOf(target: Target, batches: readonly ApiBatch[], engines: readonly BatchEngine[]): readonly number[] {
  return enginesBehind(target.labels, new Set(batches.flatMap((batch) => batch.model ?? [])), engines);
}

type BatchPlace = { readonly runId: number; readonly number: number };

/** Stores new batches and the runs that begin with them. Returns the place of each by its id. */
async function saveAdded(
  client: Queryable,
  target: Target,
  listing: BatchListing,
  added: readonly NewBatches[],
  behind: Behind,
): Promise<ReadonlyMap<string, BatchPlace>> {
  const places = new Map<string, BatchPlace>();
  for (const group of added) {
    const ids = new Set(group.batches.map((batch) => batch.externalId));
    const runId =
      group.runId ??
      (await insertFoundRun(client, {
        name: `${target.name} ${new Date(group.startedMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
        origin: 'batch-api',
        engineIds: behind(listing.batches.filter((batch) => ids.has(batch.externalId))),
        notes: '',
        startedMs: group.startedMs,
        finishedMs: group.finishedMs,
        createdBy: `batch API ${target.name}`,
        nowMs: listing.atMs,
      }));
    await insertFoundBatches(client, { runId, targetId: target.id, firstNumber: group.firstNumber }, group.batches);
    group.batches.forEach((batch, i) => {
      places.set(batch.externalId, { runId, number: group.firstNumber + i });
    });
  }
  return places;
}

/** Batches that run, and those that were seen for the first time or ended with this poll. */
function watchesOf(
  { atMs, batches }: BatchListing,
  known: readonly WatchedBatch[],
  added: ReadonlyMap<string, BatchPlace>,
): BatchWatch[] {
  const stored = new Map(known.map((batch) => [batch.externalId, batch]));
  return batches.flatMap((batch) => {
    const before = stored.get(batch.externalId);
    const place = before ?? added.get(batch.externalId);
    if (place === undefined || (before !== undefined && before.endedMs !== null)) return [];
    const { createdMs, startedMs, endedMs, expiresMs, total, completed, failed, model } = batch;
    const isCounted = completed !== null || failed !== null;
    const points = before?.progress ?? [];
    const progress = isCounted ? addProgress(points, { atMs, done: (completed ?? 0) + (failed ?? 0) }) : points;
    const runs = batch.state === 'running' && endedMs === null;
    const forecast = runs ? forecastBatch({ points: progress, startedMs, total, expiresMs, nowMs: atMs }) : null;
    const { runId, number } = place;
    return { runId, number, createdMs, expiresMs, model, lastSeenMs: atMs, progress, forecast };
  });
}

/** Open runs whose batches changed, that got more of them, whose engines became known, or that are over. */
async function saveRuns(
  client: Queryable,
  { batches }: BatchListing,
  openRuns: readonly OpenBatchRun[],
  known: readonly WatchedBatch[],
  { changes, added, finished }: Placement,
  behind: Behind,
): Promise<boolean> {
  const runOf = new Map(known.map((batch) => [batch.externalId, batch.runId]));
  for (const { known: batch } of changes) {
    if (openRuns.some((run) => run.id === batch.runId)) continue;
    await client.query('UPDATE run SET verdict = NULL WHERE id = $1', [batch.runId]);
  }
  let changed = changes.length > 0 || added.length > 0;
  for (const run of openRuns) {
    const joined = added.find((group) => group.runId === run.id);
    const own = changes.filter(({ known: batch }) => batch.runId === run.id);
    const ids = new Set(joined?.batches.map((batch) => batch.externalId));
    const listed = batches.filter((batch) => runOf.get(batch.externalId) === run.id || ids.has(batch.externalId));
    const engineIds = [...new Set([...run.engineIds, ...behind(listed)])].sort((a, b) => a - b);
    const finishedMs = joined?.finishedMs ?? finished.find(({ runId }) => runId === run.id)?.finishedMs ?? null;
    const startedMs = Math.min(
      run.startedMs,
      joined?.startedMs ?? run.startedMs,
      ...own.map(({ facts }) => facts.startedMs),
    );
    const isSame = joined === undefined && own.length === 0 && finishedMs === null;
    if (isSame && engineIds.length === run.engineIds.length) continue;
    await changeFoundRun(client, run.id, { startedMs, finishedMs, engineIds });
    changed = true;
  }
  return changed;
}
