import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineReading, GpuReading, HistogramReading } from '#lib/metrics/sample.ts';
import { cursorFromText, cursorToText } from '#lib/series/cursor-text.ts';
import { type Cursor, increment } from '#lib/series/increments.ts';

const ORIGINS = {
  generation_tokens: 'vllm:generation_tokens_total',
  finished_stop: 'vllm:request_success_total',
  ttft_s: 'vllm:ttft',
};

function reading(counters: EngineReading['counters'], more: Partial<EngineReading> = {}): EngineReading {
  return {
    kind: 'engine',
    model: 'm',
    engine: '0',
    attributes: {},
    gauges: {},
    histograms: {},
    origins: ORIGINS,
    lazyCounters: false,
    counters,
    ...more,
  };
}

function histogram(counts: readonly number[], sum: number): HistogramReading {
  let below = 0;
  const cumulative = counts.map((count) => {
    below += count;
    return below;
  });
  return { bounds: [0.1, 1, Number.POSITIVE_INFINITY], cumulative: Float64Array.from(cumulative), sum };
}

const withTtft = (counts: readonly number[], sum: number, counters: EngineReading['counters'] = {}) =>
  reading(counters, { histograms: { ttft_s: histogram(counts, sum) } });

const at = (atMs: number, processStartS: number | null = 100) => ({ atMs, intervalMs: 5000, processStartS });

function polls(steps: readonly { reading: EngineReading; atMs: number; startS?: number | null }[]) {
  let cursor: Cursor | null = null;
  return steps.map((step) => {
    const made = increment(cursor, step.reading, at(step.atMs, step.startS === undefined ? 100 : step.startS));
    cursor = made.cursor;
    return made;
  });
}

