import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryJudge } from '#lib/collector/memory-judge.ts';
import { saveFloor } from '#lib/db/gpu-floors.ts';
import { loadMemoryVerdict, loadVerdictHeads, type StoredVerdict } from '#lib/db/memory-verdicts.ts';
import { RTX_3090 } from '#lib/simulator/cards.ts';
import type { ServerEvent } from '#lib/simulator/scenario.ts';
import { type PlayedCard, type PlayedMemory, playMemory } from '#tests/play-memory.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const HOUR_S = 3600;
const HOURS = 5;
const LEAK_MIB_PER_HOUR = 60;

/** One card, one engine, one kind of growth each. */
const CARDS: readonly PlayedCard[] = [
  { name: 'leaking', growth: { kind: 'leak', mibPerHour: LEAK_MIB_PER_HOUR } },
  { name: 'steady', growth: { kind: 'steady' } },
  { name: 'stepping', growth: { kind: 'step', atS: 2 * HOUR_S, mib: 220 } },
  { name: 'sawing', growth: { kind: 'saw-tooth', mib: 80, periodS: 1500 } },
  { name: 'restarted', growth: { kind: 'leak', mibPerHour: LEAK_MIB_PER_HOUR } },
];
const RESTART: ServerEvent = { server: 'restarted', kind: 'restart', atS: HOURS * HOUR_S - 1500, downS: 60 };

let database: TestDatabase;
let nowMs = START + HOURS * HOUR_S * 1000;
let judge: MemoryJudge;
let played: PlayedMemory;

beforeAll(async () => {
  database = await createTestDatabase();
  played = await playMemory(database.pool, { cards: CARDS, events: [RESTART], startMs: START, hours: HOURS });
  judge = new MemoryJudge(database.pool, () => nowMs);
  await judge.tick(played.targetIds);
}, 120_000);
afterAll(() => database.drop());

async function verdictOf(ids: ReadonlyMap<string, number>, card: string): Promise<StoredVerdict> {
  const verdict = await loadMemoryVerdict(database.pool, ids.get(card) ?? -1);
  if (verdict === null) throw new Error(`${card} was not judged`);
  return verdict;
}

describe('the rolling verdict on five simulated hours', () => {
  it('finds the leak, with its slope, its time to the limit and the process that grew', async () => {
    const { leak, attribution, judgedAtMs } = await verdictOf(played.gpuIds, 'leaking');
    expect(leak.verdict).toBe('leak');
    expect(leak.slopeMibPerHour?.low).toBeLessThanOrEqual(LEAK_MIB_PER_HOUR);
    expect(leak.slopeMibPerHour?.high).toBeGreaterThanOrEqual(LEAK_MIB_PER_HOUR);
    const leftMib = RTX_3090.totalMib - (leak.floorNowBytes ?? 0) / 1024 ** 2;
    const expectedH = leftMib / LEAK_MIB_PER_HOUR;
    expect(leak.timeToLimit.known && leak.timeToLimit.expectedMs / 3_600_000 / expectedH).toBeCloseTo(1, 1);
    expect(attribution?.grower?.name).toContain('VLLM');
    expect(attribution?.grower?.share).toBeGreaterThan(0.9);
    expect(nowMs - judgedAtMs).toBeLessThan(3 * 60_000);
  });

  it.each([
    ['steady', 'none'],
    ['stepping', 'plateau'],
    ['sawing', 'none'],
  ])('a %s card is %s', async (card, expected) => {
    const { leak, attribution } = await verdictOf(played.gpuIds, card);
    expect(`${leak.verdict}: ${leak.reason}`).toMatch(new RegExp(`^${expected}`));
    expect(attribution).toBeNull();
    expect(leak.timeToLimit.known).toBe(false);
  });

  it('a new process is judged by itself: what its predecessor leaked is no leak', async () => {
    const { leak } = await verdictOf(played.gpuIds, 'restarted');
    expect(leak.verdict).toBe('inconclusive');
    expect(leak.restarts.length).toBeGreaterThan(0);
    expect(leak.moreFloors).toBeGreaterThan(0);
  });

  it('engines are judged by the host memory of their server, without a limit', async () => {
    const { leak, attribution } = await verdictOf(played.engineIds, 'steady');
    expect(leak.verdict).not.toBe('leak');
    expect(leak.reservedBytes).toBeNull();
    expect(attribution).toBeNull();
  });
});

describe('round after round', () => {
  it('what the engine reserved is told apart from what lies above it', async () => {
    const gpuId = played.gpuIds.get('leaking') ?? -1;
    const { leak } = await verdictOf(played.gpuIds, 'leaking');
    const floorBytes = (leak.floors[0]?.bytes ?? 0) - 5 * 1024 ** 2;
    await saveFloor(database.pool, gpuId, { engineStartedAtMs: START, floorBytes }, nowMs);
    await new MemoryJudge(database.pool, () => nowMs).tick(played.targetIds);
    const again = await verdictOf(played.gpuIds, 'leaking');
    expect(again.leak.reservedBytes).toBe(floorBytes);
    expect(again.leak.aboveReservedBytes).toBe((again.leak.floorNowBytes ?? 0) - floorBytes);
  });

  it('a level card is confirmed with every new minute, and its evidence stays', async () => {
    const before = await verdictOf(played.gpuIds, 'steady');
    const { rows } = await database.pool.query<{ used: number; total: number }>(
      'SELECT used_bytes AS used, total_bytes AS total FROM gpu_sample WHERE subject_id = $1 ORDER BY at_ms DESC LIMIT 1',
      [played.gpuIds.get('steady')],
    );
    await database.pool.query(
      `INSERT INTO gpu_1m (subject_id, at_ms, samples, missed, restarts, elapsed_ms, used_bytes_min, total_bytes_last)
       SELECT $1, $2::bigint + 60000 * i, 3, 0, 0, 60000, $3, $4 FROM generate_series(0, 5) AS i`,
      [played.gpuIds.get('steady'), START + HOURS * HOUR_S * 1000, rows[0]?.used, rows[0]?.total],
    );
    nowMs += 6 * 60_000;
    await database.pool.query('UPDATE rollup_state SET done_until_ms = $1 WHERE name LIKE $2', [nowMs, '%_1m']);
    await judge.tick(played.targetIds);
    const after = await verdictOf(played.gpuIds, 'steady');
    expect(after.judgedAtMs).toBe(nowMs);
    expect(after.leak).toEqual(before.leak);
  });

  it('without newer numbers a verdict is left to age', async () => {
    const before = await loadVerdictHeads(database.pool, null);
    nowMs += 3_600_000;
    await database.pool.query('UPDATE rollup_state SET done_until_ms = $1 WHERE name LIKE $2', [nowMs, '%_1m']);
    await judge.tick(played.targetIds);
    expect(await loadVerdictHeads(database.pool, null)).toEqual(before);
  });

  it('subjects of other collectors are left to them', async () => {
    await database.pool.query('DELETE FROM memory_verdict');
    await new MemoryJudge(database.pool, () => nowMs).tick(new Set());
    expect((await loadVerdictHeads(database.pool, null)).size).toBe(0);
  });
});
