import { describe, expect, it } from 'vitest';
import { formatDurationMs } from '#lib/metrics/duration.ts';
import { codeOfWord } from '#lib/metrics/unit.ts';
import { compileRuleExpression } from '#lib/rules/check.ts';
import { evaluate } from '#lib/rules/evaluate.ts';
import { BUILT_IN_RULES } from '#lib/rules/packs.ts';
import { readsOf, type SignalRead } from '#lib/rules/reads.ts';
import type { Rule } from '#lib/rules/rule.ts';
import type { Values } from '#tests/rules/judge.ts';

const GIB = 1024 ** 3;
const ruleById = new Map(BUILT_IN_RULES.map((rule) => [rule.id, rule]));

function judgeRule(rule: Rule, values: Values, form: 'relative' | 'literal' = 'relative', margin = 0) {
  const text = form === 'literal' ? (rule.literalExpr ?? rule.expr) : rule.expr;
  const result = compileRuleExpression(text, rule.scope);
  if (!result.ok) throw new Error(`${rule.id}: ${JSON.stringify(result.errors)}`);
  const lookup = ({ signal, aggregate, windowMs }: SignalRead) =>
    values[`${signal} ${formatDurationMs(windowMs)}`] ??
    values[aggregate === 'default' ? signal : `${aggregate}(${signal})`] ??
    null;
  return evaluate(result.checked, lookup, margin);
}

/** A promise in every window: how fast its budget burns, its requests and the slow ones among them. */
function promise(burn: number | null, requests: number | null, slow: number | null): Values {
  const windows = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'];
  return Object.fromEntries(
    windows.flatMap((window) => [
      [`slo_burn_rate ${window}`, burn],
      [`slo_requests ${window}`, requests],
      [`slo_slow_requests ${window}`, slow],
    ]),
  );
}

/** An engine that nobody uses, with everything known. */
const IDLE: Values = {
  queue_depth: 0,
  running_requests: 0,
  requests_per_second: 0,
  tokens_per_second: 0,
  baseline_rps: 202,
  throughput_drop: 1,
  burst_multiplier: 0,
  kv_cache_utilization: 0,
  cache_eviction_rate: 0,
  prefix_lookups: 0,
  cache_hit_rate: null,
  prefill_latency_p99: null,
  oom_errors: 0,
  missing_signals: 0,
  engine_present: 1,
  target_up: 1,
  target_frozen: 0,
  batch_vram_delta: 0,
  batch_throughput_variance: 0.05,
  batch_throughput_falling: 0,
  batch_success_rate: 1,
  batch_reload_delay: 0,
  batch_age: 0,
  batch_projected_duration: 0,
  sla_24h_compliance: null,
  sla_basis: 1,
  ...promise(null, 0, 0),
};
/** The reference engine at work. */
const BUSY: Values = {
  ...IDLE,
  queue_depth: 20,
  running_requests: 32,
  requests_per_second: 202,
  tokens_per_second: 25_000,
  throughput_drop: 0,
  burst_multiplier: 1,
  kv_cache_utilization: 0.55,
  prefix_lookups: 60_000,
  cache_hit_rate: 0.9,
  prefill_latency_p99: 0.04,
  sla_24h_compliance: 0.99,
  ...promise(0.4, 12_000, 48),
  burst_recovery: 2,
  warm_slowdown: 1.02,
  burst_verdict: codeOfWord('burst_verdict', 'recovered'),
};
/** Just started: nothing finished yet, no baseline, an empty cache. */
const STARTING: Values = {
  ...BUSY,
  requests_per_second: null,
  tokens_per_second: null,
  baseline_rps: null,
  throughput_drop: null,
  burst_multiplier: null,
  prefix_lookups: null,
  cache_hit_rate: null,
  cache_eviction_rate: null,
  prefill_latency_p99: null,
  kv_cache_utilization: 0,
  queue_depth: 0,
  running_requests: 1,
};
const LEARNING: Values = { ...BUSY, baseline_rps: null, throughput_drop: null, burst_multiplier: null };
const basis = (word: string): number | null => codeOfWord('sla_basis', word);
const burst = (word: string): number | null => codeOfWord('burst_verdict', word);
const verdict = (word: string): number | null => codeOfWord('leak_verdict', word);
/** A 24 GiB card with a small model. */
const CARD: Values = {
  vram_peak: 12 * GIB,
  vram_total: 24 * GIB,
  vram_utilization: 0.5,
  gpu_present: 1,
  vram_leak_verdict: verdict('none'),
  vram_growth_rate: 0,
  vram_time_to_limit: null,
  gpu_xid_errors: 0,
  gpu_xid: 0,
  gpu_ecc_uncorrected: 0,
  'min(gpu_ecc_uncorrected)': 0,
  gpu_rows_remap_failed: 0,
  gpu_rows_remap_pending: 0,
  gpu_retired_pages_pending: 0,
  gpu_hw_thermal_slowdown: 0,
  gpu_sw_thermal_slowdown: 0,
  gpu_power_brake: 0,
  gpu_temperature: 60,
  'avg(gpu_power)': 200,
  gpu_power_limit: 350,
};
const BIG_CARD: Values = { ...CARD, vram_total: 80 * GIB, vram_peak: 40 * GIB, vram_utilization: 0.5 };