describe('what a poll adds', () => {
  it('the first poll of a subject adds nothing: what was counted before we looked is not ours', () => {
    const [first] = polls([{ reading: reading({ generation_tokens: 1e6 }), atMs: 0 }]);
    expect(first?.sample.increases).toEqual({});
    expect(first?.sample.elapsedMs).toBeNull();
  });

  it('a missed poll is no spike: the increase is spread over the true elapsed time and the miss is counted', () => {
    const [, second] = polls([
      { reading: reading({ generation_tokens: 100 }), atMs: 0 },
      { reading: reading({ generation_tokens: 400 }), atMs: 15_000 },
    ]);
    expect(second?.sample.increases.generation_tokens).toBe(300);
    expect(second?.sample.elapsedMs).toBe(15_000);
    expect(second?.sample.missed).toBe(2);
  });

  it('a restart counts from zero for every counter, also for one that is already higher than before', () => {
    const [, second] = polls([
      { reading: reading({ generation_tokens: 100, finished_stop: 50 }), atMs: 0, startS: 100 },
      { reading: reading({ generation_tokens: 150, finished_stop: 2 }), atMs: 5000, startS: 200 },
    ]);
    expect(second?.sample.restarted).toBe(true);
    expect(second?.sample.increases).toMatchObject({ generation_tokens: 150, finished_stop: 2 });
  });

  it('a process older than the previous poll counted before it: two servers behind one address are no spike', () => {
    const [, second, third] = polls([
      { reading: reading({ generation_tokens: 5000 }), atMs: 2e12, startS: 1e9 },
      { reading: withTtft([9, 9, 9], 30, { generation_tokens: 9000 }), atMs: 2e12 + 5000, startS: 1.5e9 },
      { reading: withTtft([9, 9, 12], 30, { generation_tokens: 9010 }), atMs: 2e12 + 10_000, startS: 1.5e9 },
    ]);
    expect(second?.sample).toMatchObject({ restarted: true, elapsedMs: null, increases: {}, histograms: {} });
    expect(second?.notes[0]).toContain('another process answers, which started before the previous poll');
    expect(third?.sample.increases.generation_tokens).toBe(10);
    expect(third?.sample.histograms.ttft_s).toMatchObject({ counts: [0, 0, 3] });
  });

  it('a clock that is half a minute behind does not hide what a restarted process counted', () => {
    const [, second] = polls([
      { reading: reading({ generation_tokens: 5000 }), atMs: 2e12, startS: 1e9 },
      { reading: reading({ generation_tokens: 20 }), atMs: 2e12 + 5000, startS: 2e9 - 30 },
    ]);
    expect(second?.sample.increases.generation_tokens).toBe(20);
  });

  it('without a process start, counters that fell together are a restart', () => {
    const [, second] = polls([
      { reading: reading({ generation_tokens: 1000, finished_stop: 50 }), atMs: 0, startS: null },
      { reading: reading({ generation_tokens: 10, finished_stop: 1 }), atMs: 5000, startS: null },
    ]);
    expect(second?.sample.restarted).toBe(true);
    expect(second?.sample.increases).toMatchObject({ generation_tokens: 10, finished_stop: 1 });
  });

  it('a counter that goes down in the same process is unknown and noted, never negative, never a spike', () => {
    const [, second, third] = polls([
      { reading: reading({ generation_tokens: 1_000_000 }), atMs: 0 },
      { reading: reading({ generation_tokens: 999_990 }), atMs: 5000 },
      { reading: reading({ generation_tokens: 1_000_040 }), atMs: 10_000 },
    ]);
    expect(second?.sample.increases.generation_tokens).toBeUndefined();
    expect(second?.notes[0]).toContain('generation_tokens went down');
    expect(third?.sample.increases.generation_tokens).toBe(50);
  });

  it('a renamed metric starts anew without a spike', () => {
    const renamed = { ...ORIGINS, generation_tokens: 'vllm:new_name_total' };
    const [, second, third] = polls([
      { reading: reading({ generation_tokens: 100 }), atMs: 0 },
      { reading: reading({ generation_tokens: 9000 }, { origins: renamed }), atMs: 5000 },
      { reading: reading({ generation_tokens: 9010 }, { origins: renamed }), atMs: 10_000 },
    ]);
    expect(second?.sample.increases.generation_tokens).toBeUndefined();
    expect(third?.sample.increases.generation_tokens).toBe(10);
  });

  it('a series that is created at its first event counts from zero, others do not', () => {
    const before = reading({ generation_tokens: 5 });
    const after = { generation_tokens: 6, finished_stop: 3 };
    const [, lazy] = polls([
      { reading: { ...before, lazyCounters: true }, atMs: 0 },
      { reading: reading(after, { lazyCounters: true }), atMs: 5000 },
    ]);
    const [, strict] = polls([
      { reading: before, atMs: 0 },
      { reading: reading(after), atMs: 5000 },
    ]);
    expect(lazy?.sample.increases.finished_stop).toBe(3);
    expect(strict?.sample.increases.finished_stop).toBeUndefined();
  });

  it('a field that is missing from one poll goes on from where it was', () => {
    const made = polls([
      { reading: reading({ generation_tokens: 100 }), atMs: 0 },
      { reading: reading({}), atMs: 5000 },
      { reading: reading({ generation_tokens: 130 }), atMs: 10_000 },
    ]);
    expect(made[1]?.sample.increases.generation_tokens).toBeUndefined();
    expect(made[2]?.sample.increases.generation_tokens).toBe(30);
  });

  it('an absurd increase of a hostile exporter is unknown', () => {
    const [, second] = polls([
      { reading: reading({ generation_tokens: 0 }), atMs: 0 },
      { reading: reading({ generation_tokens: 1e300 }), atMs: 5000 },
    ]);
    expect(second?.sample.increases.generation_tokens).toBeUndefined();
  });

  it('unknown gauges stay unknown', () => {
    const [first] = polls([
      { reading: reading({}, { gauges: { running_requests: Number.NaN, waiting_requests: 3 } }), atMs: 0 },
    ]);
    expect(first?.sample.gauges).toEqual({ waiting_requests: 3 });
  });
});

