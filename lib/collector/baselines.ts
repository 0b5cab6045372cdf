import { listEngineIds, loadBaselineMinutes, loadStoredBaseline, saveBaseline } from '#lib/db/baselines.ts';
import type { Pool } from '#lib/db/pool.ts';
import { baselineMinutes, learnBaseline } from '#lib/detect/baseline.ts';
import { learnPhases } from '#lib/detect/phase-baseline.ts';
import { warmSlowdown } from '#lib/detect/warm-slowdown.ts';

/** Learns what is usual of every engine anew. */
export async function learnBaselines(pool: Pool, nowMs: number): Promise<void> {
  for (const id of await listEngineIds(pool)) {
    const minutes = await loadBaselineMinutes(pool, id, nowMs);
    if (minutes.length === 0) continue;
    const known = (await loadStoredBaseline(pool, id))?.slowdown?.reference ?? null;
    await saveBaseline(
      pool,
      id,
      {
        ...learnBaseline(minutes, nowMs),
        phases: learnPhases(baselineMinutes(minutes, nowMs)),
        slowdown: warmSlowdown(minutes, known, nowMs),
      },
      nowMs,
    );
  }
}
