import { describe, expect, it } from 'vitest';
import type { BatchRecord } from '#lib/runs/batch-record.ts';
import { judgeMultiBatch } from '#lib/runs/multi-batch-criteria.ts';
import { reloadDelayMs } from '#lib/runs/reload-criterion.ts';

const GB = 1e9;
const MINUTE_MS = 60_000;
const START_MS = 1_767_571_200_000;

type Measured = Partial<Omit<BatchRecord, 'number' | 'startMs' | 'endMs'>>;

const UNMEASURED = {
  vramBeforeBytes: null,
  vramAfterBytes: null,
  requestsPerSecond: null,
  completed: null,
  failed: null,
  crashes: null,
  oomErrors: null,
  reloadDelayMs: null,
} as const satisfies Measured;

/** Batches of 40 min with a minute between them, as in the report. */
const run = (batches: readonly Measured[]): readonly BatchRecord[] =>
  batches.map((batch, i) => ({
    ...UNMEASURED,
    ...batch,
    number: i + 1,
    startMs: START_MS + i * 41 * MINUTE_MS,
    endMs: START_MS + i * 41 * MINUTE_MS + 40 * MINUTE_MS,
  }));

/** The report prints hundredths of a GB. */
const facts = {
  nowMs: START_MS,
  quantumBytes: 0.01 * GB,
  limitBytes: 24 * GB,
  reservedBytes: 10.35 * GB,
  bytesPerLoad: 0,
};
const judge = (batches: readonly Measured[], expectedRps: number | null = null) => {
  const { criteria, leak } = judgeMultiBatch(run(batches), facts, expectedRps);
  return { leak, of: (check: string) => criteria.find((criterion) => criterion.check === check) };
};
const memory = (...levels: readonly number[]): readonly Measured[] =>
  levels.slice(1).map((after, i) => ({ vramBeforeBytes: (levels[i] ?? 0) * GB, vramAfterBytes: after * GB }));
const rates = (...values: readonly number[]): readonly Measured[] =>
  values.map((requestsPerSecond) => ({ requestsPerSecond }));
const reloads = (...seconds: readonly number[]): readonly Measured[] =>
  seconds.map((delay) => ({ reloadDelayMs: delay * 1000 }));

describe("report 003's own examples come out as printed", () => {
  it('10.35 -> 10.35 three times: delta 0.00 GB, no leak', () => {
    const { leak, of } = judge(memory(10.35, 10.35, 10.35, 10.35));
    expect(leak.verdict).toBe('none');
    expect(of('VRAM trend')).toMatchObject({ state: 'pass', value: 0 });
    expect(of('total VRAM delta')).toMatchObject({ state: 'pass', value: 0 });
  });

  it('+0.15 GB per batch: leak, +0.45 GB in all, which is below the limit of 0.5 GB', () => {
    const { leak, of } = judge(memory(10.35, 10.5, 10.65, 10.8));
    expect(leak.verdict).toBe('leak');
    expect((leak.slopeMibPerBatch?.estimate ?? 0) * 1024 ** 2).toBeCloseTo(0.15 * GB, -3);
    expect(of('VRAM trend')).toMatchObject({ state: 'fail', batches: [1, 2, 3] });
    expect(of('total VRAM delta')?.state).toBe('pass');
    expect(of('total VRAM delta')?.value).toBeCloseTo(0.45 * GB, -3);
    expect(leak.aboveReservedBytes).toBeCloseTo(0.45 * GB, -3);
  });

  it('a fourth such batch passes the limit', () => {
    const { of } = judge(memory(10.35, 10.5, 10.65, 10.8, 10.95));
    expect(of('total VRAM delta')).toMatchObject({ state: 'fail', batches: [4] });
  });

  it.each([
    ['0.20, 0.19, 0.20 req/s: 5 %, consistent', [0.2, 0.19, 0.2], 0.05, 'pass', 'pass'],
    ['0.20, 0.18, 0.16 req/s: 20 %, degrading', [0.2, 0.18, 0.16], 0.2, 'fail', 'fail'],
    ['0.20, 0.16, 0.20 req/s: 20 %, but it recovers', [0.2, 0.16, 0.2], 0.2, 'fail', 'pass'],
    ['0.20, 0.19, 0.18 req/s: falls by 10 %', [0.2, 0.19, 0.18], 0.1, 'fail', 'pass'],
  ] as const)('%s', (_, values, variance, consistent, steady) => {
    const { of } = judge(rates(...values));
    expect(of('throughput variance')?.value).toBeCloseTo(variance, 9);
    expect(of('throughput variance')?.state).toBe(consistent);
    expect(of('throughput degradation')?.state).toBe(steady);
  });

  it('0 s, 30 s, 30 s: reloaded on batches 2 and 3', () => {
    expect(judge(reloads(0, 30, 30)).of('model reload delay')).toMatchObject({
      state: 'fail',
      value: 30,
      batches: [2, 3],
    });
    expect(judge(reloads(0, 0, 0)).of('model reload delay')).toMatchObject({ state: 'pass', value: 0 });
  });
});