describe('histograms', () => {
  it('the increase is per bucket with the empty tail cut', () => {
    const [, second] = polls([
      { reading: withTtft([1, 1, 1], 3), atMs: 0 },
      { reading: withTtft([3, 2, 1], 4.5), atMs: 5000 },
    ]);
    expect(second?.sample.histograms.ttft_s).toMatchObject({ counts: [2, 1], sum: 1.5 });
  });

  it('changed bounds without a restart are unknown for one poll', () => {
    const other = { ...histogram([5, 5, 5], 9), bounds: [0.2, 1, Number.POSITIVE_INFINITY] };
    const [, second] = polls([
      { reading: withTtft([1, 1, 1], 3), atMs: 0 },
      { reading: reading({}, { histograms: { ttft_s: other } }), atMs: 5000 },
    ]);
    expect(second?.sample.histograms.ttft_s).toBeUndefined();
  });

  it('a reset counts from zero', () => {
    const [, second] = polls([
      { reading: withTtft([9, 9, 9], 30), atMs: 0 },
      { reading: withTtft([1, 0, 0], 0.05), atMs: 5000 },
    ]);
    expect(second?.sample.histograms.ttft_s).toMatchObject({ counts: [1], sum: 0.05 });
  });
});

describe('arrivals', () => {
  it('are finished requests plus the change of requests in flight', () => {
    const [, second] = polls([
      { reading: reading({ finished_stop: 10 }, { gauges: { running_requests: 4, waiting_requests: 1 } }), atMs: 0 },
      { reading: reading({ finished_stop: 13 }, { gauges: { running_requests: 6, waiting_requests: 5 } }), atMs: 5000 },
    ]);
    expect(second?.sample.increases).toMatchObject({ finished: 3, arrivals: 9 });
  });
});

describe('over any window', () => {
  it('increases add up to what the exporter counted, through restarts and missed polls', () => {
    const step = fc.record({ grown: fc.integer({ min: 0, max: 1000 }), restart: fc.boolean(), missed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        let total = 0;
        let value = 0;
        let startS = 1000;
        let cursor: Cursor | null = increment(null, reading({ generation_tokens: 0 }), at(0, startS)).cursor;
        let stored = 0;
        let pending = 0;
        steps.forEach(({ grown, restart, missed }, i) => {
          // A restart between two polls loses what was counted since the poll before; nobody could have seen it.
          if (restart) {
            total -= pending;
            [value, pending] = [0, 0];
            startS += 100;
          }
          value += grown;
          total += grown;
          pending += grown;
          if (missed) return;
          const made = increment(cursor, reading({ generation_tokens: value }), at((i + 1) * 5000, startS));
          cursor = made.cursor;
          stored += made.sample.increases.generation_tokens ?? 0;
          pending = 0;
        });
        expect(stored + pending).toBe(total);
      }),
    );
  });
});

describe('XID errors of an exporter that only keeps the last code (DCGM)', () => {
  const gpuReading = (xid: number | undefined, counted?: number): GpuReading => ({
    kind: 'gpu',
    uuid: 'a',
    mig: '',
    attributes: {},
    gauges: xid === undefined ? {} : { xid_last: xid },
    counters: counted === undefined ? {} : { xid_errors: counted },
    processes: null,
    origins: {},
    lazyCounters: false,
  });
  const errorsOf = (readings: readonly GpuReading[]) => {
    let cursor: Cursor | null = null;
    return readings.map((reading, i) => {
      const made = increment(cursor, reading, at(i * 5000, null));
      cursor = cursorFromText(cursorToText(made.cursor));
      return made.sample.increases.xid_errors;
    });
  };

  it('a change of the code is one error, a code that stays is none: it must not alert for ever', () => {
    expect(errorsOf([0, 0, 79, 79, 79, 48, 0].map((code) => gpuReading(code)))).toEqual([undefined, 0, 1, 0, 0, 1, 0]);
  });

  it('a code from before the first poll is old; a hole changes nothing', () => {
    expect(errorsOf([79, 79, undefined, 79, undefined, 31].map((code) => gpuReading(code)))).toEqual([
      undefined,
      0,
      undefined,
      0,
      undefined,
      1,
    ]);
  });

  it('an exporter that counts is believed', () => {
    expect(errorsOf([gpuReading(0, 0), gpuReading(79, 3), gpuReading(48, 3)])).toEqual([undefined, 3, 0]);
  });

  it('a cursor stored before codes were kept is read', () => {
    const { xidLast: _, ...old } = JSON.parse(cursorToText(increment(null, gpuReading(79), at(0, null)).cursor));
    expect(cursorFromText(JSON.stringify(old)).xidLast).toBe(null);
  });
});