const named = (cases: readonly Case[]) => cases.map(([why, values, form]) => ({ why, values, form }));

type Case = readonly [why: string, values: Values, form?: 'literal'];
type Expectation = { readonly fires: readonly Case[]; readonly silent: readonly Case[] };

const above = (id: string, over: number, at: number, base: Values): Expectation => ({
  fires: [['over the limit', { ...base, [id]: over }]],
  silent: [['just below', { ...base, [id]: at }]],
});
const off = (silent: Values, fires: Values): Expectation => ({
  fires: [['as described', fires]],
  silent: [['not now', silent]],
});
/** A burn rate just over and at its factor in both windows, over in one only, and with too few requests to tell. */
const burns = (factor: number, long: string, short: string, fewest: number): Expectation => {
  const over = factor * 1.001;
  const at = (window: string, burn: number): Values => ({ [`slo_burn_rate ${window}`]: burn });
  const both = { ...BUSY, ...at(long, over), ...at(short, over) };
  return {
    fires: [['both windows burn', both]],
    silent: [
      ['exactly at the factor', { ...BUSY, ...at(long, factor), ...at(short, factor) }],
      ['it was over minutes ago', { ...BUSY, ...at(long, over) }],
      ['it has only begun', { ...BUSY, ...at(short, over) }],
      ['too few requests', { ...both, [`slo_requests ${short}`]: fewest - 1 }],
      ['one slow request at night', { ...both, [`slo_requests ${short}`]: fewest, [`slo_slow_requests ${short}`]: 1 }],
      ['nobody promised anything', { ...BUSY, ...promise(null, null, null) }],
    ],
  };
};
const xid = (codes: readonly number[], others: readonly number[]): Expectation => ({
  fires: codes.map((code): Case => [`XID ${code}`, { ...CARD, gpu_xid_errors: 1, gpu_xid: code }]),
  silent: [
    ...others.map((code): Case => [`XID ${code} is of another rule`, { ...CARD, gpu_xid_errors: 1, gpu_xid: code }]),
    ['a code that the exporter keeps showing', { ...CARD, gpu_xid_errors: 0, gpu_xid: codes[0] ?? 0 }],
    ['before the first XID', { ...CARD, gpu_xid: null }],
    ['an exporter without XIDs', { ...CARD, gpu_xid: null, gpu_xid_errors: null }],
  ],
});

const CRITICAL_XIDS = [48, 62, 64, 74, 79, 95, 119, 120];
const APPLICATION_XIDS = [13, 31, 43, 45];

