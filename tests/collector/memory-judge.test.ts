import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryJudge } from '#lib/collector/memory-judge.ts';
import { saveFloor } from '#lib/db/gpu-floors.ts';
import { LayoutStore } from '#lib/db/layouts.ts';
import { loadMemoryVerdict, loadVerdictHeads, type StoredVerdict } from '#lib/db/memory-verdicts.ts';
import { rollUp } from '#lib/db/rollup.ts';
import { PageReader } from '#lib/scrape/page-reader.ts';
import { gpuOf, RTX_3090, reserve } from '#lib/simulator/cards.ts';
import type { Growth } from '#lib/simulator/gpu.ts';
import { engineOf, QWEN_05B } from '#lib/simulator/models.ts';
import type { Scenario, ServerEvent } from '#lib/simulator/scenario.ts';
import { SimulatedTargets } from '#lib/simulator/targets.ts';
import { type PollStep, pushPolls, SETTINGS } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const HOUR_S = 3600;
const HOURS = 5;
const POLL_S = 20;
const LEAK_MIB_PER_HOUR = 60;

/** One card, one engine, one kind of growth each. */
const CARDS: readonly { readonly name: string; readonly growth: Growth }[] = [
  { name: 'leaking', growth: { kind: 'leak', mibPerHour: LEAK_MIB_PER_HOUR } },
  { name: 'steady', growth: { kind: 'steady' } },
  { name: 'stepping', growth: { kind: 'step', atS: 2 * HOUR_S, mib: 220 } },
  { name: 'sawing', growth: { kind: 'saw-tooth', mib: 80, periodS: 1500 } },
  { name: 'restarted', growth: { kind: 'leak', mibPerHour: LEAK_MIB_PER_HOUR } },
];
const RESTART: ServerEvent = { server: 'restarted', kind: 'restart', atS: HOURS * HOUR_S - 1500, downS: 60 };

function scenario(): Scenario {
  const load = { kind: 'wave', spacing: { kind: 'poisson' }, baseRps: 4, swing: 0.2, periodS: 3600 } as const;
  return {
    name: 'memory',
    title: 'memory of five cards',
    servers: CARDS.map(({ name }) => ({
      name,
      host: 'gpu-01',
      format: '0.23.0' as const,
      engines: [engineOf(QWEN_05B, name, '0.23.0', load)],
    })),
    hosts: [
      {
        name: 'gpu-01',
        exporter: 'nvidia-gpu-exporter-nvml',
        gpus: CARDS.map(({ name, growth }, index) =>
          gpuOf(RTX_3090, 'gpu-01', index, [name], reserve(0.6, 480, growth)),
        ),
      },
    ],
    events: [RESTART],
    faults: [],
    lengthS: HOURS * HOUR_S,
  };
}

let database: TestDatabase;
let nowMs = START + HOURS * HOUR_S * 1000;
let judge: MemoryJudge;
const gpuIds = new Map<string, number>();
const engineIds = new Map<string, number>();
let targetIds: ReadonlySet<number>;

beforeAll(async () => {
  database = await createTestDatabase();
  const fleet = new SimulatedTargets({ scenario: scenario(), seed: 3, epochMs: START, stepS: POLL_S, warmUpS: 0 });
  const pages = [...fleet.byPath.values()].map((page) => ({
    page,
    reader: new PageReader('auto'),
    steps: [] as PollStep[],
  }));
  for (let s = 0; s < HOURS * HOUR_S; s += POLL_S) {
    fleet.advance(s);
    for (const { page, reader, steps } of pages) {
      const body = fleet.print(page);
      if (body !== null) steps.push({ atMs: START + s * 1000, readings: reader.read(body).readings });
    }
  }
  const ids: number[] = [];
  for (const { page, steps } of pages) {
    const name = page.path.replaceAll('/', ' ').trim();
    const index = CARDS.findIndex((card) => name.includes(card.name));
    const gpus = index < 0 ? [] : [String(index)];
    const settings = { ...SETTINGS, name, source: 'auto' as const, intervalMs: POLL_S * 1000, gpus };
    ids.push(await pushPolls(database.pool, settings, steps));
  }
  targetIds = new Set(ids);
  await rollUpAll();
  const { rows } = await database.pool.query<{ id: number; kind: string; index: string | null; target: string }>(
    "SELECT u.id, u.kind, u.attributes->>'index' AS index, t.name AS target FROM subject u JOIN target t ON t.id = u.target_id",
  );
  for (const { id, kind, index, target } of rows) {
    const card = CARDS.find(({ name }, i) => (kind === 'gpu' ? String(i) === index : target.includes(name)));
    if (card !== undefined) (kind === 'gpu' ? gpuIds : engineIds).set(card.name, id);
  }
  judge = new MemoryJudge(database.pool, () => nowMs);
  await judge.tick(targetIds);
}, 120_000);
afterAll(() => database.drop());

