import { z } from 'zod';
import { type FleetState, sloOf } from '#lib/db/fleet-state.ts';
import type { Pool } from '#lib/db/pool.ts';
import { countSlaMinutes } from '#lib/db/sla-minutes.ts';
import { BATCH_STATES } from '#lib/runs/run.ts';
import type { SlaBatch } from '#lib/runs/sla-batches.ts';
import { NO_MINUTES, type SlaFigures, slaFigures } from '#lib/runs/sla-figures.ts';

const DAY_MS = 86_400_000;

const Row = z.object({
  engineIds: z.array(z.int()),
  state: z.enum(BATCH_STATES),
  submittedMs: z.number(),
  endedMs: z.number().nullable(),
  expiresMs: z.number().nullable(),
  requests: z.number().nullable(),
});

/**
 * By engine: batches that are open or ended after `fromMs`. Those that Headroom only found in an engine's activity promise
 * nothing, and neither do the cells of a test matrix.
 */
export async function loadSlaBatches(pool: Pool, fromMs: number): Promise<ReadonlyMap<number, readonly SlaBatch[]>> {
  const { rows } = await pool.query(
    `SELECT r.engine_ids AS "engineIds", b.state, coalesce(b.submitted_at_ms, b.started_at_ms) AS "submittedMs",
            b.ended_at_ms AS "endedMs", w.expires_ms AS "expiresMs",
            coalesce((b.reported->>'total')::float8,
                     (b.reported->>'completed')::float8 + coalesce((b.reported->>'failed')::float8, 0),
                     (b.measured->>'completed')::float8 + coalesce((b.measured->>'failed')::float8, 0)) AS requests
     FROM run_batch b JOIN run r ON r.id = b.run_id AND r.removed_at_ms IS NULL AND r.origin <> 'detected' AND r.kind = 'multi-batch'
     LEFT JOIN run_batch_watch w ON w.run_id = b.run_id AND w.number = b.number
     WHERE b.ended_at_ms IS NULL OR b.ended_at_ms > $1`,
    [Math.floor(fromMs)],
  );
  const byEngine = new Map<number, SlaBatch[]>();
  for (const { engineIds, ...batch } of rows.map((row) => Row.parse(row))) {
    for (const id of engineIds) byEngine.set(id, [...(byEngine.get(id) ?? []), batch]);
  }
  return byEngine;
}

/** How each engine kept its SLA in the last day. */
export async function loadSlaFigures(pool: Pool, fleet: FleetState): Promise<ReadonlyMap<number, SlaFigures>> {
  const [minutes, batches] = await Promise.all([
    countSlaMinutes(pool, fleet.nowMs),
    loadSlaBatches(pool, fleet.nowMs - DAY_MS),
  ]);
  return new Map(
    fleet.subjects
      .filter(({ kind }) => kind === 'engine')
      .map((subject) => {
        const { promisedBy } = sloOf(subject);
        const of = minutes.get(subject.id) ?? NO_MINUTES;
        return [subject.id, slaFigures(of, batches.get(subject.id) ?? [], promisedBy, fleet.nowMs)];
      }),
  );
}
