import type { PageShape } from '#lib/scrape/page.ts';
import type { EngineDialect, ExporterName } from '#lib/scrape/sources/engine-dialect.ts';
import { baseName } from '#lib/scrape/sources/engine-match.ts';

/** What the families of a page say about the server that printed it. Releases as "0.9.2"; '' where nothing is known. */
export type VllmEvidence = {
  readonly frontEnd: 'v0' | 'v1' | 'rust' | 'unknown';
  readonly through: 'direct' | 'ray' | 'triton' | 'nim';
  readonly oldest: string;
  /** The first release that would print more than this page has; '' when even the newest known prints nothing more. */
  readonly before: string;
};

/** Families that every V1 engine declares from a release on, or until one, so that presence and absence both tell. */
const MARKERS: readonly {
  readonly base: string;
  readonly since?: string;
  readonly goneIn?: string;
  readonly always: boolean;
}[] = [
  { base: 'num_requests_running', since: '0.2.3', always: true },
  { base: 'gpu_prefix_cache_hit_rate', since: '0.5.5', goneIn: '0.9.1', always: false },
  { base: 'iteration_tokens_total', since: '0.6.4', always: false },
  { base: 'num_requests_swapped', goneIn: '0.9.1', always: false },
  { base: 'avg_generation_throughput_toks_per_s', goneIn: '0.7.0', always: false },
  { base: 'tokens', since: '0.6.4', goneIn: '0.8.0', always: false },
  { base: 'gpu_prefix_cache_queries', since: '0.7.3', goneIn: '0.12.0', always: false },
  { base: 'kv_cache_usage_perc', since: '0.9.2', always: true },
  { base: 'time_per_output_token_seconds', goneIn: '0.15.0', always: false },
  { base: 'inter_token_latency_seconds', since: '0.10.2', always: true },
  { base: 'request_time_per_output_token_seconds', since: '0.11.0', always: true },
  { base: 'external_prefix_cache_queries', since: '0.11.1', always: true },
  { base: 'engine_sleep_state', since: '0.11.1', always: false },
  { base: 'request_prefill_kv_computed_tokens', since: '0.13.0', always: false },
  { base: 'prompt_tokens_by_source', since: '0.16.0', always: true },
  { base: 'prompt_tokens_recomputed', since: '0.16.0', goneIn: '0.20.0', always: false },
  { base: 'estimated_flops_per_gpu', since: '0.17.0', always: false },
  { base: 'num_requests_waiting_by_reason', since: '0.20.0', always: true },
  { base: 'admission_rejections', since: '0.32.0', always: false },
];

const V0_ONLY = new Set([
  'num_requests_swapped',
  'cpu_cache_usage_perc',
  'gpu_prefix_cache_hit_rate',
  'cpu_prefix_cache_hit_rate',
  'time_in_queue_requests',
  'model_forward_time_milliseconds',
  'avg_generation_throughput_toks_per_s',
]);
const V1_ONLY = new Set([
  'gpu_prefix_cache_queries',
  'prefix_cache_queries',
  'kv_cache_usage_perc',
  'inter_token_latency_seconds',
]);