describe('what was not measured is said, and passes nothing', () => {
  it('a run without any measurement', () => {
    const { criteria } = judgeMultiBatch(run([{}, {}, {}]), facts, 0.2);
    expect(criteria.map((criterion) => [criterion.state, criterion.value])).toEqual(
      criteria.map(() => ['not measured', null]),
    );
  });

  it('an empty run', () => {
    const { criteria } = judgeMultiBatch([], facts, null);
    expect(new Set(criteria.map((criterion) => criterion.state))).toEqual(new Set(['not measured']));
  });

  it('two batches of growth are too few for a verdict, and say how many more', () => {
    const { leak, of } = judge(memory(10.35, 10.5, 10.65));
    expect(leak).toMatchObject({ verdict: 'inconclusive', moreFloors: 1 });
    expect(of('VRAM trend')?.reason).toContain('1 more');
  });

  it('a known failure fails although another batch was not counted', () => {
    const { of } = judge([{ completed: 10, failed: 1 }, {}]);
    expect(of('success rate')).toMatchObject({ state: 'fail', value: null, batches: [1] });
  });

  it('one missing count is not 100 %', () => {
    expect(judge([{ completed: 10, failed: 0 }, {}]).of('success rate')?.state).toBe('not measured');
  });
});

describe('memory that rose and is level is no leak', () => {
  it.each([
    ['the first batch warms up', [10.35, 10.6, 10.6, 10.6, 10.6]],
    ['a step in the third batch', [10.35, 10.35, 10.35, 10.7, 10.7, 10.7]],
  ])('%s', (_, levels) => {
    expect(judge(memory(...levels)).leak.verdict).toBe('plateau');
  });

  it('growth that slows down from batch to batch may be settling', () => {
    expect(judge(memory(10.35, 10.65, 10.75, 10.78)).leak.verdict).not.toBe('leak');
  });
});

describe('other criteria', () => {
  it('the expectation given with the run', () => {
    expect(judge(rates(0.2, 0.19, 0.2), 0.2).of('throughput against expectation')?.state).toBe('fail');
    expect(judge(rates(0.2, 0.2, 0.21), 0.2).of('throughput against expectation')?.state).toBe('pass');
  });

  it('one OOM error fails', () => {
    const clean = { crashes: 0, oomErrors: 0 };
    expect(judge([clean, { crashes: 0, oomErrors: 2 }]).of('crashes or OOM errors')).toMatchObject({
      state: 'fail',
      value: 2,
      batches: [2],
    });
    expect(judge([clean, clean]).of('crashes or OOM errors')?.state).toBe('pass');
  });

  it.each([
    ['a process start in the gap', 6000, 500_500, 6000],
    ['the same wait without a start', 6000, 400_000, 0],
    ['more than 10 s to the first running request', 30_000, 400_000, 30_000],
    ['start time unknown', 12_000, null, 12_000],
  ])('reload: %s', (_, waitedMs, processStartMs, expected) => {
    const submittedMs = 501_000;
    const firstRunningMs = submittedMs + waitedMs;
    const seen = {
      submittedMs,
      firstRunningMs,
      lastIdleMs: firstRunningMs - 1000,
      previousEndMs: 500_000,
      processStartMs,
    };
    expect(reloadDelayMs(seen)).toBe(expected);
    expect(reloadDelayMs({ ...seen, firstRunningMs: null })).toBeNull();
  });

  it('rare polls are no reload: nothing shows that it waited', () => {
    const seen = { submittedMs: 1000, firstRunningMs: 26_000, previousEndMs: 500, processStartMs: null };
    expect(reloadDelayMs({ ...seen, lastIdleMs: null })).toBe(0);
    expect(reloadDelayMs({ ...seen, lastIdleMs: 6000 })).toBeNull();
  });
});
