import { STORED_FIELDS, tableOf } from '#lib/db/columns.ts';
import { DEFAULT_RETENTION, maintainPartitions } from '#lib/db/partitions.ts';
import type { Pool } from '#lib/db/pool.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';
import { ALL_CELLS, SINGLE_CELLS } from './leak-grid.ts';
import { type Disturbances, memorySeries, SERIES_START_MS } from './memory-series.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const BUCKETS = 30;
const MIB = 1024 ** 2;
const TOTAL_BYTES = `${6 * 1024 * MIB}::float8`;

/** `usual`: nine of ten level, one disturbed, one of fifty leaks. `worst`: all disturbed in several ways, every fourth leaks. */
export type FleetKind = 'usual' | 'worst';

export type SeededTargets = Readonly<Record<SubjectKind, ReadonlySet<number>>>;

/** Targets with one GPU and one engine on it each, and `hours` of minutes of memory and load as roll-ups. */
export async function seedMinutes(pool: Pool, count: number, hours: number, fleet: FleetKind): Promise<SeededTargets> {
  const toMs = SERIES_START_MS + hours * HOUR_MS;
  await maintainPartitions(pool, { fromMs: SERIES_START_MS, toMs, nowMs: toMs }, DEFAULT_RETENTION);
  const targets = { gpu: new Set<number>(), engine: new Set<number>() };
  for (let i = 0; i < count; i += 1) {
    const [cell, slope] = cellOf(fleet, i);
    const { points } = memorySeries(9_000_000 + i, slope, hours, cell);
    const lows = new Map<number, { bytes: number; load: number }>();
    for (const { atMs, bytes, load } of points) {
      const minute = atMs - (atMs % MINUTE_MS);
      const low = lows.get(minute);
      if (bytes !== null && (low === undefined || bytes < low.bytes)) lows.set(minute, { bytes, load: load ?? 0 });
    }
    for (const kind of ['gpu', 'engine'] as const) {
      const { targetId, subjectId } = await addSubject(pool, kind, i);
      targets[kind].add(targetId);
      await insertMinutes(pool, kind, subjectId, lows);
      if (kind === 'gpu' && slope > 0) await insertProcesses(pool, subjectId, lows);
    }
  }
  await pool.query('VACUUM ANALYZE gpu_1m, engine_1m, gpu_sample');
  return targets;
}

function cellOf(fleet: FleetKind, i: number): readonly [Disturbances, number] {
  const pick = (cells: readonly Disturbances[]): Disturbances => cells[(i * 37) % cells.length] as Disturbances;
  if (fleet === 'worst') return [{ ...pick(ALL_CELLS), restart: false }, i % 4 === 0 ? 47.5 : 0];
  const level = { noiseMib: i % 2, warmUpRamp: false, step: false, sawTooth: false, dailyLoad: false };
  const calm = { ...level, missingPolls: false, restart: false };
  return [i % 10 === 0 ? pick(SINGLE_CELLS) : calm, i % 50 === 0 ? 47.5 : 0];
}

async function addSubject(pool: Pool, kind: SubjectKind, i: number): Promise<{ targetId: number; subjectId: number }> {
  const name = `${kind}-${i}`;
  const target = await pool.query<{ id: number }>(
    `INSERT INTO target (name, source, url, interval_ms, labels, origin) VALUES ($1, 'auto', 'http://x', 5000, $2, 'api') RETURNING id`,
    [name, JSON.stringify({ host: `host-${i}` })],
  );
  const targetId = target.rows[0]?.id ?? 0;
  const subject = await pool.query<{ id: number }>(
    'INSERT INTO subject (kind, key, target_id, name) VALUES ($1, $2, $3, $2) RETURNING id',
    [kind, name, targetId],
  );
  return { targetId, subjectId: subject.rows[0]?.id ?? 0 };
}

type Lows = ReadonlyMap<number, { readonly bytes: number; readonly load: number }>;

/** Rows are as wide as real ones: what is not judged holds a constant. */
async function insertMinutes(pool: Pool, kind: SubjectKind, subjectId: number, lows: Lows): Promise<void> {
  const fields = STORED_FIELDS[kind];
  const memory = kind === 'gpu' ? 'used_bytes' : 'resident_bytes';
  const gauge = (field: string): string[] => {
    const value = field === memory ? 'n.bytes' : field === 'total_bytes' ? TOTAL_BYTES : 'n.load';
    return [value, value, `${value} * 12`, '12', value];
  };
  const columns = [
    ...fields.gauges.flatMap((field) => ['min', 'max', 'sum', 'count', 'last'].map((part) => `${field}_${part}`)),
    ...fields.counters.flatMap((field) => [field, `${field}_min`, `${field}_max`]),
    ...fields.histograms.flatMap((field) => [`h_${field}`, `h_${field}_sum`]),
  ];
  const values = [
    ...fields.gauges.flatMap(gauge),
    ...fields.counters.flatMap(() => ['1.5', '1.5', '1.5']),
    ...fields.histograms.flatMap(() => [`array_fill(1.5::real, ARRAY[${BUCKETS}])`, '1.5']),
  ];
  await pool.query(
    `INSERT INTO ${tableOf(kind, '1m')} (subject_id, at_ms, samples, missed, restarts, elapsed_ms, ${columns.join(', ')})
     SELECT $1, n.at, 12, 0, 0, 60000, ${values.join(', ')}
     FROM unnest($2::bigint[], $3::float8[], $4::float8[]) AS n (at, bytes, load)`,
    [
      subjectId,
      [...lows.keys()],
      [...lows.values()].map(({ bytes }) => bytes),
      [...lows.values()].map(({ load }) => load),
    ],
  );
}

async function insertProcesses(pool: Pool, subjectId: number, lows: Lows): Promise<void> {
  const processes = [...lows.values()].map(({ bytes }) =>
    JSON.stringify([
      { pid: '4711', name: 'VLLM::EngineCore', usedBytes: bytes - 300 * MIB },
      { pid: '99', name: 'python', usedBytes: 300 * MIB },
    ]),
  );
  await pool.query(
    `INSERT INTO gpu_sample (subject_id, at_ms, elapsed_ms, used_bytes, processes)
     SELECT $1, n.at, 60000, 1, n.processes::jsonb FROM unnest($2::bigint[], $3::text[]) AS n (at, processes)`,
    [subjectId, [...lows.keys()], processes],
  );
}
