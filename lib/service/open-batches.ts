import { openBatchOf } from '#lib/api/open-batch.ts';
import type { OpenBatch } from '#lib/api/sla.ts';
import { listRuns } from '#lib/db/runs.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { getRunView } from '#lib/service/runs.ts';

const MOST_RUNS = 20;

/** Batches that have not ended, those with the nearest deadline first; of the newest twenty runs that are open. */
export async function openBatches(context: ServiceContext): Promise<readonly OpenBatch[]> {
  const runs = await listRuns(
    context.pool,
    { state: 'running', kind: 'multi-batch' },
    { after: null, limit: MOST_RUNS },
  );
  const told = runs.filter(({ origin }) => origin !== 'detected');
  const details = await Promise.all(told.map(({ id }) => getRunView(context, id)));
  return details
    .flatMap((run) => run.batches.flatMap((batch) => (batch.endedAtMs === null ? [openBatchOf(run, batch)] : [])))
    .sort((a, b) => a.deadlineMs - b.deadlineMs);
}
