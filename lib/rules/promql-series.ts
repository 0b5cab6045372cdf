import { nearestWord } from '#lib/metrics/nearest-word.ts';
import { THROTTLE_BITS } from '#lib/metrics/sample.ts';
import type { Compute, Signal } from '#lib/metrics/signal.ts';
import { SIGNALS } from '#lib/metrics/signals.ts';
import { GPU_SERIES, type SeriesName, VLLM_HISTOGRAMS, VLLM_SERIES } from '#lib/rules/prometheus-names.ts';
import type { Matcher } from '#lib/rules/promql-ast.ts';

/** What a Prometheus series holds: a field, or one of a histogram's parts; value × factor is the field's base unit. */
export type KnownSeries = {
  readonly fields: readonly string[];
  readonly kind: 'engine' | 'gpu';
  readonly factor: number;
  readonly part: 'value' | 'bucket' | 'sum' | 'count';
};

type Named = { readonly series: SeriesName; readonly field: string; readonly kind: 'engine' | 'gpu' };

const OLD_NAMES: readonly Named[] = [
  { kind: 'engine', field: 'kv_usage_ratio', series: { name: 'vllm:gpu_cache_usage_perc' } },
  { kind: 'engine', field: 'prefix_queries', series: { name: 'vllm:gpu_prefix_cache_queries_total' } },
  { kind: 'engine', field: 'prefix_hits', series: { name: 'vllm:gpu_prefix_cache_hits_total' } },
  { kind: 'gpu', field: 'power_limit_w', series: { name: 'nvidia_smi_power_limit_watts' } },
];

const NAMED: readonly Named[] = [
  ...entries(VLLM_SERIES, 'engine'),
  ...entries(GPU_SERIES.nvidia_gpu_exporter, 'gpu'),
  ...entries(GPU_SERIES.dcgm, 'gpu'),
  ...OLD_NAMES,
];

function entries(table: Partial<Record<string, SeriesName>>, kind: Named['kind']): Named[] {
  return Object.entries(table).flatMap(([field, series]) => (series === undefined ? [] : [{ series, field, kind }]));
}

const HISTOGRAMS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(VLLM_HISTOGRAMS).map(([field, name]) => [name, field] as const),
  ['vllm:time_per_output_token_seconds', 'itl_s'],
]);

const KNOWN_NAMES: readonly string[] = [
  ...new Set(NAMED.map(({ series }) => series.name)),
  ...[...HISTOGRAMS.keys()].map((name) => `${name}_bucket`),
];

export type SeriesLookup =
  | { readonly ok: true; readonly series: KnownSeries; readonly dropped: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** The fields behind a selector, and the label filters that only choose subjects. */
export function seriesOf(name: string, matchers: readonly Matcher[]): SeriesLookup {
  const misspelt = matchers.find((matcher) => matcher.label === 'finish_reason');
  if (misspelt !== undefined) {
    const reason =
      'the label is finished_reason: vLLM has no finish_reason, so the filter matches every series or none';
    return { ok: false, reason };
  }
  const histogram = /^(.*)_(bucket|sum|count)$/.exec(name);
  const field = HISTOGRAMS.get(histogram?.[1] ?? '');
  if (histogram !== null && field !== undefined) {
    const part = histogram[2] === 'bucket' ? 'bucket' : histogram[2] === 'sum' ? 'sum' : 'count';
    if (matchers.some((matcher) => matcher.label === 'le'))
      return { ok: false, reason: 'single buckets have no counterpart' };
    return {
      ok: true,
      series: { fields: [field], kind: 'engine', factor: 1, part },
      dropped: matchers.map(matcherText),
    };
  }
  const candidates = NAMED.filter(({ series }) => series.name === name);
  const [first] = candidates;
  if (first === undefined) return { ok: false, reason: unknownName(name) };
  return pickBySplit(first, candidates, matchers);
}

/** Series of one name that a label splits into fields, such as finished_reason. */
function pickBySplit(first: Named, candidates: readonly Named[], matchers: readonly Matcher[]): SeriesLookup {
  const splitLabel = candidates
    .map(({ series }) => series.matchers?.split('=')[0])
    .find((label) => label !== undefined);
  const split = matchers.find(({ label }) => label === splitLabel);
  const dropped = matchers.filter((matcher) => matcher !== split).map(matcherText);
  const known = (fields: readonly string[]): SeriesLookup => ({
    ok: true,
    series: { fields, kind: first.kind, factor: first.series.factor ?? 1, part: 'value' },
    dropped,
  });
  if (split === undefined) {
    const whole = candidates.find(({ series }) => series.matchers === undefined);
    return whole === undefined
      ? { ok: false, reason: `${first.series.name} needs {${splitLabel}="…"}` }
      : known([whole.field]);
  }
  if (split.operator !== '=' && split.operator !== '=~') {
    return { ok: false, reason: `${matcherText(split)}: only = and =~ with plain values can be read` };
  }
  const values = split.operator === '=' ? [split.value] : split.value.split('|');
  const fields = values.map(
    (value) => candidates.find(({ series }) => series.matchers === `${splitLabel}="${value}"`)?.field,
  );
  return fields.every((field) => field !== undefined)
    ? known(fields)
    : { ok: false, reason: `${matcherText(split)} is not known of ${first.series.name}` };
}

function matcherText({ label, operator, value }: Matcher): string {
  return `${label}${operator}"${value}"`;
}

function unknownName(name: string): string {
  if (/VIOLATION/.test(name))
    return `${name} is a counter in ns that only grows; use gpu_hw_thermal_slowdown or gpu_power_brake`;
  if (name === '') return 'a selector without a metric name has no counterpart';
  const asVllm = name.replace(/^vllm_/, 'vllm:');
  const near =
    KNOWN_NAMES.find((known) => known === asVllm || known === `${name}_total`) ?? nearestWord(asVllm, KNOWN_NAMES, 6);
  return `no exporter that Headroom knows prints ${name}${near === null ? '' : `; did you mean ${near}?`}`;
}

/** The throttle reason behind `nvidia_smi_clocks_event_reasons_…`, as a signal of the catalog. */
export function slowdownSignal(name: string): Signal | undefined {
  const reason = /^nvidia_smi_clocks_(?:event|throttle)_reasons_(\w+)$/.exec(name)?.[1] ?? '';
  const bit = Object.entries(THROTTLE_BITS).find(([known]) => known === reason)?.[1];
  return SIGNALS.find(({ compute }) => compute.type === 'any-bit' && compute.mask === bit);
}

/** The first signal that is computed in this way. */
export function signalBy(matches: (compute: Compute) => boolean): Signal | undefined {
  return SIGNALS.find((signal) => matches(signal.compute));
}

export function sameFields(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((field) => b.includes(field));
}