const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  HighPrefillLatency: above('prefill_latency_p99', 0.101, 0.1, BUSY),
  KvCacheCaution: above('kv_cache_utilization', 0.7, 0.69, BUSY),
  KvCacheWarning: above('kv_cache_utilization', 0.8, 0.79, BUSY),
  KvCacheCritical: above('kv_cache_utilization', 0.9, 0.89, BUSY),
  CacheHitRateDegraded: {
    fires: [['79 % hits under traffic', { ...BUSY, cache_hit_rate: 0.79 }]],
    silent: [
      ['80 %', { ...BUSY, cache_hit_rate: 0.8 }],
      ['prefix caching off: nothing is looked up', { ...BUSY, cache_hit_rate: null, prefix_lookups: 0 }],
      ['a handful of lookups at night', { ...IDLE, cache_hit_rate: 0.1, prefix_lookups: 12 }],
    ],
  },
  CacheThrashing: {
    fires: [['69 % hits under traffic', { ...BUSY, cache_hit_rate: 0.69 }]],
    silent: [
      ['70 %', { ...BUSY, cache_hit_rate: 0.7 }],
      ['prefix caching off', { ...BUSY, cache_hit_rate: null, prefix_lookups: 0 }],
      ['the first requests after a restart', { ...STARTING, cache_hit_rate: 0, prefix_lookups: 99 }],
    ],
  },
  EvictionsThrashing: above('cache_eviction_rate', 0.31, 0.3, BUSY),
  EvictionsSevere: above('cache_eviction_rate', 0.51, 0.5, BUSY),
  LowThroughput: {
    fires: [
      ['half the baseline with a queue', { ...BUSY, requests_per_second: 101 }],
      ['half the baseline with running requests', { ...BUSY, requests_per_second: 101, queue_depth: 0 }],
      ['149 req/s as printed', { ...LEARNING, requests_per_second: 149 }, 'literal'],
    ],
    silent: [
      ['75 % of the baseline', { ...BUSY, requests_per_second: 152 }],
      ['150 req/s as printed', { ...LEARNING, requests_per_second: 150 }, 'literal'],
      ['idle, as printed', IDLE, 'literal'],
      ['learning', { ...LEARNING, requests_per_second: 1 }],
    ],
  },
  ThroughputDrop10: {
    fires: [['11 % with a queue', { ...BUSY, throughput_drop: 0.11 }]],
    silent: [
      ['10 %', { ...BUSY, throughput_drop: 0.1 }],
      ['traffic went away, nothing waits', { ...BUSY, throughput_drop: 0.9, queue_depth: 0 }],
    ],
  },
  ThroughputDrop20: {
    fires: [['21 % with a queue', { ...BUSY, throughput_drop: 0.21 }]],
    silent: [
      ['20 %', { ...BUSY, throughput_drop: 0.2 }],
      ['traffic went away, nothing waits', { ...BUSY, throughput_drop: 0.9, queue_depth: 0 }],
    ],
  },
  BurstWarn: {
    fires: [
      ['2.5 times', { ...BUSY, requests_per_second: 501 }],
      ['501 req/s as printed', { ...LEARNING, requests_per_second: 501 }, 'literal'],
    ],
    silent: [
      ['2.47 times', { ...BUSY, requests_per_second: 499 }],
      ['500 as printed', { ...BUSY, requests_per_second: 500 }, 'literal'],
      ['500 req/s of an engine that usually does 400', { ...BUSY, requests_per_second: 500, baseline_rps: 400 }],
      ['learning', { ...LEARNING, requests_per_second: 5000 }],
    ],
  },
  BurstCritical: {
    fires: [
      ['4.96 times', { ...BUSY, requests_per_second: 1002 }],
      ['1000 as printed', { ...LEARNING, requests_per_second: 1000 }, 'literal'],
    ],
    silent: [
      ['4.9 times', { ...BUSY, requests_per_second: 990 }],
      ['999 as printed', { ...BUSY, requests_per_second: 999 }, 'literal'],
      ['learning', { ...LEARNING, requests_per_second: 5000 }],
    ],
  },
  BurstAutoScale: {
    fires: [
      ['7.5 times', { ...BUSY, requests_per_second: 1515 }],
      ['1500 as printed', { ...LEARNING, requests_per_second: 1500 }, 'literal'],
    ],
    silent: [
      ['7.4 times', { ...BUSY, requests_per_second: 1490 }],
      ['1499 as printed', { ...BUSY, requests_per_second: 1499 }, 'literal'],
      ['learning', { ...LEARNING, requests_per_second: 5000 }],
    ],
  },
  QueueScaleUp: above('queue_depth', 101, 100, BUSY),
  QueueSlaAtRisk: above('queue_depth', 150, 149, BUSY),
  QueueOverflow: above('queue_depth', 200, 199, BUSY),
  ScaleDown: off({ ...BUSY, queue_depth: 1 }, { ...BUSY, queue_depth: 0, requests_per_second: 150 }),
  SustainedBurst5x: above('burst_multiplier', 5, 4.9, BUSY),
  SustainedBurst10x: above('burst_multiplier', 10, 9.9, BUSY),
  HighMemoryUsage: {
    fires: [
      ['20 GiB of 24', { ...CARD, vram_peak: 20 * GIB }],
      ['just above 20 GB as printed', { ...CARD, vram_peak: 20 * GIB + 1 }, 'literal'],
    ],
    silent: [
      ['19.9 GiB of 24', { ...CARD, vram_peak: 19.9 * GIB }],
      ['19.9 GiB of 24 as printed', { ...CARD, vram_peak: 19.9 * GIB }, 'literal'],
      ['40 GiB of an 80 GB card', BIG_CARD],
      ['total memory unknown', { ...CARD, vram_peak: 23 * GIB, vram_total: null }],
    ],
  },
  VramAboveSoftCap: above('vram_utilization', 0.81, 0.8, CARD),
  VramAggressive: above('vram_utilization', 0.91, 0.9, CARD),
  VramCritical: above('vram_utilization', 0.96, 0.95, CARD),
  VramLeak: {
    fires: [['the verdict is leak', { ...CARD, vram_leak_verdict: verdict('leak'), vram_time_to_limit: 9 * 86_400 }]],
    silent: [
      ['level', CARD],
      ['an engine that warms up: too few floors', { ...CARD, vram_leak_verdict: verdict('inconclusive') }],
      ['memory that follows the load', { ...CARD, vram_leak_verdict: verdict('load-driven'), vram_growth_rate: 9000 }],
      ['a step or a ramp that ended', { ...CARD, vram_leak_verdict: verdict('plateau'), vram_growth_rate: 900 }],
      ['not judged yet, or too long ago', { ...CARD, vram_leak_verdict: null, vram_growth_rate: null }],
    ],
  },
  VramTrendingToLimit: {
    fires: [['five hours left', { ...CARD, vram_leak_verdict: verdict('leak'), vram_time_to_limit: 5 * 3600 }]],
    silent: [
      ['a leak that has days', { ...CARD, vram_leak_verdict: verdict('leak'), vram_time_to_limit: 86_400 }],
      ['no leak, so no time is known', CARD],
      ['not judged', { ...CARD, vram_leak_verdict: null }],
    ],
  },
  OomError: above('oom_errors', 1, 0, BUSY),
  EngineGotSlower: {
    fires: [['a third slower', { ...BUSY, warm_slowdown: 1.33 }]],
    silent: [
      ['a fifth slower', { ...BUSY, warm_slowdown: 1.2 }],
      ['just started, idle, or other prompts', { ...BUSY, warm_slowdown: null }],
    ],
  },
  SlowBurstRecovery: {
    fires: [
      ['recovered after 8 s', { ...BUSY, burst_recovery: 8, burst_verdict: burst('recovered') }],
      ['still recovering for 7 s', { ...BUSY, burst_recovery: 7, burst_verdict: burst('still-recovering') }],
    ],
    silent: [
      ['recovered in 6 s, as promised', { ...BUSY, burst_recovery: 6, burst_verdict: burst('recovered') }],
      ['no burst, or its load lasts', { ...BUSY, burst_recovery: null, burst_verdict: null }],
    ],
  },
  BurstNotRecovered: {
    fires: [['ten minutes after the load', { ...BUSY, burst_verdict: burst('did-not-recover') }]],
    silent: [
      ['the load lasts', { ...BUSY, burst_verdict: burst('ongoing') }],
      ['still recovering', { ...BUSY, burst_verdict: burst('still-recovering') }],
      ['recovered', { ...BUSY, burst_verdict: burst('recovered') }],
      ['the engine restarted', { ...BUSY, burst_verdict: burst('inconclusive') }],
      ['no burst', { ...BUSY, burst_verdict: null }],
    ],
  },
  BatchVramLeak: above('batch_vram_delta', 0.5 * GIB, 0.5 * GIB - 1, BUSY),
  BatchVariance: above('batch_throughput_variance', 0.1, 0.099, BUSY),
  BatchDegrading: {
    fires: [['0.20, 0.18, 0.16', { ...BUSY, batch_throughput_falling: 1, batch_throughput_variance: 0.2 }]],
    silent: [
      ['0.20, 0.16, 0.20', { ...BUSY, batch_throughput_falling: 0, batch_throughput_variance: 0.2 }],
      ['0.20, 0.19, 0.18', { ...BUSY, batch_throughput_falling: 1, batch_throughput_variance: 0.1 }],
    ],
  },
  BatchFailures: off(BUSY, { ...BUSY, batch_success_rate: 0.9999 }),
  ModelReloaded: above('batch_reload_delay', 6, 0, BUSY),
  SLAViolation: {
    fires: [
      ['89 % of the minutes', { ...BUSY, sla_24h_compliance: 0.89 }],
      ['89 % of the requests of batches', { ...BUSY, sla_24h_compliance: 0.89, sla_basis: basis('batches') }],
    ],
    silent: [
      ['90 %', { ...BUSY, sla_24h_compliance: 0.9 }],
      [
        'nobody stated a target: a large model against those of report 001',
        { ...BUSY, sla_24h_compliance: 0, sla_basis: basis('unstated') },
      ],
      ['too few minutes to tell', { ...STARTING, sla_24h_compliance: null }],
    ],
  },
  SloBurnFast: burns(14.4, '1h', '5m', 20),
  SloBurnSustained: burns(6, '6h', '30m', 50),
  SloBurnDay: burns(3, '1d', '2h', 100),
  SloBurnSlow: burns(1, '3d', '6h', 300),
  BatchSlaAt20h: above('batch_age', 20 * 3600, 20 * 3600 - 1, BUSY),
  BatchSlaForecast: above('batch_projected_duration', 24 * 3600 + 1, 24 * 3600, BUSY),
  TargetDown: off(IDLE, { target_up: 0 }),
  ExporterFrozen: off(IDLE, { ...BUSY, target_frozen: 1 }),
  SignalMissing: above('missing_signals', 1, 0, BUSY),
  EngineDisappeared: off(BUSY, { engine_present: 0 }),
  EngineStuck: {
    fires: [
      ['14 wait, one runs, no token', { ...BUSY, queue_depth: 14, running_requests: 1, tokens_per_second: 0 }],
      ['nothing runs at all', { ...BUSY, queue_depth: 3, running_requests: 0, tokens_per_second: 0 }],
    ],
    silent: [
      ['one long request, others wait', { ...BUSY, running_requests: 1, tokens_per_second: 40 }],
      ['a long prefill of many', { ...BUSY, running_requests: 8, tokens_per_second: 0 }],
      ['the counter is not known yet', { ...BUSY, queue_depth: 3, running_requests: 0, tokens_per_second: null }],
    ],
  },
  GpuDisappeared: off(CARD, { gpu_present: 0 }),
  GpuXidCritical: xid(CRITICAL_XIDS, [94, ...APPLICATION_XIDS]),
  GpuXidContained: xid([94], [...CRITICAL_XIDS, ...APPLICATION_XIDS]),
  GpuXidApplication: xid(APPLICATION_XIDS, [94, ...CRITICAL_XIDS]),
  GpuEccUncorrected: {
    fires: [['two more in the hour', { ...CARD, gpu_ecc_uncorrected: 5, 'min(gpu_ecc_uncorrected)': 3 }]],
    silent: [
      ['old errors', { ...CARD, gpu_ecc_uncorrected: 5, 'min(gpu_ecc_uncorrected)': 5 }],
      ['the driver was loaded again', { ...CARD, gpu_ecc_uncorrected: 0, 'min(gpu_ecc_uncorrected)': 0 }],
      ['a card without ECC', { ...CARD, gpu_ecc_uncorrected: null, 'min(gpu_ecc_uncorrected)': null }],
    ],
  },
  GpuRowRemapFailed: above('gpu_rows_remap_failed', 1, 0, CARD),
  GpuRowRemapPending: above('gpu_rows_remap_pending', 1, 0, CARD),
  GpuRetiredPagesPending: above('gpu_retired_pages_pending', 1, 0, CARD),
  GpuThermalSlowdown: off(CARD, { ...CARD, gpu_hw_thermal_slowdown: 1 }),
  GpuSoftwareThermalSlowdown: off(CARD, { ...CARD, gpu_sw_thermal_slowdown: 1 }),
  GpuPowerBrake: off(CARD, { ...CARD, gpu_power_brake: 1 }),
  GpuTemperatureHigh: above('gpu_temperature', 86, 85, CARD),
  GpuPowerAtLimit: above('avg(gpu_power)', 349, 300, CARD),
};