async function rollUpAll(): Promise<void> {
  const buckets = await new LayoutStore(database.pool).mostBuckets();
  while ((await rollUp(database.pool, nowMs, buckets)).length > 0);
}

async function verdictOf(ids: ReadonlyMap<string, number>, card: string): Promise<StoredVerdict> {
  const verdict = await loadMemoryVerdict(database.pool, ids.get(card) ?? -1);
  if (verdict === null) throw new Error(`${card} was not judged`);
  return verdict;
}

describe('the rolling verdict on five simulated hours', () => {
  it('finds the leak, with its slope, its time to the limit and the process that grew', async () => {
    const { leak, attribution, judgedAtMs } = await verdictOf(gpuIds, 'leaking');
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
    const { leak, attribution } = await verdictOf(gpuIds, card);
    expect(`${leak.verdict}: ${leak.reason}`).toMatch(new RegExp(`^${expected}`));
    expect(attribution).toBeNull();
    expect(leak.timeToLimit.known).toBe(false);
  });

  it('a new process is judged by itself: what its predecessor leaked is no leak', async () => {
    const { leak } = await verdictOf(gpuIds, 'restarted');
    expect(leak.verdict).toBe('inconclusive');
    expect(leak.restarts.length).toBeGreaterThan(0);
    expect(leak.moreFloors).toBeGreaterThan(0);
  });

  it('engines are judged by the host memory of their server, without a limit', async () => {
    const { leak, attribution } = await verdictOf(engineIds, 'steady');
    expect(leak.verdict).not.toBe('leak');
    expect(leak.reservedBytes).toBeNull();
    expect(attribution).toBeNull();
  });
});

describe('round after round', () => {
  it('what the engine reserved is told apart from what lies above it', async () => {
    const gpuId = gpuIds.get('leaking') ?? -1;
    const { leak } = await verdictOf(gpuIds, 'leaking');
    const floorBytes = (leak.floors[0]?.bytes ?? 0) - 5 * 1024 ** 2;
    await saveFloor(database.pool, gpuId, { engineStartedAtMs: START, floorBytes }, nowMs);
    await new MemoryJudge(database.pool, () => nowMs).tick(targetIds);
    const again = await verdictOf(gpuIds, 'leaking');
    expect(again.leak.reservedBytes).toBe(floorBytes);
    expect(again.leak.aboveReservedBytes).toBe((again.leak.floorNowBytes ?? 0) - floorBytes);
  });

  it('a level card is confirmed with every new minute, and its evidence stays', async () => {
    const before = await verdictOf(gpuIds, 'steady');
    const { rows } = await database.pool.query<{ used: number; total: number }>(
      'SELECT used_bytes AS used, total_bytes AS total FROM gpu_sample WHERE subject_id = $1 ORDER BY at_ms DESC LIMIT 1',
      [gpuIds.get('steady')],
    );
    await database.pool.query(
      `INSERT INTO gpu_1m (subject_id, at_ms, samples, missed, restarts, elapsed_ms, used_bytes_min, total_bytes_last)
       SELECT $1, $2::bigint + 60000 * i, 3, 0, 0, 60000, $3, $4 FROM generate_series(0, 5) AS i`,
      [gpuIds.get('steady'), START + HOURS * HOUR_S * 1000, rows[0]?.used, rows[0]?.total],
    );
    nowMs += 6 * 60_000;
    await database.pool.query('UPDATE rollup_state SET done_until_ms = $1 WHERE name LIKE $2', [nowMs, '%_1m']);
    await judge.tick(targetIds);
    const after = await verdictOf(gpuIds, 'steady');
    expect(after.judgedAtMs).toBe(nowMs);
    expect(after.leak).toEqual(before.leak);
  });

  it('without newer numbers a verdict is left to age', async () => {
    const before = await loadVerdictHeads(database.pool, null);
    nowMs += 3_600_000;
    await database.pool.query('UPDATE rollup_state SET done_until_ms = $1 WHERE name LIKE $2', [nowMs, '%_1m']);
    await judge.tick(targetIds);
    expect(await loadVerdictHeads(database.pool, null)).toEqual(before);
  });

  it('subjects of other collectors are left to them', async () => {
    await database.pool.query('DELETE FROM memory_verdict');
    await new MemoryJudge(database.pool, () => nowMs).tick(new Set());
    expect((await loadVerdictHeads(database.pool, null)).size).toBe(0);
  });
});