/** -1, 0 or 1, comparing "0.10.2" and "0.9" by number. */
export function compareReleases(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

export function readEvidence(shape: PageShape, dialect: EngineDialect): VllmEvidence {
  const bases = new Set<string>();
  const rawNames = new Set<string>();
  for (const family of shape.families) {
    rawNames.add(family.name);
    const base = baseName(dialect, family.name);
    if (base !== undefined) bases.add(base.replace(/(?<!iteration_tokens)_total$/, ''));
  }
  let engineLabel = false;
  let modelLabel = false;
  let prefixed = shape.families.some((family) => family.name.includes('vllm'));
  let openMetrics = false;
  for (const series of shape.series) {
    if (baseName(dialect, series.name) === undefined) continue;
    const prefixedSeries = series.name.includes('vllm');
    const { labels } = series;
    prefixed ||= prefixedSeries;
    engineLabel ||= labels.has('engine') && labels.has('model_name');
    modelLabel ||= prefixedSeries && labels.has('model') && labels.has('version');
    const family = shape.families[series.family];
    if (family?.type === 'counter' && series.name.endsWith('_total') && !family.name.endsWith('_total'))
      openMetrics = true;
  }
  const has = (names: ReadonlySet<string>): boolean => [...names].some((name) => bases.has(name));
  const ray = shape.families.some((family) => family.name.startsWith('ray_vllm'));
  const rust = openMetrics && !ray && !bases.has('cache_config_info') && !rawNames.has('python_info');
  const v1 = engineLabel || has(V1_ONLY);
  const frontEnd = rust ? 'rust' : v1 ? 'v1' : has(V0_ONLY) || bases.has('gpu_cache_usage_perc') ? 'v0' : 'unknown';

  let oldest = engineLabel ? '0.8.3' : '';
  let before = '';
  for (const marker of MARKERS) {
    if (bases.has(marker.base)) {
      if (marker.since !== undefined && (oldest === '' || compareReleases(marker.since, oldest) > 0))
        oldest = marker.since;
      if (marker.goneIn !== undefined && (before === '' || compareReleases(marker.goneIn, before) < 0))
        before = marker.goneIn;
    } else if (marker.always && v1 && marker.since !== undefined) {
      if (before === '' || compareReleases(marker.since, before) < 0) before = marker.since;
    }
  }
  if (labelValueSeen(shape, 'finished_reason', 'error') && compareReleases('0.13.0', oldest || '0') > 0)
    oldest = '0.13.0';
  if (labelValueSeen(shape, 'finished_reason', 'repetition') && compareReleases('0.17.0', oldest || '0') > 0)
    oldest = '0.17.0';
  // Hidden families can be brought back, and pages are abridged by proxies: what is there counts more than what is not.
  if (before !== '' && oldest !== '' && compareReleases(before, oldest) <= 0) before = '';
  const through = ray ? 'ray' : modelLabel ? 'triton' : prefixed ? 'direct' : 'nim';
  return { frontEnd, through, oldest, before };
}

/** "vLLM 0.9.2 or later, before 0.10.2 (V1 engine)". */
export function describeEvidence(evidence: VllmEvidence): string {
  const { frontEnd, through, oldest, before } = evidence;
  const range =
    oldest === ''
      ? before === ''
        ? ''
        : ` before ${before}`
      : before === ''
        ? ` ${oldest} or later`
        : ` ${oldest} or later, before ${before}`;
  const engine = { v0: ' (V0 engine)', v1: ' (V1 engine)', rust: ' (V1 engine, Rust front end)', unknown: '' }[
    frontEnd
  ];
  const via = { direct: '', ray: ', through Ray Serve', triton: ', through Triton', nim: ', NIM names without prefix' }[
    through
  ];
  return `vLLM${range}${engine}${via}`;
}

/** Why this server gives nothing for a field, from the releases that print its names. */
export function missingReason(
  names: readonly ExporterName[],
  evidence: VllmEvidence,
  declared: (base: string) => boolean,
): string {
  const parts = names.map((name) => {
    const shown = `${name.name}${name.only ?? ''}`;
    const note = name.note === undefined ? '' : ` (${name.note})`;
    if (name.only === undefined && declared(name.name))
      return `${shown} is declared but has no usable sample yet${note}`;
    const { since, until } = name;
    if (since !== undefined && evidence.before !== '' && compareReleases(evidence.before, since) <= 0) {
      return `${shown} exists since vLLM ${since}, this server is older${note}`;
    }
    if (until !== undefined && evidence.oldest !== '' && compareReleases(evidence.oldest, until) > 0) {
      return `${shown} was last in vLLM ${until}, this server is newer${note}`;
    }
    if (declared(name.name)) return `${shown} has not occurred yet on this server${note}`;
    const range = [since === undefined ? '' : `since ${since}`, until === undefined ? '' : `until ${until}`].filter(
      (part) => part !== '',
    );
    return `${shown} is not on the page${range.length === 0 ? '' : `; vLLM prints it ${range.join(', ')}`}${note}`;
  });
  return parts.join('; ');
}

function labelValueSeen(shape: PageShape, label: string, value: string): boolean {
  return shape.series.some((series) => series.labels.get(label) === value);
}
