import { describe, expect, it } from 'vitest';
import { attributeGrowth } from '#lib/detect/growth-attribution.ts';
import { FLOOR_WINDOW_MS, floorsPerBatch, floorsPerWindow, thinFloors } from '#lib/detect/memory-floors.ts';
import { memoryPerLoad } from '#lib/detect/memory-per-load.ts';
import { memoryQuantum } from '#lib/detect/memory-quantum.ts';
import { warmUpEndMs } from '#lib/detect/warm-up.ts';
import { Random } from '#lib/simulator/random.ts';

const MIB = 1024 ** 2;
const at = (atMs: number, mib: number, load: number | null = 0) => ({ atMs, bytes: mib * MIB, load });

describe('floors per window', () => {
  const polls = Array.from({ length: 40 }, (_, i) => at(i * 30_000, i % 5 === 0 ? 5000 : 5100, i % 5));
  it('the lowest reading of each closed window, at its own time', () => {
    expect(floorsPerWindow(polls, 20 * 60_000, 0).map((floor) => [floor.atMs, floor.bytes / MIB])).toEqual(
      [0, 1, 2, 3].map((i) => [i * FLOOR_WINDOW_MS, 5000]),
    );
  });
  it('under noise the mean of all that are as low as noise explains, without what stands out', () => {
    const random = new Random(11);
    const noisy = Array.from({ length: 360 }, (_, i) =>
      at(i * 30_000, 5000 + 10 * random.normal() + (i % 20 ? 0 : 90)),
    );
    const floors = floorsPerWindow(noisy, 3 * 3_600_000, 0);
    const mean = floors.reduce((sum, { bytes }) => sum + bytes / MIB, 0) / floors.length;
    expect(floors).toHaveLength(36);
    expect(Math.abs(mean - 5000)).toBeLessThan(4);
    for (const { bytes } of floors) expect(Math.abs(bytes / MIB - mean)).toBeLessThan(15);
  });
  it('they scatter by hardly more than the mean of all readings would', () => {
    const random = new Random(4);
    const noisy = Array.from({ length: 2880 }, (_, i) => at(i * 30_000, 5000 + i / 4 + 16 * random.normal()));
    const floors = floorsPerWindow(noisy, 24 * 3_600_000, 0);
    const off = floors.map(({ atMs, bytes }) => bytes / MIB - atMs / 120_000);
    const mean = off.reduce((sum, one) => sum + one, 0) / off.length;
    const variance = off.reduce((sum, one) => sum + (one - mean) ** 2, 0) / off.length;
    expect(Math.sqrt(variance)).toBeLessThan((1.15 * 16) / Math.sqrt(10));
  });
  it('of a window in which memory was given back, the longer side', () => {
    const fallen = Array.from({ length: 10 }, (_, i) => at(i * 30_000, i < 7 ? 5100 : 5000));
    expect(floorsPerWindow(fallen, FLOOR_WINDOW_MS, 0, [7 * 30_000])).toMatchObject([{ atMs: 0, bytes: 5100 * MIB }]);
  });
  it('an open window has none', () => {
    expect(floorsPerWindow(polls, 20 * 60_000 - 1, 0)).toHaveLength(3);
  });
  it('two readings are too few', () => {
    expect(floorsPerWindow(polls.slice(0, 2), 20 * 60_000, 0)).toEqual([]);
  });
  it("a floor is a reading with its own load, chosen with the load's share taken out", () => {
    const loaded = [at(0, 5040, 4), at(30_000, 5010, 0), at(60_000, 5030, 2)];
    expect(floorsPerWindow(loaded, FLOOR_WINDOW_MS, 10 * MIB)).toMatchObject([{ bytes: 5040 * MIB, load: 4 }]);
  });
});

describe('floors per batch', () => {
  const batches = [
    { startMs: 60_000, endMs: 120_000 },
    { startMs: 180_000, endMs: 240_000 },
  ];
  const points = Array.from({ length: 61 }, (_, i) => {
    const atMs = i * 5000;
    const isBusy = batches.some((batch) => atMs >= batch.startMs && atMs < batch.endMs);
    const kept = 5000 + 150 * batches.filter((batch) => atMs >= batch.endMs).length;
    return at(atMs, isBusy ? 9000 : kept, isBusy ? 8 : 0);
  });
  it('idle memory before the first and after each', () => {
    const floors = floorsPerBatch(points, batches, 300_001);
    expect(floors.before?.bytes).toBe(5000 * MIB);
    expect(floors.after.map((floor) => (floor?.bytes ?? 0) / MIB)).toEqual([5150, 5300]);
  });
  it('no idle time, no floor: never the last value', () => {
    const busy = points.map((point) => ({ ...point, load: 1 }));
    expect(floorsPerBatch(busy, batches, 300_001)).toEqual({ before: null, after: [null, null] });
  });
  it('a batch that runs has none', () => {
    const running = [{ startMs: 60_000, endMs: null }];
    expect(floorsPerBatch(points, running, 100_000).after).toEqual([null]);
  });
});

