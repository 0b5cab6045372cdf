import type { EngineCounter, EngineGauge, EngineHistogram } from '#lib/metrics/sample.ts';
import type { Combine } from '#lib/scrape/sources/plan-builder.ts';

/** One of an exporter's names for a canonical field. */
export type ExporterName = {
  /** Without the prefix, and without `_total` for a counter. */
  readonly name: string;
  /** Labels a series must have, e.g. one reason of a family that is split by reason. */
  readonly where?: (labels: ReadonlyMap<string, string>) => boolean;
  /** `where` in words, for origins and reasons: `{reason="capacity"}`. */
  readonly only?: string;
  /** First and last release that print it, as "0.9.2"; left out where it has always, or is still, there. */
  readonly since?: string;
  readonly until?: string;
  /** What to know about this name, or when it is there at all: "only with --kv-cache-metrics". */
  readonly note?: string;
  /** Divides into the canonical unit, e.g. 1000 for milliseconds. */
  readonly divide?: number;
};

type Row<Kind extends string, Field extends string> = {
  readonly kind: Kind;
  readonly field: Field;
  /** In order of preference: the first that has series on a page is used, the others are ignored with that reason. */
  readonly names: readonly ExporterName[];
  readonly combine?: Combine;
  readonly isBlank?: (value: number) => boolean;
  /** True for numbers of the whole server process: they go to the target's first engine only. */
  readonly processWide?: boolean;
  /** True where the name carries no prefix, e.g. http_requests_total. */
  readonly unprefixed?: boolean;
};

export type FieldRow = Row<'gauge', EngineGauge> | Row<'counter', EngineCounter> | Row<'histogram', EngineHistogram>;

export type EngineIdentity = {
  readonly model: string;
  readonly engine: string;
  readonly attributes: Record<string, string>;
};

/** Everything that differs between engines, as data. */
export type EngineDialect = {
  readonly title: string;
  /** Longest first; '' last where unprefixed names occur. */
  readonly prefixes: readonly string[];
  readonly rows: readonly FieldRow[];
  /** Reasons for known names that are not stored, by base name without `_total`, `_bucket` and the like. */
  readonly ignored: ReadonlyMap<string, string>;
  readonly identify: (labels: ReadonlyMap<string, string>, name: string) => EngineIdentity;
  /** The label that tells engines of one page apart; without it a series belongs to the first engine. */
  readonly engineLabel: string;
};

export function labelIs(label: string, value: string): Pick<ExporterName, 'where' | 'only'> {
  return { where: (labels) => labels.get(label) === value, only: `{${label}="${value}"}` };
}
