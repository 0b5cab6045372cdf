import { describe, expect, it } from 'vitest';
import { evidenceCharts } from '#components/alert/evidence-data.ts';
import { fittedLineOverTime } from '#lib/client/floor-line.ts';
import { aboveReservedBytes, type MemoryUse, memoryGapText } from '#lib/client/memory-gap.ts';
import { judgeMemory } from '#lib/detect/judge-memory.ts';
import { readsMemoryVerdict } from '#lib/detect/verdict-signals.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const MINUTE = 60_000;

describe('the gap between held and needed', () => {
  const use: MemoryUse = {
    reservedBytes: 20 * GIB,
    usedBytes: 20 * GIB,
    kvUsedTokens: 10_000,
    kvCapacityTokens: 40_000,
  };
  it.each<[string, Partial<MemoryUse>, string]>([
    [
      'a quiet engine',
      {},
      'room for 30 k tok (75%) of the KV blocks is held and empty; nothing came on top of the reservation',
    ],
    ['growth on top', { usedBytes: 20.5 * GIB }, '512 MiB came on top of the reservation and are no KV blocks'],
    ['asleep', { usedBytes: 2 * GIB }, '18.00 GiB of the reservation were given back'],
    ['no engine', { reservedBytes: null, kvUsedTokens: null }, 'what an engine reserved is not known'],
    ['no numbers', { usedBytes: null, kvCapacityTokens: null }, 'used memory is not known'],
  ])('%s', (_why, parts, text) => {
    const words = memoryGapText({ ...use, ...parts });
    expect(words.replaceAll(' (75% of the KV blocks)', ' (75%) of the KV blocks')).toContain(text);
  });
  it('is unknown where a part is', () => {
    expect(aboveReservedBytes({ ...use, reservedBytes: null })).toBeNull();
    expect(aboveReservedBytes({ ...use, usedBytes: 19 * GIB })).toBe(-GIB);
  });
});

describe('the line through the floors over time', () => {
  const points = Array.from({ length: 240 }, (_, i) => ({ atMs: i * MINUTE, bytes: (9000 + i) * MIB, load: 2 }));
  const facts = { nowMs: 240 * MINUTE, limitBytes: 24 * GIB, reservedBytes: null, quantumBytes: null, restarts: [] };
  it('lies on them, with its band around', () => {
    const leak = judgeMemory(points, facts);
    const line = fittedLineOverTime({ ...leak, floors: [...leak.floors], restarts: [], model: mutable(leak) });
    const [piece] = line?.pieces ?? [];
    if (piece === undefined) throw new Error('no line');
    const perHour = (piece.to.bytes - piece.from.bytes) / MIB / (piece.to.x - piece.from.x);
    expect(perHour).toBeCloseTo(60, 0);
    expect(Math.abs(piece.to.bytes - (leak.floors.at(-1)?.bytes ?? 0))).toBeLessThan(2 * MIB);
    for (const { low, high } of line?.band ?? []) expect(high).toBeGreaterThanOrEqual(low);
  });
  it('is none without a model', () => {
    const leak = judgeMemory(points.slice(0, 20), { ...facts, nowMs: 20 * MINUTE });
    expect(fittedLineOverTime({ ...leak, floors: [...leak.floors], restarts: [], model: null })).toBeNull();
  });
});

function mutable({ model }: ReturnType<typeof judgeMemory>) {
  return model === null ? null : { ...model, candidates: [...model.candidates] };
}

describe('the evidence of an alert about a verdict', () => {
  it('is the memory that was judged: verdicts have no history', () => {
    expect(evidenceCharts(['vram_time_to_limit', 'vram_leak_verdict'])).toEqual([['vram_used']]);
    expect(evidenceCharts(['rss_leak_verdict'])).toEqual([['resident_bytes']]);
    expect(evidenceCharts(['batch_vram_delta', 'batch_throughput_falling'])).toEqual([]);
    expect(evidenceCharts(['burst_verdict'])).toEqual([['arrival_rate'], ['queue_depth']]);
    expect(evidenceCharts(['sla_24h_compliance', 'sla_basis'])).toEqual([['sla_24h_compliance']]);
    expect(readsMemoryVerdict(['vram_leak_verdict'])).toBe(true);
    expect(readsMemoryVerdict(['vram_used', 'queue_depth'])).toBe(false);
  });
});
