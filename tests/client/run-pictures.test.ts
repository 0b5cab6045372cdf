import { describe, expect, test } from 'vitest';
import { isBelow } from '#components/chart/batch-bar-chart.tsx';
import { ticksBetween } from '#components/chart/ticks.ts';
import { floorsCsv } from '#components/leak/floors-csv.ts';
import { batchPanelLinks } from '#lib/client/batch-panel-links.ts';
import { batchPosition, fittedLine, floorPoints } from '#lib/client/floor-line.ts';
import { throughputBand } from '#lib/client/throughput-band.ts';
import { worstMemory } from '#lib/client/worst-memory.ts';
import { LEAKING, RUN_START_MS, runView, STEADY } from '#tests/run-views.ts';

const GB = 1e9;
const MINUTE_MS = 60_000;
const leaking = runView(LEAKING);
const steady = runView(STEADY);
const leakOf = (run: typeof leaking) => {
  const leak = run.gpus[0]?.leak;
  if (leak === undefined) throw new Error('no GPU');
  return leak;
};

describe('floors on the axis of batches', () => {
  test('the floor before is at 0.5, that after batch n at n + 0.5, idle time has no width', () => {
    expect(floorPoints(leakOf(leaking), leaking.batches).map(({ x }) => x)).toEqual([0.5, 1.5, 2.5, 3.5, 4.5]);
    const end = leaking.batches[0]?.endedAtMs ?? 0;
    expect(batchPosition(leaking.batches, end + MINUTE_MS / 2)).toBe(1.5);
    expect(batchPosition(leaking.batches, RUN_START_MS - MINUTE_MS)).toBe(0.5);
    expect(batchPosition(leaking.batches, RUN_START_MS + 10 * MINUTE_MS)).toBe(0.75);
    expect(batchPosition([], RUN_START_MS)).toBeNull();
  });

  test('a line through a leak of 0.15 GB per batch, its band narrow in the middle and around the line', () => {
    const line = fittedLine(leakOf(leaking), leaking.batches);
    const [piece] = line?.pieces ?? [];
    expect(line?.pieces).toHaveLength(1);
    expect((piece?.from.bytes ?? 0) / GB).toBeCloseTo(10.35, 2);
    expect((piece?.to.bytes ?? 0) / GB).toBeCloseTo(10.95, 2);
    const widths = line?.band.map(({ low, high }) => high - low) ?? [];
    expect(widths).toHaveLength(5);
    expect(widths[2]).toBeLessThan(1);
    expect(widths[0]).toBeGreaterThan(1e6);
    for (const { x, low, high } of line?.band ?? []) {
      const at = (10.35 + 0.15 * (x - 0.5)) * GB;
      expect(low).toBeLessThanOrEqual(at + 1e6);
      expect(high).toBeGreaterThanOrEqual(at - 1e6);
    }
  });

  test('a step cuts the line in two; only floors since the bend are in its reach', () => {
    const leak = leakOf(steady);
    const [, , third] = leak.floors;
    const raised = leak.floors.map((floor, i) => (i < 2 ? floor : { ...floor, bytes: floor.bytes + GB }));
    const model = leak.model === null ? null : { ...leak.model, step: { atMs: third?.atMs ?? 0, bytes: GB } };
    const stepped = fittedLine({ ...leak, floors: raised, model }, steady.batches);
    expect(stepped?.pieces.map(({ from, to }) => [from.x, to.x])).toEqual([
      [0.5, 1.5],
      [2.5, 4.5],
    ]);
    expect((stepped?.pieces[1]?.from.bytes ?? 0) - (stepped?.pieces[0]?.to.bytes ?? 0)).toBeCloseTo(GB, -6);
    const late = leak.model === null ? null : { ...leak.model, sinceMs: third?.atMs ?? 0 };
    expect(fittedLine({ ...leak, model: late }, steady.batches)?.band.map(({ x }) => x)).toEqual([2.5, 3.5, 4.5]);
  });

  test('without a model there is no line', () => {
    const short = runView({ rates: [0.2], levels: [[10.35, 10.4]] });
    expect(fittedLine(leakOf(short), short.batches)).toBeNull();
  });

  test('floors as CSV: base units, an unknown load is empty', () => {
    const csv = floorsCsv({ floors: [{ atMs: RUN_START_MS, bytes: 5, load: null }] });
    expect(csv).toBe(`time,floor (bytes),load\r\n${new Date(RUN_START_MS).toISOString()},5,\r\n`);
  });
});

