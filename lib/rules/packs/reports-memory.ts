import { packRules } from '#lib/rules/packs/pack-rule.ts';
import type { Rule } from '#lib/rules/rule.ts';

const engine = packRules('reports', 'engine');
const vram = packRules('reports', 'gpu');
const MINUTE_MS = 60_000;

/** A verdict comes every five minutes; one that wavers for two or three of them is no recovery. */
const VERDICT_KEEP_MS = 30 * MINUTE_MS;
const LEAK = {
  keepFiringMs: VERDICT_KEEP_MS,
  check:
    'Look at the evidence: since when the floors rise, the slope with its interval, and which process grew. A version, model or flag that changed at the beginning is the first suspect. Compare replicas of the same model.',
} as const;

const CHECK =
  'vLLM takes its share of the card at start, so compare with the floor after start: growth above it is what counts. See the processes on the card; another one beside the engine is the usual cause.';

/** 001 and 000, memory. */
export const REPORT_MEMORY_RULES: readonly Rule[] = [
  vram({
    id: 'HighMemoryUsage',
    title: 'VRAM peak is high',
    expr: 'vram_peak > 83.3% of vram_total',
    literalExpr: 'vram_peak > 20GB',
    severity: 'critical',
    action: 'reduce_batch_size',
    vram: 'above-floor',
    cause:
      'In the last 5 minutes memory rose above 83 % (20 GB of the report’s 24 GB card). Little is left for a larger batch.',
    check: CHECK,
    remedy: 'Reduce the batch size or the maximum sequence length; stop other processes on the card.',
    source: '001 Alerting Rules',
  }),
  vram({
    id: 'VramAboveSoftCap',
    title: 'VRAM above the soft cap',
    expr: 'vram_utilization > 80%',
    forMs: MINUTE_MS,
    severity: 'warning',
    action: 'alert and throttle; reduce batch size by half',
    vram: 'above-floor',
    cause: 'More than the recommended 80 % of the memory is in use; a large request can run out of memory.',
    check: CHECK,
    remedy: 'Throttle new requests and halve the batch size.',
    source: '000 Medium Risk 1, Enforce Safe Limits',
  }),
  vram({
    id: 'VramAggressive',
    title: 'VRAM nearly used up',
    expr: 'vram_utilization > 90%',
    forMs: MINUTE_MS,
    severity: 'warning',
    action: 'reduce batch size by half',
    vram: 'above-floor',
    cause: 'More than 90 % of the memory is in use; allocations begin to fail.',
    check: CHECK,
    remedy: 'Halve the batch size now; do not start anything else on this card.',
    source: '000 Memory Utilization Recommendations',
  }),
  vram({
    id: 'VramCritical',
    title: 'VRAM about to run out',
    expr: 'vram_utilization > 95%',
    severity: 'critical',
    action: 'restart; hard cap at 80 %',
    vram: 'above-floor',
    cause: 'Less than 5 % of the memory is left: out-of-memory errors come at random from here.',
    check: CHECK,
    remedy: 'Drain the engine and restart it with a lower gpu_memory_utilization (the report’s hard cap is 80 %).',
    source: '000 High Risk 3',
  }),
  vram({
    ...LEAK,
    id: 'VramLeak',
    title: 'VRAM leaks',
    expr: 'vram_leak_verdict = leak',
    severity: 'critical',
    action: 'plan a restart before the limit',
    cause:
      'The floors of used memory have risen for hours and still do, after warm-up, steps and load were taken out: memory is kept that nobody gives back. When it meets the card’s limit, requests fail.',
    remedy:
      'Plan a restart of the process that grew before the time to the limit is over; drain it first. Then go back to the version or setting before the leak began, and report it with the floors as CSV.',
    source: '003 Warning Signs 1',
  }),
  vram({
    ...LEAK,
    id: 'VramTrendingToLimit',
    title: 'VRAM will be used up within a day',
    // Without a leak no time is known, so the verdict is asked too: else this would never end.
    expr: 'vram_time_to_limit < 24h and vram_leak_verdict = leak',
    severity: 'warning',
    action: 'restart within the time that is left',
    cause: 'At the rate of the leak, the floor of used memory meets the card’s limit in less than 24 hours.',
    remedy:
      'Restart the leaking process in the time that is left, at a quiet hour; peaks meet the limit before floors do.',
    source: '000 Add Memory Profiling: alert if trending toward limits',
  }),
  engine({
    id: 'OomError',
    title: 'Out of memory',
    expr: 'oom_errors > 0',
    severity: 'critical',
    action: 'retry with half the batch size',
    cause: 'Requests failed while a GPU of this engine was full: most likely CUDA ran out of memory.',
    check: 'Look for "CUDA out of memory" in the engine’s log and for another process on the card.',
    remedy: 'Retry the failed work with half the batch size; restart the engine if it does not serve any more.',
    source: '001 memory_metrics; 000 Recovery Logic',
  }),
];
