import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeMemory, type MemoryFacts } from '#lib/detect/judge-memory.ts';
import { FLOOR_WINDOW_MS } from '#lib/detect/memory-floors.ts';
import type { MemoryPoint } from '#lib/detect/memory-point.ts';
import { type Disturbances, HOUR_MS, memorySeries, SERIES_START_MS } from '#tests/bench/leak/memory-series.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const POLL_MS = 30_000;
const CALM: Disturbances = {
  noiseMib: 1,
  warmUpRamp: false,
  step: false,
  sawTooth: false,
  dailyLoad: false,
  missingPolls: false,
  restart: false,
};

const factsAt = (nowMs: number): MemoryFacts => ({
  nowMs,
  quantumBytes: MIB,
  limitBytes: 6 * GIB,
  reservedBytes: 5000 * MIB,
  restarts: [],
});

const judgeSeries = (seed: number, slope: number, hours: number, parts: Partial<Disturbances>) => {
  const series = memorySeries(seed, slope, hours, { ...CALM, ...parts });
  return judgeMemory(series.points, { ...factsAt(series.endMs), restarts: series.restarts });
};

/** Noise-free memory in MiB by age, a poll every 30 s, constant load. */
const exact = (hours: number, mibAt: (hour: number) => number, load: number | null = 8): readonly MemoryPoint[] =>
  Array.from({ length: (hours * HOUR_MS) / POLL_MS + 1 }, (_, i) => ({
    atMs: SERIES_START_MS + i * POLL_MS,
    bytes: Math.floor(mibAt((i * POLL_MS) / HOUR_MS)) * MIB,
    load,
  }));
const judgeExact = (hours: number, mibAt: (hour: number) => number, load: number | null = 8) =>
  judgeMemory(exact(hours, mibAt, load), factsAt(SERIES_START_MS + hours * HOUR_MS));

describe('a leak is found and the rest is not called one', () => {
  it.each([
    ['47.5 MiB/h for 3 h (vllm#44175)', 47.5, 3, {}, 'leak'],
    ['47.5 MiB/h with noise of 4 MiB and missing polls', 47.5, 3, { noiseMib: 4, missingPolls: true }, 'leak'],
    ['47.5 MiB/h after a warm-up', 47.5, 4, { warmUpRamp: true }, 'leak'],
    ['47.5 MiB/h and one step', 47.5, 3, { step: true }, 'leak'],
    ['47.5 MiB/h under a saw-tooth', 47.5, 6, { sawTooth: true }, 'leak'],
    ["47.5 MiB/h under a day's load", 47.5, 3, { dailyLoad: true }, 'leak'],
    ['level', 0, 3, {}, 'none'],
    ['a warm-up that has ended', 0, 4, { warmUpRamp: true }, 'plateau'],
    ['one step', 0, 3, { step: true }, 'plateau'],
    ["a day's load", 0, 24, { dailyLoad: true }, 'load-driven'],
    ['a saw-tooth', 0, 12, { sawTooth: true }, 'none'],
  ] as const)('%s', (_, slope, hours, parts, verdict) => {
    expect(judgeSeries(7, slope, hours, parts).verdict).toBe(verdict);
  });

  it('the evidence of a leak is complete', () => {
    const judged = judgeExact(3, (hour) => 5000 + 47.5 * hour);
    expect(judged.verdict).toBe('leak');
    expect(judged.model).toMatchObject({ shape: 'line', step: null });
    expect(judged.slopeMibPerHour?.low).toBeLessThanOrEqual(47.5);
    expect(judged.slopeMibPerHour?.high).toBeGreaterThanOrEqual(47.5);
    expect(judged.slopeMibPerBatch).toBeNull();
    expect(judged.pValue).toBeLessThan(0.001);
    expect(judged.moreFloors).toBeNull();
    expect(judged.aboveReservedBytes).toBe((judged.floorNowBytes ?? 0) - 5000 * MIB);
    const hoursLeft = (6144 - 5000) / 47.5 - 3;
    const { timeToLimit } = judged;
    if (!timeToLimit.known) throw new Error(timeToLimit.reason);
    expect(timeToLimit.earliestMs).toBeLessThan(hoursLeft * HOUR_MS);
    expect(timeToLimit.latestMs).toBeGreaterThan(hoursLeft * HOUR_MS);
    expect(timeToLimit.expectedMs / HOUR_MS).toBeCloseTo(hoursLeft, 0);
  });

  it('when it began, after a level morning', () => {
    const judged = judgeExact(12, (hour) => 5000 + 60 * Math.max(0, hour - 8));
    expect(judged.verdict).toBe('leak');
    expect(((judged.model?.sinceMs ?? 0) - SERIES_START_MS) / HOUR_MS).toBeCloseTo(8, 0);
  });

  it('no time to the limit without a leak, and none without a limit', () => {
    expect(judgeExact(3, () => 5000).timeToLimit).toEqual({ known: false, reason: 'the verdict is none' });
    const unlimited = { ...factsAt(SERIES_START_MS + 3 * HOUR_MS), limitBytes: null };
    const judged = judgeMemory(
      exact(3, (hour) => 5000 + 100 * hour),
      unlimited,
    );
    expect(judged.timeToLimit).toEqual({ known: false, reason: 'the limit is not known' });
  });
});