describe('what is drawn beside the numbers', () => {
  test('the band of throughput is the fastest batch that has ended and 90 % of it; one batch has none', () => {
    const ended = (requestsPerSecond: number | null) => ({ requestsPerSecond, endedAtMs: 1 });
    expect(throughputBand([ended(0.2), ended(null), ended(0.16)])).toEqual({ low: 0.2 * 0.9, high: 0.2 });
    expect(throughputBand([ended(0.2), ended(null)])).toBeNull();
    const open = { requestsPerSecond: 0.9, endedAtMs: null };
    expect(throughputBand([ended(0.2), ended(0.16), open])).toEqual({ low: 0.2 * 0.9, high: 0.2 });
    expect(throughputBand([ended(0.2), open])).toBeNull();
  });

  test('a batch that still runs is not below the band', () => {
    expect(isBelow({ value: 0.1, isOpen: true }, 0.18)).toBe(false);
    expect(isBelow({ value: 0.1, isOpen: false }, 0.18)).toBe(true);
    expect(isBelow({ value: null, isOpen: false }, 0.18)).toBe(false);
  });

  test('of several GPUs the one that gained most is shown, else the one with the highest peak', () => {
    const memory = (gpuId: number, deltaBytes: number | null, peakBytes: number | null) => {
      return { gpuId, beforeBytes: null, afterBytes: null, deltaBytes, peakBytes, totalBytes: null };
    };
    expect(worstMemory({ memory: [memory(1, 5, 9), memory(2, 7, 1), memory(3, null, 99)] })?.gpuId).toBe(2);
    expect(worstMemory({ memory: [memory(1, null, 1), memory(2, null, 3)] })?.gpuId).toBe(2);
    expect(worstMemory({ memory: [] })).toBeNull();
  });

  test('an axis that does not begin at 0 encloses its values with round ticks', () => {
    expect(ticksBetween(9.63, 10.21, 5)).toEqual([9.6, 9.8, 10, 10.2, 10.4]);
    expect(ticksBetween(0, 0.216, 5)).toEqual([0, 0.05, 0.1, 0.15, 0.2, 0.25]);
    expect(ticksBetween(-30, 90, 4)).toEqual([-50, 0, 50, 100]);
    expect(ticksBetween(4, 4, 5)).toEqual([4, 5]);
  });
});

describe('the way from a batch to its panels', () => {
  test('of its engines and GPUs only, cut to its time as the range picker writes it', () => {
    const [batch] = leaking.batches;
    if (batch === undefined) throw new Error('no batch');
    const links = batchPanelLinks(leaking, batch);
    expect(links.map(({ href }) => href)).toEqual([
      '/throughput?on=7&from=2026-01-05T00:00:00Z&to=2026-01-05T00:40:00Z',
      '/vram?on=100&from=2026-01-05T00:00:00Z&to=2026-01-05T00:40:00Z',
      '/kv-cache?on=7&from=2026-01-05T00:00:00Z&to=2026-01-05T00:40:00Z',
      '/bursts?on=7&from=2026-01-05T00:00:00Z&to=2026-01-05T00:40:00Z',
      '/engines/7?from=2026-01-05T00:00:00Z&to=2026-01-05T00:40:00Z',
    ]);
    expect(batchPanelLinks(leaking, { ...batch, endedAtMs: null })[0]?.href).toBe(
      '/throughput?on=7&from=2026-01-05T00:00:00Z&to=now',
    );
  });
});
