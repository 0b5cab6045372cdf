import type { EngineDialect } from '#lib/scrape/sources/engine-dialect.ts';
import { baseName } from '#lib/scrape/sources/engine-match.ts';
import { compileEngines, type EngineDraftPlan } from '#lib/scrape/sources/engine-plan.ts';
import { MAX_SUBJECTS } from '#lib/scrape/sources/plan-builder.ts';
import type { PageSource } from '#lib/scrape/sources/source.ts';
import { PREFIX_CACHING_OFF, VLLM, VLLM_UNPREFIXED } from '#lib/scrape/sources/vllm-fields.ts';
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

const PREFIXED = /^(?:ray_)?vllm[:_]/;
/** Families of the server process, which carry no prefix in any version. */
const UNPREFIXED = /^(?:http|process)_/;

/** vLLM 0.5 (V0) to 0.32, its Rust front end, and vLLM behind Ray Serve, Triton and NIM. */
export const vllm: PageSource = {
  name: 'vllm',
  kind: 'engine',
  detects(shape) {
    let running = false;
    let usage = false;
    for (const family of shape.families) {
      const name = family.name;
      if (PREFIXED.test(name)) return true;
      running ||= name === 'num_requests_running';
      usage ||= name === 'gpu_cache_usage_perc';
    }
    return running && usage;
  },
  plan(shape) {
    const dialect = shape.families.some((family) => PREFIXED.test(family.name)) ? VLLM : VLLM_UNPREFIXED;
    const evidence = readEvidence(shape, dialect);
    const declared = new Set<string>();
    for (const { name } of shape.families) {
      const base = UNPREFIXED.test(name) ? name : baseName(dialect, name);
      if (base !== undefined) declared.add(base).add(base.replace(/_total$/, ''));
    }
    return compileEngines(shape, dialect, (draft) => {
      addCacheConfig(draft, dialect);
      addPrefixCachingOff(draft, dialect);
      addZeroHttpClasses(draft, declared);
      const count = draft.engines.length;
      if (count === 0)
        draft.builder.note('the server has not printed a sample of an engine yet; V0 does so with its first request');
      return {
        recognised: `${describeEvidence(evidence)}, ${count === 0 ? 'no number of an engine yet' : count === 1 ? '1 engine' : `${count} engines`}`,
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
function addCacheConfig({ builder, shape, engines }: EngineDraftPlan, dialect: EngineDialect): void {
  let found = 0;
  shape.series.forEach((series, index) => {
    if (baseName(dialect, series.name) !== 'cache_config_info' || found >= MAX_SUBJECTS) return;
    found += 1;
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
        if (value >= 0 && Number.isFinite(value) && !builder.has(subject, field)) {
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
function addPrefixCachingOff({ builder, shape, engines }: EngineDraftPlan, dialect: EngineDialect): void {
  const watched: { series: number; subject: number; attributes: Record<string, string> }[] = [];
  shape.series.forEach((series, index) => {
    if (baseName(dialect, series.name) !== 'gpu_prefix_cache_hit_rate') return;
    const identity = dialect.identify(series.labels, series.name);
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
function addZeroHttpClasses({ builder, first }: EngineDraftPlan, declared: ReadonlySet<string>): void {
  if (!declared.has('http_requests') || first === undefined) return;
  for (const field of ['http_2xx', 'http_4xx', 'http_5xx'] as const) {
    if (!builder.has(first.index, field)) builder.constantCounter(first.index, field, 0, 'http_requests_total');
  }
}
