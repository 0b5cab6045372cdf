import type pg from 'pg';
import { z } from 'zod';
import { TIER_STEP_MS, type Tier, tableOf } from '#lib/db/columns.ts';
import type { ProcessBytes } from '#lib/runs/batch-measurement.ts';
import type { BatchWindow, Span } from '#lib/runs/batch-window.ts';

export type GpuPeak = {
  readonly number: number;
  readonly gpuId: number;
  readonly peakBytes: number | null;
  readonly totalBytes: number | null;
};

/** The highest memory of each GPU while each batch ran. Of roll-ups only those that lie wholly inside. */
export async function loadGpuPeaks(
  pool: pg.Pool,
  windows: readonly BatchWindow[],
  gpuIds: readonly number[],
  tier: Tier,
  nowMs: number,
): Promise<readonly GpuPeak[]> {
  const raw = tier === 'raw';
  const suffix = raw ? '' : '_max';
  const stepMs = raw ? 0 : TIER_STEP_MS[tier];
  const { rows } = await pool.query<GpuPeak>(
    `SELECT b.number, g.subject_id AS "gpuId", max(g.used_bytes${suffix}) AS "peakBytes",
            max(g.total_bytes${suffix}) AS "totalBytes"
     FROM unnest($1::int[], $2::bigint[], $3::bigint[]) AS b(number, start_ms, end_ms)
     JOIN ${tableOf('gpu', tier)} g ON g.subject_id = ANY($4::int[])
       AND g.at_ms >= b.start_ms AND g.at_ms <= b.end_ms - ${stepMs}
     GROUP BY 1, 2`,
    [
      windows.map((window) => window.number),
      windows.map((window) => window.startMs),
      windows.map((window) => window.endMs ?? nowMs),
      gpuIds,
    ],
  );
  return rows;
}

/** Idle times that are looked at, each by its place in the list. */
export type SpanPoint = {
  readonly span: number;
  readonly subjectId: number;
  readonly atMs: number;
  readonly value: number | null;
};

/** Used bytes of GPUs in spans [from, to): of roll-ups the lowest of each that lies wholly inside. */
export function loadUsedBytes(pool: pg.Pool, spans: readonly Span[], gpuIds: readonly number[], tier: Tier) {
  return loadPoints(pool, spans, gpuIds, {
    kind: 'gpu',
    tier,
    column: tier === 'raw' ? 'used_bytes' : 'used_bytes_min',
  });
}

/** Running requests of engines in spans [from, to): of roll-ups the most of each. */
export function loadRunning(pool: pg.Pool, spans: readonly Span[], engineIds: readonly number[], tier: Tier) {
  const column = tier === 'raw' ? 'running_requests' : 'running_requests_max';
  return loadPoints(pool, spans, engineIds, { kind: 'engine', tier, column });
}

type Column = { readonly kind: 'engine' | 'gpu'; readonly tier: Tier; readonly column: string };

/** A roll-up counts as a point at its middle. */
async function loadPoints(
  pool: pg.Pool,
  spans: readonly Span[],
  subjectIds: readonly number[],
  { kind, tier, column }: Column,
): Promise<readonly SpanPoint[]> {
  const stepMs = tier === 'raw' ? 0 : TIER_STEP_MS[tier];
  const { rows } = await pool.query<SpanPoint>(
    `SELECT s.span::int - 1 AS span, e.subject_id AS "subjectId", e.at_ms + ${stepMs / 2} AS "atMs", e.${column} AS value
     FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS s(from_ms, to_ms, span)
     JOIN ${tableOf(kind, tier)} e ON e.subject_id = ANY($3::int[])
       AND e.at_ms >= s.from_ms AND e.at_ms < s.to_ms AND e.at_ms + ${stepMs} <= s.to_ms
     ORDER BY 1, 2, 3`,
    [spans.map((span) => Math.floor(span.fromMs)), spans.map((span) => Math.floor(span.toMs)), subjectIds],
  );
  return rows;
}

const Processes = z.array(z.object({ pid: z.string(), name: z.string(), usedBytes: z.number().nullable() }));

export type SpanProcesses = {
  readonly span: number;
  readonly gpuId: number;
  readonly processes: readonly ProcessBytes[];
};

/** The processes that the newest sample of each span lists, where it lists any; raw samples only. */
export async function loadProcessesOf(
  pool: pg.Pool,
  spans: readonly Span[],
  gpuIds: readonly number[],
): Promise<readonly SpanProcesses[]> {
  const { rows } = await pool.query<{ span: number; gpuId: number; processes: unknown }>(
    `SELECT s.span::int - 1 AS span, g.id AS "gpuId", newest.processes
     FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS s(from_ms, to_ms, span)
     CROSS JOIN unnest($3::int[]) AS g(id)
     CROSS JOIN LATERAL (
       SELECT processes FROM gpu_sample p WHERE p.subject_id = g.id AND p.at_ms >= s.from_ms AND p.at_ms < s.to_ms
       ORDER BY p.at_ms DESC LIMIT 1
     ) newest WHERE newest.processes IS NOT NULL`,
    [spans.map((span) => Math.floor(span.fromMs)), spans.map((span) => Math.floor(span.toMs)), gpuIds],
  );
  return rows.map(({ span, gpuId, processes }) => ({
    span,
    gpuId,
    processes: Processes.parse(processes).flatMap(({ pid, name, usedBytes }) =>
      usedBytes === null ? [] : [{ pid, name, bytes: usedBytes }],
    ),
  }));
}
