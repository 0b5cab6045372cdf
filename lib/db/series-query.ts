import type pg from 'pg';
import { fleetTableOf, TIER_STEP_MS, type Tier, tableOf } from '#lib/db/columns.ts';
import { statementName } from '#lib/db/prepared.ts';
import { sumOfArrays } from '#lib/db/rollup.ts';
import { fleetSql, ratioSql, type ScalarCompute, scalarSql, type Triple } from '#lib/db/series-sql.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';
import type { Compute, FleetForm } from '#lib/metrics/signal.ts';
import type { Measured } from '#lib/series/measure.ts';

/** Which rows: one kind, one tier, [fromMs, toMs), some subjects (null: all), in buckets of `stepMs` or as one window. */
export type RowSpan = {
  readonly kind: SubjectKind;
  readonly tier: Tier;
  readonly fromMs: number;
  readonly toMs: number;
  readonly subjectIds: readonly number[] | null;
  /** null: the span is one window, and gauges give their newest value instead of the mean. */
  readonly stepMs: number | null;
  /** One line per subject, or one for all of them together. */
  readonly group: 'subject' | 'fleet';
  /** The version of the roll-ups of which all rows of the span are final; null: rows may still come or change. */
  readonly settled: number | null;
  /** Of one window: a gauge's newest value, or its mean. */
  readonly gauges: 'newest' | 'mean';
};

export type RatioCompute = Extract<Compute, { type: 'increase-ratio' }>;
export type ScalarWanted = { readonly compute: ScalarCompute | RatioCompute; readonly fleet: FleetForm };

export type ScalarRow = {
  /** null for the fleet. */
  readonly subjectId: number | null;
  readonly bucketMs: number;
  readonly newestMs: number;
  /** In the order asked for. A ratio holds numerator and denominator as mean and max. */
  readonly values: readonly Measured[];
};

/** Scalar signals of a span, one row per bucket and subject (or fleet). Rows without samples do not exist. */
export async function fetchScalars(
  pool: pg.Pool,
  span: RowSpan,
  wanted: readonly ScalarWanted[],
): Promise<readonly ScalarRow[]> {
  const triples = wanted.map((want) => tripleOf(want.compute, span));
  const columns = triples.flatMap((triple, i) => [
    `${triple.mean} AS s${i}_mean`,
    `${triple.min} AS s${i}_min`,
    `${triple.max} AS s${i}_max`,
  ]);
  const inner = `SELECT subject_id, ${bucketSql(span)} AS bucket, max(at_ms) AS newest${columns.map((c) => `, ${c}`).join('')}
    FROM ${tableOf(span.kind, span.tier)} WHERE ${whereSql(span)} GROUP BY 1, 2`;
  const text = span.group === 'subject' ? `${inner} ORDER BY 1, 2` : fleetOver(inner, wanted);
  const { rows } = await pool.query({ ...named(text), values: valuesOf(span), rowMode: 'array' });
  return (rows as (number | null)[][]).map((row) => ({
    subjectId: row[0] ?? null,
    bucketMs: row[1] ?? 0,
    newestMs: row[2] ?? 0,
    values: wanted.map((_, i) => ({
      mean: row[3 + i * 3] ?? null,
      min: row[4 + i * 3] ?? null,
      max: row[5 + i * 3] ?? null,
    })),
  }));
}

function tripleOf(compute: ScalarCompute | RatioCompute, span: RowSpan): Triple {
  if (compute.type === 'increase-ratio') {
    const [numerator, denominator] = ratioSql(compute);
    return { mean: numerator, min: 'NULL::double precision', max: denominator };
  }
  const triple = scalarSql(compute, span.tier);
  if (span.stepMs !== null || span.tier !== 'raw' || span.gauges === 'mean') return triple;
  return { ...triple, mean: newestSql(compute) ?? triple.mean };
}

/** The newest sample's own value, NULL when that sample lacks the field. */
function newestSql(compute: ScalarCompute): string | null {
  const newest = (sql: string): string => `(max(ARRAY[at_ms::double precision, ${sql}]))[2]`;
  switch (compute.type) {
    case 'gauge':
      return newest(compute.field);
    case 'gauge-ratio':
      return newest(`${compute.numerator} / nullif(${compute.denominator}, 0)`);
    case 'gauge-product':
      return newest(compute.fields.join(' * '));
    default:
      return null;
  }
}