describe('thinning', () => {
  it('keeps the lowest of neighbours and the bound', () => {
    const floors = Array.from({ length: 288 }, (_, i) => at(i, 5000 + (i % 4)));
    const thin = thinFloors(floors, 72, 0);
    expect(thin).toHaveLength(72);
    expect(new Set(thin.map((floor) => floor.bytes))).toEqual(new Set([5000 * MIB]));
  });
});

describe("an exporter's quantum", () => {
  const many = (step: number): readonly number[] => [0, 1, 3, 4, 7, 9, 12].map((i) => 5000 * MIB + i * step);
  it.each([
    ['whole MiB', many(MIB), MIB],
    ["the allocator's 2 MiB", many(2 * MIB), 2 * MIB],
    ['pages', many(4096), 4096],
    ['decimal bytes', [10.35e9, 10.5e9, 10.65e9], 1],
    ['two values are no proof of a coarse grid', [5008 * MIB, 5024 * MIB], MIB],
  ])('%s', (_, values, quantum) => expect(memoryQuantum(values)).toBe(quantum));
});

describe('memory per unit of load', () => {
  const series = (perLoad: number, trendPerPoll: number) => {
    const random = new Random(5);
    return Array.from({ length: 300 }, (_, i) => {
      const load = random.poisson(20);
      return at(i * 30_000, 5000 + perLoad * load + trendPerPoll * i + 2 * random.normal(), load);
    });
  };
  it('is read off the changes, a trend does not enter', () => {
    expect(memoryPerLoad(series(3, 0.4)) / MIB).toBeCloseTo(3, 0);
  });
  it('is 0 where memory does not follow', () => {
    expect(memoryPerLoad(series(0, 0.4))).toBe(0);
    expect(memoryPerLoad(series(3, 0).map((point) => ({ ...point, load: null })))).toBe(0);
  });
});

describe('warm-up', () => {
  const polls = (mibAt: (minute: number) => number) =>
    Array.from({ length: 60 }, (_, i) => at(i * 30_000, mibAt(i / 2), 0));
  it('ends where memory first rests for two minutes', () => {
    expect(warmUpEndMs(polls((minute) => Math.min(5000, 1000 * minute)))).toBe(5 * 60_000);
  });
  it('a pause in the first minute is not the end', () => {
    expect(warmUpEndMs(polls(() => 5000))).toBe(60_000);
  });
  it('is given ten minutes at the most', () => {
    expect(warmUpEndMs(polls((minute) => 5000 + 50 * minute))).toBe(10 * 60_000);
  });
  it('is not known while it lasts', () => {
    expect(warmUpEndMs(polls((minute) => 50 * minute).slice(0, 10))).toBeNull();
  });
});

describe('which process grows', () => {
  const readings = (mibAt: (hour: number) => number, from = 0, to = 3) =>
    Array.from({ length: 37 }, (_, i) => i / 12)
      .filter((hour) => hour >= from && hour <= to)
      .map((hour) => ({ atMs: hour * 3_600_000, bytes: mibAt(hour) * MIB }));
  const engine = { pid: '11', name: 'VLLM::EngineCore', readings: readings((hour) => 4000 + 50 * hour) };
  const other = { pid: '12', name: 'python', readings: readings(() => 800) };
  const judge = (growthMib: number, processes: Parameters<typeof attributeGrowth>[3]) =>
    attributeGrowth(growthMib * MIB, 0, 3 * 3_600_000, processes);

  it('the one with most of it', () => {
    const attributed = judge(150, [other, engine]);
    expect(attributed?.grower).toMatchObject({ pid: '11', name: 'VLLM::EngineCore' });
    expect(attributed?.grower?.share).toBeCloseTo(1, 2);
    expect((attributed?.unattributedBytes ?? Number.NaN) / MIB).toBeCloseTo(0, 0);
  });
  it('one that came in between is its whole size', () => {
    const late = { pid: '13', name: 'orphan', readings: readings(() => 500, 2) };
    expect(judge(650, [engine, late])?.grower).toMatchObject({ pid: '13', growthBytes: 500 * MIB });
  });
  it('nobody, where the listed ones do not grow', () => {
    const attributed = judge(150, [other]);
    expect(attributed?.grower).toBeNull();
    expect(attributed?.unattributedBytes).toBe(150 * MIB);
  });
  it('not known, where the exporter gives no processes', () => {
    expect(judge(150, null)).toBeNull();
  });
});