describe('what rises ever more slowly is no leak, and hides none', () => {
  const fading = (mib: number, tauH: number) => (hour: number) => 5000 + mib * (1 - Math.exp(-hour / tauH));

  it('a warm-up that faded is a plateau', () => {
    const judged = judgeExact(4, fading(300, 0.25));
    expect(judged).toMatchObject({ verdict: 'plateau', model: { shape: 'fade' } });
  });

  it.each([1, 1.5, 2, 3])('a cache that fills up with a time constant of %d h', (tauH) => {
    for (let hours = 1; hours <= 12; hours += 0.5) {
      expect(judgeExact(hours, fading(400, tauH)).verdict, `after ${hours} h`).not.toBe('leak');
    }
  });

  it('a cache that is not full yet is no plateau: it says how long it takes', () => {
    const judged = judgeExact(3, fading(400, 1.5));
    expect(judged).toMatchObject({ verdict: 'inconclusive', model: { shape: 'fill' } });
    const matter = (6144 - (judged.floorNowBytes ?? 0) / MIB) / (7 * 24);
    const hours = 1.5 * Math.log(((400 / 1.5) * Math.exp(-3 / 1.5)) / matter);
    expect(((judged.moreFloors ?? 0) * FLOOR_WINDOW_MS) / HOUR_MS).toBeCloseTo(hours, 0);
    expect(judgeExact(12, fading(400, 1.5)).verdict).toBe('plateau');
  });

  it('a leak below a warm-up that fades, with a step', () => {
    const judged = judgeExact(3, (hour) => fading(300, 0.25)(hour) + 47.5 * hour + (hour > 1.5 ? 120 : 0));
    expect(judged).toMatchObject({ verdict: 'leak', model: { shape: 'fade+step+line' } });
    expect(judged.slopeMibPerHour?.estimate).toBeGreaterThan(44);
    expect(judged.slopeMibPerHour?.estimate).toBeLessThan(51);
    expect((judged.floorNowBytes ?? 0) / MIB).toBeCloseTo(5000 + 300 + 120 + 47.5 * 3, -1);
  });
});

describe('a saw-tooth is told from growth', () => {
  const teeth = (hour: number) => 5000 + 160 * (hour % 0.5);

  it('growth from tooth to tooth is a leak, and none is none', () => {
    expect(judgeExact(4, (hour) => teeth(hour) + 47.5 * hour)).toMatchObject({
      verdict: 'leak',
      model: { beside: 'tooth' },
    });
    expect(judgeExact(4, teeth).verdict).toBe('none');
  });

  it('with one release seen, growth may be that of a long tooth', () => {
    const judged = judgeExact(4, (hour) => 5000 + 60 * hour - (hour > 2.5 ? 30 : 0));
    expect(judged).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('given back') });
  });
});

