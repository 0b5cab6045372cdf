import type { StoredFields, Tier } from '#lib/db/columns.ts';
import type { Compute, FleetForm } from '#lib/metrics/signal.ts';

/** A signal whose value per subject and bucket is plain SQL: mean, min and max of the bucket. */
export type ScalarCompute = Extract<
  Compute,
  { type: 'gauge' | 'peak' | 'gauge-ratio' | 'gauge-product' | 'any-bit' | 'rate' | 'increase' }
>;

export type Triple = { readonly mean: string; readonly min: string; readonly max: string };

/** SQL of mean, min and max of one scalar signal, grouped by subject and bucket. Field names come from the catalog only. */
export function scalarSql(compute: ScalarCompute, tier: Tier): Triple {
  const g = gaugeSql(tier);
  switch (compute.type) {
    case 'gauge':
      return { mean: g.mean(compute.field), min: g.min(compute.field), max: g.max(compute.field) };
    case 'peak':
      return same(g.max(compute.field));
    case 'gauge-ratio': {
      const { numerator: n, denominator: d } = compute;
      const over = (top: string, bottom: string): string => `${top} / nullif(${bottom}, 0)`;
      return { mean: over(g.mean(n), g.mean(d)), min: over(g.min(n), g.max(d)), max: over(g.max(n), g.max(d)) };
    }
    case 'gauge-product': {
      const product = (of: (field: string) => string): string => compute.fields.map(of).join(' * ');
      return { mean: product(g.mean), min: product(g.min), max: product(g.max) };
    }
    case 'any-bit':
      return same(`((${g.max(compute.field)})::bigint & ${compute.mask} <> 0)::int::double precision`);
    case 'increase':
      return same(sumOf(compute.counters.map((counter) => `sum(${counter})`)));
    case 'rate':
      return rateSql(compute.counters, tier);
  }
}

function same(sql: string): Triple {
  return { mean: sql, min: sql, max: sql };
}

function gaugeSql(tier: Tier) {
  if (tier === 'raw') {
    return {
      mean: (field: string) => `avg(${field})`,
      min: (field: string) => `min(${field})`,
      max: (field: string) => `max(${field})`,
    };
  }
  return {
    mean: (field: string) => `sum(${field}_sum) / nullif(sum(${field}_count), 0)`,
    min: (field: string) => `min(${field}_min)`,
    max: (field: string) => `max(${field}_max)`,
  };
}

/** Known parts only: a sum over finish reasons must not vanish because one reason does not exist in this version. */
function sumOf(parts: readonly string[]): string {
  if (parts.length === 1) return parts[0] ?? 'NULL';
  const known = parts.map((part) => `${part} IS NOT NULL`).join(' OR ');
  return `CASE WHEN ${known} THEN ${parts.map((part) => `coalesce(${part}, 0)`).join(' + ')} END`;
}

function rateSql(counters: readonly string[], tier: Tier): Triple {
  const elapsed = 'nullif(sum(elapsed_ms), 0)';
  const mean = `(${sumOf(counters.map((counter) => `sum(${counter})`))}) * 1000 / ${elapsed}`;
  const only = counters.length === 1 ? counters[0] : undefined;
  if (only === undefined) return same(mean);
  if (tier !== 'raw') return { mean, min: `min(${only}_min)`, max: `max(${only}_max)` };
  const each = `${only} * 1000 / nullif(elapsed_ms, 0)`;
  return { mean, min: `min(${each})`, max: `max(${each})` };
}

/** SQL of numerator and denominator of an increase ratio. */
export function ratioSql(compute: Extract<Compute, { type: 'increase-ratio' }>): readonly [string, string] {
  return [
    sumOf(compute.numerator.map((counter) => `sum(${counter})`)),
    sumOf(compute.denominator.map((counter) => `sum(${counter})`)),
  ];
}

/** Joins per-subject columns `<name>_mean`, `<name>_min`, `<name>_max` into the fleet's. */
export function fleetSql(form: FleetForm, name: string): Triple {
  if (form === 'sum') return { mean: `sum(${name}_mean)`, min: `sum(${name}_min)`, max: `sum(${name}_max)` };
  return { mean: `avg(${name}_mean)`, min: `min(${name}_min)`, max: `max(${name}_max)` };
}

/** Refuses a field that is not stored: catalog and schema disagree, a programming error. */
export function assertStored(fields: StoredFields, names: readonly string[]): void {
  const known = new Set([...fields.gauges, ...fields.counters, ...fields.histograms]);
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`not stored: ${unknown.join(', ')}`);
}
