import { packRules } from '#lib/rules/packs/pack-rule.ts';
import type { Rule } from '#lib/rules/rule.ts';

const engine = packRules('reports', 'engine');
const MINUTE_MS = 60_000;

const DROP = {
  cause:
    'The engine finishes fewer requests than its baseline although requests wait: it is slower than usual, not idle.',
};
const BURST = {
  check:
    'Look at arrivals by target: one engine only means routing, all engines means real demand or a client that retries in a loop. Watch whether the queue drains between peaks.',
};
/** About the newest burst: ten minutes after it is over its numbers are gone, and the alert ends. */
const OF_BURST = {
  hysteresis: 0,
  absence: 'resolve',
  check:
    'Open the burst: its panel shows when the load ended, when the queue was empty and which signal came back last. Then look at that signal.',
} as const satisfies Partial<Rule>;
const QUEUE = {
  cause: 'Requests arrive faster than they are finished, so they wait, and every new one waits longer.',
  check:
    'Compare arriving and finished requests per second. Arrivals up: demand. Finished down: look at KV cache, preemptions and GPU clocks of the same minutes.',
};

/** 001 and 002 throughput, 000 bursts and queue. */
export const REPORT_LOAD_RULES: readonly Rule[] = [
  engine({
    id: 'LowThroughput',
    title: 'Throughput is low',
    expr: 'requests_per_second < 74% of baseline and (queue_depth > 0 or running_requests > 0)',
    literalExpr: 'requests_per_second < 150 and (queue_depth > 0 or running_requests > 0)',
    forMs: 2 * MINUTE_MS,
    severity: 'warning',
    action: 'investigate_performance',
    cause: 'Fewer requests finish than this engine usually manages, while it has work.',
    check:
      'With a queue: the engine is slow; look at KV cache, preemptions, prefill time and GPU clocks. Without a queue: there may just be little to do; compare arrivals with the same hour of other days.',
    remedy:
      'Slow engine: clear what the check found, restart it if nothing was. Little traffic: nothing to do; acknowledge, or set the baseline of the target to what is normal.',
    source: '001 Alerting Rules',
  }),
  engine({
    ...DROP,
    id: 'ThroughputDrop10',
    title: 'Throughput 10 % below baseline',
    expr: 'throughput_drop > 10% and queue_depth > 0',
    forMs: 2 * MINUTE_MS,
    severity: 'caution',
    action: 'check KV-cache pressure',
    check: 'KV cache above 80 % and preemptions explain it in most cases. Else compare prompt and answer lengths.',
    remedy: 'Nothing yet if the queue drains. If KV cache is the cause, lower the concurrency.',
    source: '002 Key Metrics to Track 4',
  }),
  engine({
    ...DROP,
    id: 'ThroughputDrop20',
    title: 'Throughput 20 % below baseline',
    expr: 'throughput_drop > 20% and queue_depth > 0',
    forMs: 2 * MINUTE_MS,
    severity: 'warning',
    action: 'verify cache metrics',
    check: 'Hit rate, preempted share and KV cache used first, then GPU clocks and other processes on the card.',
    remedy:
      'Lower the concurrency or redirect load until the cause is clear; restart the engine if it does not recover.',
    source: '002 Key Metrics to Track 4',
  }),
  engine({
    ...BURST,
    id: 'BurstWarn',
    title: 'Burst of requests',
    expr: 'requests_per_second > 2.475x of baseline',
    literalExpr: 'requests_per_second > 500',
    severity: 'warning',
    cause: 'Far more requests than usual: 2.5 times the baseline.',
    remedy: 'Be ready to add capacity or limit rates; nothing else while the queue stays short.',
    source: '000 Burst Alert Thresholds',
  }),
  engine({
    ...BURST,
    id: 'BurstCritical',
    title: 'Large burst of requests',
    expr: 'requests_per_second >= 4.95x of baseline',
    literalExpr: 'requests_per_second >= 1000',
    severity: 'critical',
    cause: 'Five times as many requests as usual. The queue will soon be longer than clients wait.',
    remedy: 'Add engines, or limit the rate of the loudest client.',
    source: '000 Burst Alert Thresholds',
  }),
  engine({
    ...BURST,
    id: 'BurstAutoScale',
    title: 'Burst beyond capacity',
    expr: 'requests_per_second >= 7.425x of baseline',
    literalExpr: 'requests_per_second >= 1500',
    severity: 'critical',
    action: 'auto_scale',
    cause: 'Seven and a half times as many requests as usual: beyond what one engine can take.',
    remedy: 'Scale out now; an autoscaler should act on this webhook. Until it has, shed load.',
    source: '000 Burst Alert Thresholds',
  }),
  engine({
    ...QUEUE,
    id: 'QueueScaleUp',
    title: 'Queue is long',
    expr: 'queue_depth > 100',
    severity: 'caution',
    action: 'add_worker',
    remedy: 'Add a worker, or let the autoscaler do it.',
    source: '000 Horizontal Scaling Triggers',
  }),
  engine({
    ...QUEUE,
    id: 'QueueSlaAtRisk',
    title: 'Queue puts the SLA at risk',
    expr: 'queue_depth >= 150',
    severity: 'warning',
    action: 'add_worker',
    remedy: 'Add a worker now and pause what can wait (batch jobs).',
    source: '000 Medium Risk 2',
  }),
  engine({
    ...QUEUE,
    id: 'QueueOverflow',
    title: 'Queue overflows',
    expr: 'queue_depth >= 200',
    severity: 'critical',
    action: 'auto_scale_or_shed',
    remedy: 'Refuse new requests (429) or scale out at once: the buffer of 200 requests is full and clients time out.',
    source: '000 High Risk 2; buffer of 200 requests',
  }),
  engine({
    id: 'ScaleDown',
    title: 'Capacity to spare',
    expr: 'queue_depth = 0 and requests_per_second <= baseline',
    forMs: 30_000,
    severity: 'info',
    action: 'remove_worker',
    enabled: false,
    cause: 'Nothing waits and traffic is not above the baseline: fewer workers would do. A hint for autoscalers.',
    check: 'See that no burst ended just now and that no batch job is about to start.',
    remedy: 'Remove one worker, then look again.',
    source: '000 Horizontal Scaling Triggers',
  }),
  engine({
    ...BURST,
    id: 'SustainedBurst5x',
    title: 'Burst does not end',
    expr: 'burst_multiplier >= 5',
    forMs: 60_000,
    severity: 'warning',
    action: 'shed_or_scale',
    cause: 'Five times the usual arrivals for a minute: no peak any more but a new level.',
    remedy: 'Shed load or scale out; find the client.',
    source: '000 Medium Risk 3',
  }),
  engine({
    ...BURST,
    id: 'SustainedBurst10x',
    title: 'Extreme burst does not end',
    expr: 'burst_multiplier >= 10',
    forMs: 30_000,
    severity: 'critical',
    action: 'auto_scale',
    cause: 'Ten times the usual arrivals for half a minute.',
    remedy: 'Scale out and limit rates at the router at once; the engine alone cannot catch up.',
    source: '000 High Risk 2',
  }),
  engine({
    ...OF_BURST,
    id: 'SlowBurstRecovery',
    title: 'Slow recovery from a burst',
    expr: 'burst_recovery > 6s',
    severity: 'warning',
    cause:
      'A burst is over for more than 6 s and the engine is (or was) not back: requests still waited, or first tokens, KV cache or speed were not where they were before. The reports promise 6 s and aim at 3 s.',
    remedy:
      'While the queue drains, nothing. If bursts like this come again: admit fewer at once, add an engine, or smooth the load at the client.',
    source: '001 sla_metrics; 000 target < 3 s, measured 5.5 s on average',
  }),
];
