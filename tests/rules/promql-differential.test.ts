import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { EngineReading } from '#lib/metrics/sample.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import { compileRuleExpression } from '#lib/rules/check.ts';
import type { SignalRead } from '#lib/rules/checked.ts';
import { evaluate } from '#lib/rules/evaluate.ts';
import { promqlOf } from '#lib/rules/promql.ts';
import { type Cursor, increment, type Sample } from '#lib/series/increments.ts';
import { measureHistogram, measureRatio } from '#lib/series/measure.ts';
import { HAS_PROMTOOL, promtool } from '#tests/rules/promtool.ts';

const POLL_MS = 15_000;
const PHASE_POLLS = 24;
const BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, Number.POSITIVE_INFINITY];

/** What the engine does in one phase of 6 minutes; rates are per poll. */
type Phase = {
  readonly waiting: number;
  readonly running: number;
  readonly tokens: number;
  readonly finished: number;
  readonly preempted: number;
  readonly lookups: number;
  readonly hits: number;
  readonly ttft: readonly number[];
};
const PHASES: readonly Phase[] = [
  { waiting: 0, running: 0, tokens: 0, finished: 0, preempted: 0, lookups: 0, hits: 0, ttft: [0, 0, 0, 0, 0, 0] },
  {
    waiting: 0,
    running: 8,
    tokens: 9000,
    finished: 40,
    preempted: 0,
    lookups: 4000,
    hits: 3800,
    ttft: [30, 9, 1, 0, 0, 0],
  },
  {
    waiting: 130,
    running: 32,
    tokens: 30_000,
    finished: 150,
    preempted: 60,
    lookups: 9000,
    hits: 5400,
    ttft: [10, 40, 60, 30, 9, 1],
  },
  { waiting: 14, running: 1, tokens: 0, finished: 0, preempted: 0, lookups: 0, hits: 0, ttft: [0, 0, 0, 0, 0, 0] },
  {
    waiting: 40,
    running: 32,
    tokens: 12_000,
    finished: 60,
    preempted: 50,
    lookups: 6000,
    hits: 4500,
    ttft: [0, 5, 20, 20, 15, 0],
  },
  {
    waiting: 210,
    running: 30,
    tokens: 3000,
    finished: 10,
    preempted: 2,
    lookups: 90,
    hits: 80,
    ttft: [5, 4, 1, 0, 0, 0],
  },
];
const POLLS = PHASES.length * PHASE_POLLS;
/** The process starts anew in the middle of a phase: counters fall to 0. */
const RESTART_AT = 4 * PHASE_POLLS + 4;
/** Late in each phase, off the poll's beat, so that open and closed window edges hold the same polls. */
const EVALUATED_MS = PHASES.map((_, phase) => ((phase + 1) * PHASE_POLLS - 1) * POLL_MS + 1000);

type Totals = Record<'tokens' | 'finished' | 'preempted' | 'lookups' | 'hits', number> & { readonly ttft: number[] };

/** The pages of the run: running totals, as an exporter prints them. */
const PAGES = (() => {
  const totals: Totals = { tokens: 0, finished: 0, preempted: 0, lookups: 0, hits: 0, ttft: BOUNDS.map(() => 0) };
  return Array.from({ length: POLLS }, (_, poll) => {
    const phase = PHASES[Math.floor(poll / PHASE_POLLS)]!;
    const keys = ['tokens', 'finished', 'preempted', 'lookups', 'hits'] as const;
    for (const key of keys) totals[key] = (poll === RESTART_AT ? 0 : totals[key]) + phase[key];
    for (const [i, count] of phase.ttft.entries()) totals.ttft[i] = (poll === RESTART_AT ? 0 : totals.ttft[i]!) + count;
    let below = 0;
    return {
      ...totals,
      cumulative: totals.ttft.map((count) => (below += count)),
      waiting: phase.waiting,
      running: phase.running,
    };
  });
})();

const SAMPLES: readonly Sample[] = (() => {
  let cursor: Cursor | null = null;
  return PAGES.map((page, poll) => {
    const reading: EngineReading = {
      kind: 'engine',
      model: 'm',
      engine: '0',
      attributes: {},
      origins: {},
      lazyCounters: false,
      gauges: { waiting_requests: page.waiting, running_requests: page.running },
      counters: {
        generation_tokens: page.tokens,
        finished_stop: page.finished,
        preemptions: page.preempted,
        prefix_queries: page.lookups,
        prefix_hits: page.hits,
      },
      histograms: { ttft_s: { bounds: BOUNDS, cumulative: Float64Array.from(page.cumulative), sum: 0 } },
    };
    const time = { atMs: poll * POLL_MS, intervalMs: POLL_MS, processStartS: poll < RESTART_AT ? 1 : 1000 };
    const made = increment(cursor, reading, time);
    cursor = made.cursor;
    return made.sample;
  });
})();

