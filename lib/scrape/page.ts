/** What the exposition parser hands to the sources: one page, split into its unchanging shape and its numbers. */

export type FamilyType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown';

export type Series = {
  /** The sample's own name, e.g. `vllm:e2e_request_latency_seconds_bucket`. */
  readonly name: string;
  /** Index of the family in `PageShape.families`. */
  readonly family: number;
  /** Unescaped. Insertion order is that of the page. A Map, since label names are hostile (`__proto__`). */
  readonly labels: ReadonlyMap<string, string>;
};

export type Family = { readonly name: string; readonly type: FamilyType; readonly help: string; readonly unit: string };

/** Everything on a page that is not a value. Polls of an unchanged exporter share one object, so plans can be kept by it. */
export type PageShape = { readonly families: readonly Family[]; readonly series: readonly Series[] };

/** One line (or family) that was lost, and why. `line` counts from 1; `text` is cut to 120 characters. */
export type LineProblem = { readonly line: number; readonly text: string; readonly problem: string };

export type Page = {
  readonly shape: PageShape;
  /** values[i] belongs to shape.series[i]; NaN and ±Infinity as printed. */
  readonly values: Float64Array;
  /** The first 20 problems; `problemCount` counts all. */
  readonly problems: readonly LineProblem[];
  readonly problemCount: number;
};