describe('too little to go by is inconclusive, and says how much more', () => {
  it('no readings at all', () => {
    const judged = judgeMemory([], factsAt(SERIES_START_MS));
    expect(judged).toMatchObject({ verdict: 'inconclusive', moreFloors: 5, model: null, floorNowBytes: null });
  });

  it('readings that are all missing', () => {
    const missing = exact(3, () => 5000).map((point) => ({ ...point, bytes: null }));
    expect(judgeMemory(missing, factsAt(SERIES_START_MS + 3 * HOUR_MS)).verdict).toBe('inconclusive');
  });

  it('a quarter of an hour', () => {
    const judged = judgeExact(0.25, (hour) => 5000 + 200 * hour);
    expect(judged).toMatchObject({ verdict: 'inconclusive', moreFloors: 4 });
  });

  it('an hour of growth, however steep: it needs 1.25 h more', () => {
    const judged = judgeExact(1, (hour) => 5000 + 300 * hour);
    expect(judged).toMatchObject({ verdict: 'inconclusive', reason: 'it grows, but for less than 2.25 h' });
    expect((judged.moreFloors ?? 0) * FLOOR_WINDOW_MS).toBeGreaterThanOrEqual(1.25 * HOUR_MS);
    expect((judged.moreFloors ?? 0) * FLOOR_WINDOW_MS).toBeLessThan(1.75 * HOUR_MS);
  });

  it("an unknown load: half a day's rise may be the day", () => {
    const judged = judgeExact(6, (hour) => 5000 + 47.5 * hour, null);
    expect(judged.verdict).toBe('inconclusive');
    expect(judged.reason).toContain('load is not known');
  });
});

describe('restarts split', () => {
  it('a fall by more than half begins anew, and is told', () => {
    const judged = judgeExact(6, (hour) => (hour < 3 ? 5000 + 100 * hour : hour < 3.05 ? 3 : 5000));
    expect(judged.restarts).toEqual([{ atMs: SERIES_START_MS + 3 * HOUR_MS, cause: 'memory fell by more than half' }]);
    expect(judged.verdict).toBe('none');
    expect(judged.floors[0]?.atMs).toBeGreaterThan(SERIES_START_MS + 3 * HOUR_MS);
    expect(judged.warmUp?.toMs).toBeGreaterThan(judged.warmUp?.fromMs ?? Number.POSITIVE_INFINITY);
  });

  it.each([0, 11_000])('one reading of %d MiB is no restart', (mib) => {
    const points = exact(3, () => 5000).map((point, i) => (i === 200 ? { ...point, bytes: mib * MIB } : point));
    const judged = judgeMemory(points, factsAt(SERIES_START_MS + 3 * HOUR_MS));
    expect(judged).toMatchObject({ verdict: 'none', restarts: [] });
  });

  it('a fall while nobody looked may be one: what was before is left out', () => {
    const points = exact(6, (hour) => (hour < 2 ? 5100 + 100 * hour : 5000)).filter(
      ({ atMs }) => Math.abs(atMs - SERIES_START_MS - 2 * HOUR_MS) > 10 * 60_000,
    );
    const judged = judgeMemory(points, factsAt(SERIES_START_MS + 6 * HOUR_MS));
    expect(judged).toMatchObject({ verdict: 'none', restarts: [{ cause: 'memory fell while it was not read' }] });
  });

  it('growth that every restart ends is not carried over it', () => {
    const saw = judgeExact(3, (hour) => 5000 + 200 * (hour % 1));
    expect(saw.verdict).not.toBe('leak');
  });

  it('a given restart splits although memory does not show it', () => {
    const restart = { atMs: SERIES_START_MS + 2.5 * HOUR_MS, cause: 'another model' };
    const facts = { ...factsAt(SERIES_START_MS + 3 * HOUR_MS), restarts: [restart] };
    const judged = judgeMemory(
      exact(3, (hour) => 5000 + 100 * hour),
      facts,
    );
    expect(judged).toMatchObject({ verdict: 'inconclusive', restarts: [restart] });
  });
});

describe('host memory is judged by the same code', () => {
  it('RSS in pages: 6.0 to 6.57 GiB in 12 h is a leak, its quantum is a page', () => {
    const series = memorySeries(3, 47.5, 12, CALM);
    const points = series.points.map((point, i) => ({
      ...point,
      bytes: point.bytes === null ? null : point.bytes + GIB + (i % 200) * 4096,
    }));
    const judged = judgeMemory(points, {
      ...factsAt(series.endMs),
      quantumBytes: null,
      limitBytes: 64 * GIB,
      reservedBytes: null,
    });
    expect(judged).toMatchObject({ verdict: 'leak', quantumBytes: 4096, aboveReservedBytes: null });
  });
});