function fleetOver(inner: string, wanted: readonly ScalarWanted[]): string {
  const outer = wanted.flatMap((want, i) => {
    const name = `s${i}`;
    if (want.compute.type === 'increase-ratio') return [`sum(${name}_mean)`, 'NULL', `sum(${name}_max)`];
    const triple = fleetSql(want.fleet, name);
    return [triple.mean, triple.min, triple.max];
  });
  return `SELECT NULL, bucket, max(newest)${outer.map((c) => `, ${c}`).join('')} FROM (${inner}) subjects GROUP BY 2 ORDER BY 2`;
}

export type HistogramRow = {
  readonly subjectId: number | null;
  readonly bucketMs: number;
  readonly layoutId: number;
  /** Per histogram asked for: summed bucket increases (null: none in the span) and the sum of observations. */
  readonly windows: readonly { readonly counts: readonly number[] | null; readonly sum: number | null }[];
};

/** True when the sums over all engines are stored already. */
export function hasFleetRows(span: RowSpan): boolean {
  return span.kind === 'engine' && span.group === 'fleet' && span.subjectIds === null;
}

/** True when each row of the tier is a row of the answer: adding up bucket arrays costs more than reading them. */
function isStoredAsAsked(span: RowSpan): boolean {
  if (span.tier === 'raw' || span.stepMs !== TIER_STEP_MS[span.tier]) return false;
  return span.group === 'subject' || hasFleetRows(span);
}

/** Summed bucket increases of a span, one row per bucket, subject (or fleet) and bucket layout. */
export async function fetchHistograms(
  pool: pg.Pool,
  span: RowSpan,
  wanted: readonly { readonly histogram: string; readonly buckets: number }[],
): Promise<readonly HistogramRow[]> {
  const isStored = isStoredAsAsked(span);
  const columns = wanted.flatMap(({ histogram, buckets }) =>
    isStored
      ? [`h_${histogram}`, `h_${histogram}_sum`]
      : [
          `CASE WHEN count(h_${histogram}) > 0 THEN ${sumOfArrays(`h_${histogram}`, buckets)} END`,
          `sum(h_${histogram}_sum)`,
        ],
  );
  const subject = span.group === 'subject' ? 'subject_id' : 'NULL::int';
  const table = hasFleetRows(span) && span.tier !== 'raw' ? fleetTableOf(span.tier) : tableOf(span.kind, span.tier);
  const text = `SELECT ${subject}, ${bucketSql(span)}, layout_id, ${columns.join(', ')}
    FROM ${table} WHERE ${whereSql(span)}${isStored ? '' : ' GROUP BY 1, 2, 3'}`;
  const { rows } = await pool.query({ ...named(text), values: valuesOf(span), rowMode: 'array' });
  return (rows as unknown[][]).map((row) => ({
    subjectId: row[0] as number | null,
    bucketMs: row[1] as number,
    layoutId: row[2] as number,
    windows: wanted.map((_, i) => ({
      counts: (row[3 + i * 2] as number[] | null) ?? null,
      sum: (row[4 + i * 2] as number | null) ?? null,
    })),
  }));
}

function named(text: string): { readonly text: string; readonly name?: string } {
  const name = statementName(text);
  return name === undefined ? { text } : { text, name };
}

function bucketSql(span: RowSpan): string {
  if (span.stepMs === null) return '$1::bigint';
  return `at_ms - at_ms % ${Math.round(span.stepMs)}`;
}

function whereSql(span: RowSpan): string {
  return `at_ms >= $1 AND at_ms < $2${span.subjectIds === null ? '' : ' AND subject_id = ANY($3::int[])'}`;
}

function valuesOf(span: RowSpan): unknown[] {
  const times = [Math.floor(span.fromMs), Math.floor(span.toMs)];
  return span.subjectIds === null ? times : [...times, span.subjectIds];
}
