import type { Queryable } from '#lib/db/alerts.ts';

/** Attempts to poll one target, oldest first. */
export type PollHistory = {
  readonly atMs: readonly number[];
  readonly ok: readonly boolean[];
  /** How often in a row the page had shown the same values. */
  readonly sameBody: readonly number[];
  /** How many of the attempts up to and with each one succeeded. */
  readonly okSoFar: readonly number[];
};

const NONE: PollHistory = { atMs: [], ok: [], sameBody: [], okSoFar: [] };

/** Attempts in (fromMs, toMs], by target; those older than the raw retention are gone. */
export async function readPollHistory(
  db: Queryable,
  targetIds: readonly number[],
  fromMs: number,
  toMs: number,
): Promise<(targetId: number) => PollHistory> {
  const { rows } = await db.query<{ id: number; at: number[]; ok: boolean[]; same: number[] }>(
    `SELECT target_id AS id, json_agg(at_ms ORDER BY at_ms) AS at, json_agg(ok ORDER BY at_ms) AS ok,
            json_agg(same_body ORDER BY at_ms) AS same
     FROM scrape WHERE target_id = ANY($1::int[]) AND at_ms > $2 AND at_ms <= $3 GROUP BY 1`,
    [targetIds, Math.floor(fromMs), Math.floor(toMs)],
  );
  const byTarget = new Map(
    rows.map(({ id, at, ok, same }) => {
      let good = 0;
      const okSoFar = ok.map((each) => (good += Number(each)));
      return [id, { atMs: at, ok, sameBody: same, okSoFar }];
    }),
  );
  return (targetId) => byTarget.get(targetId) ?? NONE;
}
