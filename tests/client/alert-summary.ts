import type { AlertDetail, AlertSummary } from '#lib/api/alerts.ts';

/** An alert as the API gives it: fires, critical, nobody has it. */
export function alertSummary(change: Partial<AlertSummary> = {}): AlertSummary {
  return {
    id: 1,
    rule: 'KvCacheNearlyFull',
    title: 'KV cache nearly full',
    headline: 'KV cache nearly full: KV cache used 98%, limit 90% on qwen-a',
    severity: 'critical',
    state: 'firing',
    handling: { state: 'open', reason: '', by: null, id: null, untilMs: null },
    data: { state: 'ok', reason: '', sinceMs: null },
    scope: 'engine',
    subject: { id: 4, kind: 'engine', name: 'qwen-a' },
    target: { id: 2, name: 'qwen-a' },
    channel: null,
    subjectName: 'qwen-a',
    labels: { rule: 'KvCacheNearlyFull', severity: 'critical', host: 'gpu-01', subject: 'qwen-a', target: 'qwen-a' },
    pendingSinceMs: 1000,
    firedAtMs: 61_000,
    recoveringSinceMs: null,
    resolvedAtMs: null,
    endReason: null,
    unit: 'ratio',
    limit: 0.9,
    lastValue: 0.98,
    peakValue: 0.99,
    firedValue: 0.97,
    resolvedValue: null,
    lastSeenMs: 61_000,
    flapping: false,
    changes: 1,
    owner: null,
    ack: null,
    action: '',
    version: 1,
    ...change,
  };
}

export function alertDetail(change: Partial<AlertDetail> = {}): AlertDetail {
  return {
    ...alertSummary(),
    ruleText: {
      expr: 'kv_cache_utilization > 90%',
      forMs: 60_000,
      keepFiringMs: 120_000,
      cause: '',
      check: '',
      remedy: '',
      source: '',
      signals: ['kv_cache_utilization'],
      profile: 'relative',
    },
    vram: null,
    run: null,
    next: '',
    evidence: { fromMs: 0, toMs: 600_000 },
    timeline: [],
    deliveries: [],
    untold: [],
    earlier: [],
    neighbours: [],
    ...change,
  };
}