/** A reading straight from the samples of its window. */
function measure(read: SignalRead, nowMs: number): number | null {
  const inside = SAMPLES.filter(({ atMs }) => atMs > nowMs - read.windowMs && atMs <= nowMs);
  const compute = findSignal(read.signal)!.compute;
  const total = (counters: readonly string[]): number =>
    inside.reduce(
      (sum, sample) => sum + counters.reduce((all, counter) => all + (sample.increases[counter] ?? 0), 0),
      0,
    );
  if (compute.type === 'gauge') {
    const values = inside.map(({ gauges }) => gauges[compute.field]!);
    return read.aggregate === 'max' ? Math.max(...values) : values.at(-1)!;
  }
  const elapsedS = inside.reduce((sum, { elapsedMs }) => sum + (elapsedMs ?? 0), 0) / 1000;
  if (compute.type === 'rate') return total(compute.counters) / elapsedS;
  if (compute.type === 'increase') return total(compute.counters);
  if (compute.type === 'increase-ratio')
    return measureRatio(compute, total(compute.numerator), total(compute.denominator)).mean;
  if (compute.type !== 'quantile') throw new Error(`not measured here: ${compute.type}`);
  const parts = inside.map(({ histograms }) => histograms.ttft_s!).map(({ bounds, counts }) => ({ bounds, counts }));
  return measureHistogram(compute, () => ({ parts, sum: null })).mean;
}

const EXPRESSIONS = [
  'queue_depth > 100',
  'not (queue_depth <= 100 or running_requests > 31)',
  'max(queue_depth, 10m) >= 130',
  'requests_per_second < 3 and queue_depth > 0',
  'tokens_per_second >= 500',
  'queue_depth > 0 and running_requests <= 1 and tokens_per_second < 1',
  'cache_eviction_rate > 30%',
  'cache_eviction_rate > 50%',
  'cache_hit_rate < 80% and prefix_lookups >= 5000',
  'ttft_p50 > 300ms',
  'ttft_p99 > 1s',
  'avg(ttft_p95, 2m) <= 400ms',
  'queue_depth / requests_per_second > 20s',
  '60% of avg(tokens_per_second, 15m) > tokens_per_second',
];

const LABELS = { job: 'vllm', instance: 'a:8000', model_name: 'm', engine: '0' };

function seriesText(
  name: string,
  pick: (page: (typeof PAGES)[number]) => number,
  more = '',
): { series: string; values: string } {
  const labels = Object.entries(LABELS).map(([key, value]) => `${key}="${value}"`);
  return { series: `${name}{${labels.join(',')}${more}}`, values: PAGES.map(pick).join(' ') };
}

const compiled = EXPRESSIONS.map((text, index) => {
  const result = compileRuleExpression(text);
  if (!result.ok) throw new Error(`${text}: ${JSON.stringify(result.errors)}`);
  const promql = promqlOf(result.checked);
  if (!promql.ok) throw new Error(`${text}: ${promql.reason}`);
  const holds = EVALUATED_MS.map((atMs) => evaluate(result.checked, (read) => measure(read, atMs), 0).holds === true);
  return { alert: `Rule${index}`, text, expr: promql.promql, holds };
});

it('the run makes expressions both hold and not hold, so that the comparison means something', () => {
  for (const { text, holds } of compiled) expect([text, new Set(holds).size]).toEqual([text, 2]);
});

it.skipIf(!HAS_PROMTOOL)(
  'Prometheus and we agree when each expression holds (skipped: no promtool on PATH)',
  { timeout: 120_000 },
  () => {
    const rules = stringify({ groups: [{ name: 'g', rules: compiled.map(({ alert, expr }) => ({ alert, expr })) }] });
    const input_series = [
      seriesText('vllm:num_requests_waiting', (page) => page.waiting),
      seriesText('vllm:num_requests_running', (page) => page.running),
      seriesText('vllm:generation_tokens_total', (page) => page.tokens),
      seriesText('vllm:request_success_total', (page) => page.finished, ',finished_reason="stop"'),
      seriesText('vllm:num_preemptions_total', (page) => page.preempted),
      seriesText('vllm:prefix_cache_queries_total', (page) => page.lookups),
      seriesText('vllm:prefix_cache_hits_total', (page) => page.hits),
      ...BOUNDS.map((bound, i) =>
        seriesText(
          'vllm:time_to_first_token_seconds_bucket',
          (page) => page.cumulative[i]!,
          `,le="${bound === Number.POSITIVE_INFINITY ? '+Inf' : bound}"`,
        ),
      ),
    ];
    const alert_rule_test = compiled.flatMap(({ alert, holds }) =>
      EVALUATED_MS.map((atMs, i) => ({
        alertname: alert,
        eval_time: `${atMs / 1000}s`,
        exp_alerts: holds[i] ? [{ exp_labels: LABELS }] : [],
      })),
    );
    const tests = stringify({
      rule_files: ['rules.yml'],
      evaluation_interval: '2s',
      tests: [{ interval: '15s', input_series, alert_rule_test }],
    });
    const { ok, output } = promtool(['test', 'rules'], { 'rules.yml': rules, 'tests.yml': tests });
    expect(output).toContain('SUCCESS');
    expect(ok).toBe(true);
  },
);