describe('laws', () => {
  const anySeries = fc
    .record({
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      slope: fc.constantFrom(0, 10, 47.5, 200),
      parts: fc.record({
        noiseMib: fc.constantFrom(0, 1, 4, 16),
        warmUpRamp: fc.boolean(),
        step: fc.boolean(),
        sawTooth: fc.boolean(),
        dailyLoad: fc.boolean(),
        missingPolls: fc.boolean(),
        restart: fc.boolean(),
      }),
    })
    .map(({ seed, slope, parts }) => memorySeries(seed, slope, 3, parts));
  const options = { numRuns: 60 };

  it('a shift of all times by whole windows shifts the verdict, and nothing else', () => {
    fc.assert(
      fc.property(anySeries, fc.integer({ min: -1000, max: 100_000 }), (series, windows) => {
        const byMs = windows * FLOOR_WINDOW_MS;
        const before = judgeMemory(series.points, factsAt(series.endMs));
        const moved = series.points.map((point) => ({ ...point, atMs: point.atMs + byMs }));
        const after = judgeMemory(moved, factsAt(series.endMs + byMs));
        expect(after.verdict).toBe(before.verdict);
        expect(after.slopeMibPerHour).toEqual(before.slopeMibPerHour);
        expect(after.floors.map((floor) => floor.atMs - byMs)).toEqual(before.floors.map((floor) => floor.atMs));
      }),
      options,
    );
  });

  it('a constant more or less changes neither verdict nor slope', () => {
    fc.assert(
      fc.property(anySeries, fc.integer({ min: 0, max: 500 }), (series, mib) => {
        // A limit that moves along, and restarts that are given: half of a level depends on the level.
        const facts = { ...factsAt(series.endMs), restarts: [{ atMs: series.startedMs, cause: 'start' }] };
        const current = series.points.filter((point) => point.atMs >= series.startedMs);
        const before = judgeMemory(current, facts);
        const raised = current.map((point) => ({ ...point, bytes: (point.bytes ?? 0) + mib * MIB }));
        const after = judgeMemory(raised, { ...facts, limitBytes: 6 * GIB + mib * MIB });
        expect(after.verdict).toBe(before.verdict);
        // A larger number has fewer digits behind the point.
        const slopes = [after, before].map(({ slopeMibPerHour: slope }) => [slope?.low, slope?.estimate, slope?.high]);
        expect(slopes[0]?.map((one) => one?.toFixed(6))).toEqual(slopes[1]?.map((one) => one?.toFixed(6)));
      }),
      options,
    );
  });

  it('the order of the points does not matter', () => {
    fc.assert(
      fc.property(anySeries, fc.integer({ min: 1, max: 10_000 }), (series, turn) => {
        const at = turn % series.points.length;
        const turned = [...series.points.slice(at), ...series.points.slice(0, at)];
        expect(judgeMemory(turned, factsAt(series.endMs))).toEqual(judgeMemory(series.points, factsAt(series.endMs)));
      }),
      options,
    );
  });

  it('levels with up to two steps at any time are never a leak', () => {
    const step = fc.record({
      atH: fc.double({ min: 0, max: 6, noNaN: true }),
      mib: fc.integer({ min: -500, max: 500 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 2 }), fc.integer({ min: 1, max: 72 }), (steps, fiveMinutes) => {
        const hours = fiveMinutes / 12;
        const judged = judgeExact(hours, (hour) =>
          steps.reduce((sum, one) => sum + (hour >= one.atH ? one.mib : 0), 5000),
        );
        expect(judged.verdict).not.toBe('leak');
      }),
      { numRuns: 300 },
    );
  });

  it('an interval holds its estimate, and the time to the limit is in order', () => {
    fc.assert(
      fc.property(anySeries, (series) => {
        const { slopeMibPerHour, timeToLimit } = judgeMemory(series.points, factsAt(series.endMs));
        if (slopeMibPerHour !== null) {
          expect(slopeMibPerHour.low).toBeLessThanOrEqual(slopeMibPerHour.estimate);
          expect(slopeMibPerHour.high).toBeGreaterThanOrEqual(slopeMibPerHour.estimate);
        }
        if (timeToLimit.known) {
          expect(timeToLimit.earliestMs).toBeLessThanOrEqual(timeToLimit.expectedMs);
          expect(timeToLimit.latestMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(timeToLimit.expectedMs);
        }
      }),
      options,
    );
  });
});