it('every built-in rule has its cases here', () => {
  expect(Object.keys(EXPECTATIONS).sort()).toEqual([...ruleById.keys()].sort());
});

describe.each(Object.entries(EXPECTATIONS))('%s', (id, { fires, silent }) => {
  const rule = ruleById.get(id)!;
  it.each(named(fires))('fires: $why', ({ values, form }) => expect(judgeRule(rule, values, form).holds).toBe(true));
  it.each(named(silent))('is silent: $why', ({ values, form }) =>
    expect(judgeRule(rule, values, form).holds).not.toBe(true),
  );

  const everyday: readonly Case[] =
    rule.scope === 'gpu'
      ? [
          ['a card at work', CARD],
          ['an 80 GB card at work', BIG_CARD],
        ]
      : [
          ['idle at night', IDLE],
          ['at work', BUSY],
          ['starting', STARTING],
          ['learning the baseline', LEARNING],
        ];
  // A hint, not an alarm: an idle engine is what it is about.
  const wanted =
    id === 'ScaleDown' ? everyday.filter(([why]) => why !== 'idle at night' && why !== 'at work') : everyday;
  it.each(named(wanted))('is silent on an ordinary day: $why', ({ values }) => {
    expect(judgeRule(rule, values).holds).not.toBe(true);
  });

  it('one missed poll is unknown: neither firing nor healthy', () => {
    for (const form of ['relative', 'literal'] as const) expect(judgeRule(rule, {}, form).holds).toBe(null);
  });

  it('recovers where an ordinary day is reached again', () => {
    const calm = rule.scope === 'gpu' ? CARD : id === 'ScaleDown' ? { ...BUSY, requests_per_second: 400 } : BUSY;
    expect(judgeRule(rule, calm, 'relative', rule.hysteresis).holds).toBe(false);
  });
});

