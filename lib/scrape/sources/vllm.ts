import { compileEngines, type EngineDraftPlan } from '#lib/scrape/sources/engine-plan.ts';
import { baseName } from '#lib/scrape/sources/engine-match.ts';
import type { PageSource } from '#lib/scrape/sources/source.ts';
import { PREFIX_CACHING_OFF, VLLM } from '#lib/scrape/sources/vllm-fields.ts';
import { describeEvidence, missingReason, readEvidence } from '#lib/scrape/sources/vllm-version.ts';

/** Labels of cache_config_info worth showing; the rest of its two dozen change with every release. */
const SHOWN_CONFIG = [
  'cache_dtype',
  'gpu_memory_utilization',
  'enable_prefix_caching',
  'num_gpu_blocks_override',
  'sliding_window',
  'kv_cache_memory_bytes',
  'cpu_offload_gb',
] as const;

/** vLLM 0.5 (V0) to 0.32, its Rust front end, and vLLM behind Ray Serve, Triton and NIM. */
export const vllm: PageSource = {
  name: 'vllm',
  kind: 'engine',
  detects(shape) {
    let running = false;
    let usage = false;
    for (const family of shape.families) {
      const name = family.name;
      if (/^(?:ray_)?vllm[:_]/.test(name)) return true;
      running ||= name === 'num_requests_running';
      usage ||= name === 'gpu_cache_usage_perc';
    }
    return running && usage;
  },
  plan(shape) {
    const evidence = readEvidence(shape);
    const declared = new Set<string>();
    for (const family of shape.families) {
      const base = baseName(VLLM, family.name);
      if (base !== undefined) declared.add(base).add(base.replace(/_total$/, ''));
    }
    return compileEngines(shape, VLLM, (draft) => {
      addCacheConfig(draft);
      addPrefixCachingOff(draft);
      addZeroHttpClasses(draft, declared);
      const count = draft.engines.length;
      if (count === 0)
        draft.builder.note('the server has not printed a sample of an engine yet; V0 does so with its first request');
      return {
        recognised: `${describeEvidence(evidence)}, ${count} engine${count === 1 ? '' : 's'}`,
        // V0, Ray and the Rust front end make a counter series at its first event.
        lazyCounters: evidence.frontEnd === 'v0' || evidence.frontEnd === 'rust' || evidence.through === 'ray',
        absent: (field) =>
          field.startsWith('kv_block')
            ? 'read from cache_config_info, which is not on the page (not by the Rust front end)'
            : 'vLLM does not print it',
        missing: (row) => missingReason(row.names, evidence, (base) => declared.has(base)),
      };
    });
  },
};

/** cache_config_info has no model: it belongs to all engines with its engine label, or to all when it has none. */
function addCacheConfig({ builder, shape, engines }: EngineDraftPlan): void {
  shape.series.forEach((series, index) => {
    if (baseName(VLLM, series.name) !== 'cache_config_info') return;
    const label = series.labels.get('engine');
    const owners = engines.filter(
      (engine) => label === undefined || engine.engine === label || engine.engine.startsWith(`${label}@`),
    );
    if (owners.length === 0) return;
    builder.stored(index);
    for (const { index: subject } of owners) {
      for (const [field, name] of [
        ['kv_blocks', 'num_gpu_blocks'],
        ['kv_block_tokens', 'block_size'],
      ] as const) {
        const value = Number(series.labels.get(name) || 'None');
        if (Number.isFinite(value) && !builder.has(subject, field)) {
          builder.constantGauge(subject, field, value, `${series.name}{${name}}`);
        }
      }
      const attributes = builder.subjects[subject]?.attributes;
      for (const name of SHOWN_CONFIG) {
        const value = series.labels.get(name);
        if (attributes !== undefined && value !== undefined && value !== 'None' && value !== '')
          attributes[name] ??= value;
      }
    }
  });
}

/** V0 prints a hit rate of -1 when prefix caching is off: no number, but a fact worth showing. */
function addPrefixCachingOff({ builder, shape, engines }: EngineDraftPlan): void {
  const watched: { series: number; subject: number; attributes: Record<string, string> }[] = [];
  shape.series.forEach((series, index) => {
    if (baseName(VLLM, series.name) !== 'gpu_prefix_cache_hit_rate') return;
    const identity = VLLM.identify(series.labels, series.name);
    const engine = engines.find((known) => known.model === identity.model && known.engine === identity.engine);
    const attributes = engine === undefined ? undefined : builder.subjects[engine.index]?.attributes;
    if (engine === undefined || attributes === undefined) return;
    watched.push({ series: index, subject: engine.index, attributes: { ...attributes, prefix_caching: 'off' } });
  });
  if (watched.length === 0) return;
  builder.after((values, drafts) => {
    for (const { series, subject, attributes } of watched) {
      const draft = drafts[subject];
      if (draft !== undefined && values[series] === PREFIX_CACHING_OFF) draft.attributes = attributes;
    }
  });
}

/** http_requests_total makes a status at its first request; until then its count is 0, not unknown. */
function addZeroHttpClasses({ builder, engines, chosen }: EngineDraftPlan, declared: ReadonlySet<string>): void {
  if (!declared.has('http_requests') || engines.length === 0) return;
  const rows = [...chosen.keys()].filter((row) => row.field.startsWith('http_'));
  const holder = engines.find((engine) => rows.some((row) => builder.has(engine.index, row.field))) ?? engines[0];
  if (holder === undefined) return;
  for (const field of ['http_2xx', 'http_4xx', 'http_5xx'] as const) {
    if (!builder.has(holder.index, field)) builder.constantCounter(holder.index, field, 0, 'http_requests_total');
  }
}
