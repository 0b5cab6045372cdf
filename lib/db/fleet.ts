import type pg from 'pg';
import { z } from 'zod';
import { StoredSlo } from '#lib/api/slo.ts';
import { Recognised, RecognisedHead, TARGET_ORIGINS, TargetSource } from '#lib/api/targets.ts';

/** A target with the state of its newest poll, as every page reads it. Secrets are not among the columns. */
export type TargetView = z.infer<typeof TargetViewRow>;

const text = z.record(z.string(), z.string());

const TargetViewRow = z.object({
  id: z.int(),
  name: z.string(),
  source: TargetSource,
  url: z.string().nullable(),
  intervalMs: z.number(),
  labels: text,
  baselineRps: z.number().nullable(),
  maxRunning: z.number().nullable(),
  profile: z.enum(['relative', 'literal']),
  gpus: z.array(z.string()),
  slo: StoredSlo.nullable(),
  /** What is said for all targets. */
  sloForAll: StoredSlo.nullable(),
  origin: z.enum(TARGET_ORIGINS),
  hasAuth: z.boolean(),
  paused: z.boolean(),
  lastAtMs: z.number().nullable(),
  ok: z.boolean().nullable(),
  errorKind: z.string().nullable(),
  message: z.string().nullable(),
  sameBody: z.number().nullable(),
  lastOkMs: z.number().nullable(),
  durationMs: z.number().nullable(),
  bytes: z.number().nullable(),
  samples: z.number().nullable(),
});

const SubjectViewRow = z.object({
  id: z.int(),
  kind: z.enum(['engine', 'gpu']),
  key: z.string(),
  name: z.string(),
  targetId: z.int(),
  attributes: text,
  lastSampleMs: z.number().nullable(),
  learnedRps: z.number().nullable(),
  learnedMinutes: z.number().nullable(),
  /** How many times slower than after its warm-up, as of `learnedAtMs`. */
  slowdownTimes: z.number().nullable(),
  learnedAtMs: z.number().nullable(),
});
export type SubjectView = z.infer<typeof SubjectViewRow>;

export async function loadTargetViews(pool: pg.Pool): Promise<readonly TargetView[]> {
  const { rows } = await pool.query(
    `SELECT t.id, t.name, t.source, t.url, t.interval_ms AS "intervalMs", t.labels, t.baseline_rps AS "baselineRps",
            t.max_running AS "maxRunning", t.profile, t.gpus, t.slo, p.value AS "sloForAll", t.origin, t.auth IS NOT NULL AS "hasAuth", t.paused,
            s.last_at_ms AS "lastAtMs", s.ok, s.error_kind AS "errorKind", s.message, s.same_body AS "sameBody",
            s.last_ok_ms AS "lastOkMs", s.duration_ms AS "durationMs", s.bytes, s.samples
     FROM target t LEFT JOIN target_state s ON s.target_id = t.id LEFT JOIN setting p ON p.key = 'slo'
     WHERE t.removed_at IS NULL ORDER BY t.name`,
  );
  return rows.map((row) => TargetViewRow.parse(row));
}

/** Subjects of targets that are not removed. */
export async function loadSubjectViews(pool: pg.Pool): Promise<readonly SubjectView[]> {
  const { rows } = await pool.query(
    `SELECT u.id, u.kind, u.key, u.name, u.target_id AS "targetId", u.attributes, c.at_ms AS "lastSampleMs",
            b.rps AS "learnedRps", b.minutes AS "learnedMinutes",
            b.slowdown_times AS "slowdownTimes", (extract(epoch FROM b.learned_at) * 1000)::float8 AS "learnedAtMs"
     FROM subject u JOIN target t ON t.id = u.target_id AND t.removed_at IS NULL
     LEFT JOIN subject_cursor c ON c.subject_id = u.id LEFT JOIN subject_baseline b ON b.subject_id = u.id
     ORDER BY u.kind, u.name, u.id`,
  );
  return rows.map((row) => SubjectViewRow.parse(row));
}

/** What the newest recognised page of each target showed. */
export async function loadRecognised(
  pool: pg.Pool,
  targetIds: readonly number[],
): Promise<ReadonlyMap<number, Recognised>> {
  const { rows } = await pool.query<{ target_id: number; recognised: unknown }>(
    'SELECT target_id, recognised FROM target_state WHERE target_id = ANY($1::int[]) AND recognised IS NOT NULL',
    [targetIds],
  );
  return new Map(rows.map((row) => [row.target_id, Recognised.parse(row.recognised)]));
}

/** As `loadRecognised`, without the lists. */
export async function loadRecognisedHeads(pool: pg.Pool): Promise<ReadonlyMap<number, RecognisedHead>> {
  const { rows } = await pool.query<{ target_id: number; recognised: unknown }>(
    `SELECT target_id, recognised - ARRAY['ignored', 'missing', 'notes', 'problems'] AS recognised
     FROM target_state WHERE recognised IS NOT NULL`,
  );
  return new Map(rows.map((row) => [row.target_id, RecognisedHead.parse(row.recognised)]));
}

