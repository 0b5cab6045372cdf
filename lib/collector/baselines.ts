import { listEngineIds, loadBaselineMinutes, saveBaseline } from '#lib/db/baselines.ts';
import type { Pool } from '#lib/db/pool.ts';
import { learnBaseline } from '#lib/detect/baseline.ts';

/** Learns the baseline of every engine anew. */
export async function learnBaselines(pool: Pool, nowMs: number): Promise<void> {
  for (const id of await listEngineIds(pool)) {
    const minutes = await loadBaselineMinutes(pool, id, nowMs);
    if (minutes.length > 0) await saveBaseline(pool, id, learnBaseline(minutes, nowMs));
  }
}
