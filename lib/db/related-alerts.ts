import { type AlertRow, type Queryable, selectAlerts } from '#lib/db/alerts.ts';

export type Surroundings = {
  readonly exceptId: number;
  readonly subjectIds: readonly number[];
  readonly targetIds: readonly number[];
  readonly host: string | null;
  readonly model: string | null;
  readonly fromMs: number;
  readonly toMs: number;
};

/** Alerts about the same things (subjects, targets, host, model) that began in [fromMs, toMs], the nearest ids first. */
export function loadNeighbours(db: Queryable, around: Surroundings, limit: number): Promise<readonly AlertRow[]> {
  const { exceptId, subjectIds, targetIds, host, model, fromMs, toMs } = around;
  return selectAlerts(
    db,
    `a.id <> $1
     AND (a.fired_at_ms BETWEEN $2 AND $3 OR (a.resolved_at_ms IS NULL AND a.pending_since_ms BETWEEN $2 AND $3))
     AND (a.subject_id = ANY($4::int[]) OR a.target_id = ANY($5::int[]) OR a.labels ->> 'host' = $6 OR a.labels ->> 'model' = $7)`,
    [exceptId, Math.floor(fromMs), Math.ceil(toMs), subjectIds, targetIds, host, model],
    `ORDER BY abs(a.id - $1), a.id LIMIT ${Math.floor(limit)}`,
  );
}