/** Why fields of these targets are missing: canonical field -> reason. */
export async function loadMissingFields(
  pool: pg.Pool,
  targetIds: readonly number[],
): Promise<ReadonlyMap<number, ReadonlyMap<string, string>>> {
  const { rows } = await pool.query<{ target_id: number; missing: unknown }>(
    "SELECT target_id, recognised->'missing' AS missing FROM target_state WHERE target_id = ANY($1::int[]) AND recognised IS NOT NULL",
    [targetIds],
  );
  return new Map(
    rows.map((row) => {
      const missing = Recognised.shape.missing.parse(row.missing);
      return [row.target_id, new Map(missing.map(({ field, reason }) => [field, reason]))];
    }),
  );
}

/** Share of polls that succeeded since `fromMs`, by target. */
export async function loadUpShares(pool: pg.Pool, fromMs: number): Promise<ReadonlyMap<number, number>> {
  const { rows } = await pool.query<{ target_id: number; share: number }>(
    'SELECT target_id, avg(ok::int)::float8 AS share FROM scrape WHERE at_ms >= $1 GROUP BY 1',
    [Math.floor(fromMs)],
  );
  return new Map(rows.map((row) => [row.target_id, row.share]));
}

export type ScrapeView = {
  readonly atMs: number;
  readonly ok: boolean;
  readonly durationMs: number;
  readonly bytes: number;
  readonly samples: number;
  readonly errorKind: string | null;
  readonly message: string | null;
};

/** The newest attempts of one target, newest first. */
export async function loadScrapes(pool: pg.Pool, targetId: number, limit: number): Promise<readonly ScrapeView[]> {
  const { rows } = await pool.query<ScrapeView>(
    `SELECT at_ms AS "atMs", ok, duration_ms AS "durationMs", bytes, samples, error_kind AS "errorKind", message
     FROM scrape WHERE target_id = $1 ORDER BY at_ms DESC LIMIT $2`,
    [targetId, limit],
  );
  return rows;
}

export type FailureSpan = {
  readonly targetId: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: string;
};

/** Runs of failed polls, each with the message of its first failure. Reads the failures and looks for a success between two. */
export async function loadFailureSpans(
  pool: pg.Pool,
  targetIds: readonly number[],
  range: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly FailureSpan[]> {
  const { rows } = await pool.query<FailureSpan>(
    `WITH failed AS (
       SELECT target_id, at_ms, message, lag(at_ms) OVER (PARTITION BY target_id ORDER BY at_ms) AS before_ms
       FROM scrape WHERE NOT ok AND target_id = ANY($1::int[]) AND at_ms >= $2 AND at_ms < $3
     ), runs AS (
       SELECT *, sum(starts::int) OVER (PARTITION BY target_id ORDER BY at_ms) AS run
       FROM (SELECT *, before_ms IS NULL OR EXISTS (
               SELECT 1 FROM scrape s WHERE s.target_id = failed.target_id AND s.at_ms > before_ms
               AND s.at_ms < failed.at_ms AND s.ok) AS starts FROM failed) marked
     )
     SELECT target_id AS "targetId", min(at_ms) AS "fromMs", max(at_ms) AS "toMs",
            (array_agg(coalesce(message, 'the poll failed') ORDER BY at_ms))[1] AS reason
     FROM runs GROUP BY target_id, run ORDER BY 2 DESC LIMIT 500`,
    [targetIds, Math.floor(range.fromMs), Math.floor(range.toMs)],
  );
  return rows;
}

export type MarkView = {
  readonly atMs: number;
  readonly kind: string;
  readonly subject: number | null;
  readonly text: string;
};

export async function loadMarks(
  pool: pg.Pool,
  subjectIds: readonly number[],
  range: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly MarkView[]> {
  const { rows } = await pool.query<MarkView>(
    `SELECT at_ms AS "atMs", kind, subject_id AS subject, text FROM mark
     WHERE at_ms >= $2 AND at_ms < $3 AND subject_id = ANY($1::int[]) ORDER BY at_ms DESC LIMIT 500`,
    [subjectIds, Math.floor(range.fromMs), Math.floor(range.toMs)],
  );
  return rows;
}

export type UpBucket = {
  readonly targetId: number;
  readonly bucketMs: number;
  readonly share: number;
  readonly sameValues: number;
};

/** Share of polls that succeeded and the longest run of unchanged values, by target and bucket. */
export async function loadUpBuckets(
  pool: pg.Pool,
  targetIds: readonly number[],
  span: { readonly fromMs: number; readonly toMs: number; readonly stepMs: number },
): Promise<readonly UpBucket[]> {
  const { rows } = await pool.query<UpBucket>(
    `SELECT target_id AS "targetId", at_ms - at_ms % $4::bigint AS "bucketMs", avg(ok::int)::float8 AS share,
            max(same_body) AS "sameValues"
     FROM scrape WHERE target_id = ANY($1::int[]) AND at_ms >= $2 AND at_ms < $3 GROUP BY 1, 2`,
    [targetIds, Math.floor(span.fromMs), Math.floor(span.toMs), span.stepMs],
  );
  return rows;
}
