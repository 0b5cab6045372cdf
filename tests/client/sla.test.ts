import { describe, expect, it } from 'vitest';
import type { SeriesAnswer } from '#lib/api/series.ts';
import type { OpenBatch, SlaEngine } from '#lib/api/sla.ts';
import type { Subject } from '#lib/api/subjects.ts';
import { budgetSeries } from '#lib/client/budget-series.ts';
import { scorecard } from '#lib/client/scorecard.ts';
import { budgetText, burnLevel, markText, shareText, slaLevel, slaVerdicts } from '#lib/client/sla-words.ts';

const HOUR = 3_600_000;
const engine = (id: number, parts: Partial<SlaEngine> = {}): SlaEngine => ({
  id,
  name: `e${id}`,
  promise: {
    promisedBy: 'stated',
    objective: 0.99,
    windowMs: 30 * 24 * HOUR,
    requestsPerSecond: null,
    latencies: [{ name: 'ttft', seconds: 0.5 }],
  },
  sla: { compliance: 0.97, basis: 'online', reason: '', minutes: { met: 97, missed: 3, unknown: 0 }, batches: null },
  availability: 1,
  goodput: { windowMs: HOUR, requests: 100, latencies: [], atLeast: 0.99, atMost: 0.99 },
  budget: { left: 0.4, leftAtLeast: 0.4, requests: 1000, slow: 6 },
  burn: [],
  ...parts,
});
const sla = (compliance: number | null, basis: SlaEngine['sla']['basis'] = 'online') => ({
  sla: { ...engine(1).sla, compliance, basis },
});
const burn = (rates: Readonly<Record<number, number>>): SlaEngine['burn'] =>
  Object.entries(rates).map(([windowMs, rate]) => ({
    windowMs: Number(windowMs),
    rate,
    most: rate,
    requests: 1000,
    slow: 1,
  }));

describe('what the SLA page says', () => {
  it('nothing is broken where nothing is promised, and unknown is no kept promise', () => {
    expect(slaLevel(sla(0.1, 'unstated'))).toBe('unknown');
    expect(slaLevel(sla(null))).toBe('unknown');
    expect([0.89, 0.9, 0.95].map((value) => slaLevel(sla(value)))).toEqual(['danger', 'warning', 'safe']);
    const verdicts = slaVerdicts(
      { atMs: 0, engines: [engine(1, sla(null)), engine(2, sla(0.5))], batches: [] },
      new Map(),
    );
    expect(verdicts[0]).toMatchObject({ level: 'danger', text: 'SLA kept on 0 of 1; lowest 50% of minutes on e2' });
  });

  it('a burn is one only where both windows burn', () => {
    expect(burnLevel(burn({ [HOUR]: 20, [HOUR / 12]: 20 }))).toBe('danger');
    expect(burnLevel(burn({ [HOUR]: 20, [HOUR / 12]: 0 }))).toBe('safe');
    expect(burnLevel(burn({ [24 * HOUR]: 3.1, [2 * HOUR]: 3.1 }))).toBe('warning');
    expect(burnLevel([])).toBe('unknown');
  });

  it('shares and budgets carry what the buckets leave open', () => {
    expect(shareText(0.98, 0.98)).toBe('98%');
    expect(shareText(0.9, 0.98)).toBe('90% to 98%');
    expect(shareText(0, 1)).toBe('cannot be told from the buckets');
    expect(shareText(null, null)).toBe('–');
    expect(budgetText({ left: -0.4, leftAtLeast: -0.4, requests: 1, slow: 1 })).toBe('overspent by 40%');
    expect(budgetText({ left: 0.4, leftAtLeast: 0.1, requests: 1, slow: 1 })).toBe('40% left, at least 10%');
  });

  it('a batch stands before its 20-hour mark, past it, or past its deadline', () => {
    const batch = { markAtMs: 20 * HOUR, deadlineMs: 24 * HOUR } as OpenBatch;
    expect([0, 21, 26].map((hour) => markText(batch, hour * HOUR))).toEqual([
      '20-hour mark in 20 h',
      'past its 20-hour mark, 3 h left',
      'deadline passed 2 h ago',
    ]);
  });
});

it('the budget burns down by what was slow, unknown buckets spend nothing and are gaps', () => {
  const t = [0, HOUR, 2 * HOUR, 3 * HOUR];
  const line = (signal: string, mean: (number | null)[]) =>
    ({ signal, unit: 'requests', subject: 1, t, mean, min: mean, max: mean }) as const;
  const answer: SeriesAnswer = {
    ...{ from: 0, to: 4 * HOUR, stepMs: HOUR, tier: '1h', marks: [], gaps: [], alerts: [] },
    partial: { of: 1, missing: [] },
    series: [line('slo_slow_requests', [1, null, 3, 0]), line('slo_requests', [400, null, 300, 300])],
  };
  const [left] = budgetSeries(answer, [engine(1)]).series;
  expect(left?.mean.map((value) => (value === null ? null : Number(value.toFixed(6))))).toEqual([0.9, null, 0.6, 0.6]);
  expect(budgetSeries(answer, [engine(1, { promise: { ...engine(1).promise, promisedBy: 'nobody' } })]).series).toEqual(
    [],
  );
});

it('the scorecard judges by the printed target, or by the baseline; without either it is unknown', () => {
  const subject = (id: number, baselineRps: number | null) => ({ id, kind: 'engine', baselineRps }) as Subject;
  const values: Record<string, number> = {
    '1 requests_per_second': 150,
    '2 requests_per_second': 150,
    '3 requests_per_second': 210,
  };
  const index = { get: () => undefined, value: (id: number, signal: string) => values[`${id} ${signal}`] ?? null };
  const rows = scorecard([subject(1, 100), subject(2, null), subject(3, null)], index, ({ id }) => id === 3);
  expect(rows.find(({ signal }) => signal.id === 'requests_per_second')).toMatchObject({
    met: 2,
    missed: 0,
    unknown: 1,
  });
  expect(rows.find(({ signal }) => signal.id === 'prefill_latency_p99')).toMatchObject({
    met: 0,
    unknown: 3,
    worst: null,
  });
});
