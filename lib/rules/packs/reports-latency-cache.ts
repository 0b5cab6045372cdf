import { packRules } from '#lib/rules/packs/pack-rule.ts';
import type { Rule } from '#lib/rules/rule.ts';

const engine = packRules('reports', 'engine');

const KV = {
  cause:
    'The KV cache is nearly full: more or longer requests run than its blocks can hold. When none is free the engine preempts running requests and computes them again, so throughput falls while the queue grows.',
  check:
    'Look at waiting and running requests, preempted share and the longest prompt of the same minutes. Many requests of usual length: too much concurrency. Few requests: long contexts.',
};
const EVICTIONS = {
  cause:
    'The KV cache is full and the engine throws running requests out of the batch to make room; their work is done again later. (The reports call it evictions; vLLM counts preemptions.)',
  check: 'KV cache used should stand near 100 % and tokens per second should fall at the same time.',
};
const HIT_RATE = {
  check:
    'See when the hit rate fell and whether a deploy, a restart (an empty cache) or a new kind of traffic came then. Compare KV cache used: above 90 %, prefixes are pushed out before they are used again.',
  remedy:
    'After a restart, wait until the cache is warm. Else restore the shared prefix of the prompts (the variable part belongs at the end), route requests of one prefix to one engine, or give the cache more memory.',
};
const LOOKUPS = 'prefix_lookups >= 100';
const MINUTE_MS = 60_000;

/** 001 latency and 002 cache: what a request feels first. */
export const REPORT_LATENCY_AND_CACHE_RULES: readonly Rule[] = [
  engine({
    id: 'HighPrefillLatency',
    title: 'Prefill is slow',
    expr: 'prefill_latency_p99 > 100ms and (running_requests > 0 or requests_per_second > 0)',
    forMs: MINUTE_MS,
    severity: 'warning',
    action: 'check_system_load',
    cause: 'One in a hundred requests waits more than 100 ms between leaving the queue and its first token.',
    check:
      'Compare prompt length and prompt tokens per second with an hour ago: longer prompts need longer. Unchanged prompts: look at the GPU for slowed clocks, another process, or KV cache above 90 %.',
    remedy:
      'Long prompts: turn chunked prefill on or lower the token budget of a step. A slowed or shared GPU: move the load away and clear the cause. The limit fits a small model; raise it for a large one.',
    source: '001 Alerting Rules',
  }),
  engine({
    ...KV,
    id: 'KvCacheCaution',
    title: 'KV cache filling up',
    expr: 'kv_cache_utilization >= 70%',
    forMs: MINUTE_MS,
    severity: 'caution',
    action: 'watch hit rate and queue',
    remedy: 'Nothing yet. Watch the hit rate and the queue; delay large batch jobs that would start now.',
    source: '002 Key Metrics to Track 1',
  }),
  engine({
    ...KV,
    id: 'KvCacheWarning',
    title: 'KV cache high',
    expr: 'kv_cache_utilization >= 80%',
    forMs: MINUTE_MS,
    severity: 'warning',
    action: 'lower concurrency or max sequence length',
    remedy: 'Lower the concurrency at the client or router, or the maximum sequence length, before preemptions start.',
    source: '002 Key Metrics to Track 1',
  }),
  engine({
    ...KV,
    id: 'KvCacheCritical',
    title: 'KV cache nearly full',
    expr: 'kv_cache_utilization >= 90%',
    forMs: 30_000,
    severity: 'critical',
    action: 'shed load; lower batch size',
    remedy:
      'Shed load now: refuse or redirect new requests, lower the batch size. Then add an engine or shorten contexts.',
    source: '002 Key Metrics to Track 1',
  }),
  engine({
    ...HIT_RATE,
    id: 'CacheHitRateDegraded',
    title: 'Fewer prefix cache hits',
    expr: `cache_hit_rate < 80% and ${LOOKUPS}`,
    forMs: 5 * MINUTE_MS,
    severity: 'warning',
    cause:
      'Fewer than 80 % of the prefix lookups hit: prompts no longer share their beginning, or the cache is too full to keep it. Each miss costs prefill time.',
    source: '002 Key Metrics to Track 2',
  }),
  engine({
    ...HIT_RATE,
    id: 'CacheThrashing',
    title: 'Prefix cache thrashing',
    expr: `cache_hit_rate < 70% and ${LOOKUPS}`,
    forMs: 5 * MINUTE_MS,
    severity: 'critical',
    cause:
      'Fewer than 70 % of the prefix lookups hit: prefixes are thrown out before the next request can use them, and prefill is done over and over.',
    source: '002 Key Metrics to Track 2',
  }),
  engine({
    ...EVICTIONS,
    id: 'EvictionsThrashing',
    title: 'Requests are preempted',
    expr: 'cache_eviction_rate > 30%',
    forMs: MINUTE_MS,
    severity: 'warning',
    remedy:
      'Lower the number of concurrent requests or the maximum sequence length; more KV memory if that is not possible.',
    source: '002 Key Metrics to Track 3',
  }),
  engine({
    ...EVICTIONS,
    id: 'EvictionsSevere',
    title: 'Most requests are preempted',
    expr: 'cache_eviction_rate > 50%',
    forMs: MINUTE_MS,
    severity: 'critical',
    remedy:
      'Shed load at once: at this rate the engine mostly repeats work. Then lower concurrency or sequence length.',
    source: '002 Key Metrics to Track 3',
  }),
];
