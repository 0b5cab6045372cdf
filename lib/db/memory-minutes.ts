import { z } from 'zod';
import type { Queryable } from '#lib/db/alerts.ts';
import type { ProcessMemory } from '#lib/detect/growth-attribution.ts';
import type { Restart } from '#lib/detect/memory-restarts.ts';

/** Subject, minute, lowest used memory, mean share of time in which it was busy, memory of the card. */
export type GpuMinute = readonly [number, number, number | null, number | null, number | null];

/** Subject, minute, lowest resident memory, mean of running requests. */
export type EngineMinute = readonly [number, number, number | null, number | null];

type Span = { readonly fromMs: number; readonly toMs: number };

/** Minutes [fromMs, toMs) of these GPUs from the roll-ups, oldest first. Rows stay arrays: a start reads millions. */
export async function loadGpuMinutes(
  db: Queryable,
  gpuIds: readonly number[],
  span: Span,
): Promise<readonly GpuMinute[]> {
  if (gpuIds.length === 0) return [];
  const { rows } = await db.query({
    name: 'memory-gpu-minutes',
    text: `SELECT subject_id, at_ms, used_bytes_min, util_ratio_sum / nullif(util_ratio_count, 0), total_bytes_last
           FROM gpu_1m WHERE subject_id = ANY($1::int[]) AND at_ms >= $2 AND at_ms < $3 ORDER BY at_ms`,
    values: [gpuIds, span.fromMs, span.toMs],
    rowMode: 'array',
  });
  return rows as unknown as GpuMinute[];
}

/** Minutes [fromMs, toMs) of these engines; a minute has several rows where its bucket layout changed. */
export async function loadEngineMinutes(
  db: Queryable,
  engineIds: readonly number[],
  span: Span,
): Promise<readonly EngineMinute[]> {
  if (engineIds.length === 0) return [];
  const { rows } = await db.query({
    name: 'memory-engine-minutes',
    text: `SELECT subject_id, at_ms, min(resident_bytes_min), sum(running_requests_sum) / nullif(sum(running_requests_count), 0)
           FROM engine_1m WHERE subject_id = ANY($1::int[]) AND at_ms >= $2 AND at_ms < $3
           GROUP BY 1, 2 ORDER BY at_ms`,
    values: [engineIds, span.fromMs, span.toMs],
    rowMode: 'array',
  });
  return rows as unknown as EngineMinute[];
}

/** When the processes behind subjects began anew, from their marks: a restart, or another version. */
export async function loadRestarts(db: Queryable, fromMs: number): Promise<ReadonlyMap<number, readonly Restart[]>> {
  const { rows } = await db.query<{ id: number; atMs: number; cause: string }>(
    `SELECT subject_id AS id, at_ms AS "atMs", text AS cause FROM mark
     WHERE at_ms >= $1 AND kind IN ('restart', 'version') AND subject_id IS NOT NULL ORDER BY at_ms`,
    [Math.floor(fromMs)],
  );
  const bySubject = Map.groupBy(rows, (row) => row.id);
  return new Map([...bySubject].map(([id, marks]) => [id, marks.map(({ atMs, cause }) => ({ atMs, cause }))]));
}

const Processes = z.array(z.object({ pid: z.string(), name: z.string(), usedBytes: z.number().nullable() }));

/** Memory of the processes that one GPU listed, at about `count` times of a span; null where it lists none. */
export async function loadProcessMemory(
  db: Queryable,
  gpuId: number,
  span: Span,
  count: number,
): Promise<readonly ProcessMemory[] | null> {
  const stepMs = Math.max(1000, Math.ceil((span.toMs - span.fromMs) / count));
  const { rows } = await db.query<{ atMs: number; processes: unknown }>(
    `SELECT s.at_ms AS "atMs", s.processes FROM generate_series($2::bigint, $3::bigint, $4::bigint) AS step (at)
     CROSS JOIN LATERAL (SELECT at_ms, processes FROM gpu_sample
       WHERE subject_id = $1 AND at_ms >= step.at AND at_ms < step.at + $4 AND processes IS NOT NULL
       ORDER BY at_ms LIMIT 1) s`,
    [gpuId, Math.floor(span.fromMs), Math.floor(span.toMs), stepMs],
  );
  if (rows.length === 0) return null;
  const readings = rows.flatMap(({ atMs, processes }) =>
    Processes.parse(processes).flatMap(({ pid, name, usedBytes }) =>
      usedBytes === null ? [] : [{ pid, name, atMs, bytes: usedBytes }],
    ),
  );
  const byProcess = Map.groupBy(readings, ({ pid, name }) => `${pid} ${name}`);
  return [...byProcess.values()].flatMap((ofOne) => {
    const [first] = ofOne;
    if (first === undefined) return [];
    return [{ pid: first.pid, name: first.name, readings: ofOne.map(({ atMs, bytes }) => ({ atMs, bytes })) }];
  });
}
