import type { Reading } from '#lib/metrics/sample.ts';
import type { Page, PageShape } from '#lib/scrape/page.ts';

export const SOURCE_NAMES = [
  'vllm',
  'sglang',
  'nvidia-gpu-exporter',
  'dcgm',
  'mindprince',
  'telegraf',
  'nvidia-smi',
] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/** A series that was read but is not stored, with the reason in words. One entry per metric name. */
export type Ignored = { readonly name: string; readonly seriesCount: number; readonly reason: string };

/** A canonical field that this target does not give, and why: "removed in vLLM 0.12", "only with --kv-cache-metrics" … */
export type MissingField = { readonly field: string; readonly reason: string };

/** A doubt about the data that is not an error: ambiguous version, clipped sentinel, duplicate series. */
export type Note = string;

export type SourceReading = {
  readonly readings: readonly Reading[];
  readonly notes: readonly Note[];
};

/** What a page with this shape will give; made once per shape. Its parts feed the target page. */
export type SourcePlan = {
  /** How many of the page's series are stored. */
  readonly storedSeries: number;
  readonly ignored: readonly Ignored[];
  readonly missing: readonly MissingField[];
  /** What was recognised, in words: "vLLM 0.11 or later (V1), 2 engines". */
  readonly recognised: string;
  read(page: Page): SourceReading;
};

/** One exporter that prints an exposition page. One file each; a new engine is one more file and one more row in `registry.ts`. */
export type PageSource = {
  readonly name: SourceName;
  readonly kind: 'engine' | 'gpu';
  /** True when this page comes from the exporter, judged by its families. */
  detects(shape: PageShape): boolean;
  plan(shape: PageShape): SourcePlan;
};