describe('a baseline that is being learned', () => {
  const relative = BUILT_IN_RULES.filter((rule) => /baseline|throughput_drop|burst_multiplier/.test(rule.expr));
  it.each(relative.map((rule) => [rule.id, rule] as const))('%s neither fires nor counts as healthy', (_id, rule) => {
    const { holds, unknown } = judgeRule(rule, { ...LEARNING, queue_depth: rule.id === 'ScaleDown' ? 0 : 20 });
    expect(holds).toBe(null);
    expect(unknown.length).toBeGreaterThan(0);
  });
});

describe('a leak that ended', () => {
  it('is known to be none, although no time to the limit is', () => {
    for (const id of ['VramLeak', 'VramTrendingToLimit']) {
      const rule = ruleById.get(id);
      if (rule === undefined) throw new Error(`no rule ${id}`);
      expect(judgeRule(rule, CARD, 'relative', rule.hysteresis).holds).toBe(false);
    }
  });
});

describe('what a pack promises', () => {
  it('texts are there for the one who is woken up', () => {
    for (const rule of BUILT_IN_RULES) {
      for (const text of [rule.title, rule.cause, rule.check, rule.remedy, rule.source]) {
        expect(text.length, rule.id).toBeGreaterThan(3);
      }
    }
  });
  it('ids are unique', () => expect(ruleById.size).toBe(BUILT_IN_RULES.length));
  it('scope and units of both forms fit', () => {
    for (const rule of BUILT_IN_RULES) {
      for (const text of [rule.expr, rule.literalExpr ?? rule.expr]) {
        const result = compileRuleExpression(text, rule.scope);
        if (!result.ok) throw new Error(`${rule.id}: ${JSON.stringify(result.errors)}`);
        expect(readsOf(result.checked).length).toBeGreaterThan(0);
      }
    }
  });
  it('rules on VRAM that an engine reserves are judged above its floor', () => {
    const marked = BUILT_IN_RULES.filter((rule) => rule.vram === 'above-floor').map((rule) => rule.id);
    expect(marked).toEqual(['HighMemoryUsage', 'VramAboveSoftCap', 'VramAggressive', 'VramCritical']);
  });
});
