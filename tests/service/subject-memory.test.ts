import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryView } from '#lib/api/memory.ts';
import { saveMemoryVerdicts } from '#lib/db/memory-verdicts.ts';
import { judgeMemory } from '#lib/detect/judge-memory.ts';
import type { LeakJudgement } from '#lib/detect/leak-judgement.ts';
import { codeOfWord } from '#lib/metrics/unit.ts';
import { checkRule } from '#lib/service/check-rule.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { currentValues } from '#lib/service/current.ts';
import { seriesOf } from '#lib/service/series.ts';
import { getSubjectMemory } from '#lib/service/subject-memory.ts';
import { pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const NOW = 1_795_348_800_000;
const MINUTE = 60_000;
const TOTAL = 24 * 1024 ** 3;

const gpu = (uuid: string) => ({
  kind: 'gpu' as const,
  uuid,
  mig: '',
  attributes: {},
  gauges: { used_bytes: 12e9, total_bytes: TOTAL },
  counters: {},
  processes: null,
  origins: {},
  lazyCounters: false,
});

/** Four hours that rise by 60 MiB/h. */
function leaking(): LeakJudgement {
  const points = Array.from({ length: 240 }, (_, i) => ({
    atMs: NOW - (240 - i) * MINUTE,
    bytes: (12_000 + i) * 1024 ** 2,
    load: 4,
  }));
  const facts = { nowMs: NOW, limitBytes: TOTAL, reservedBytes: 11_000 * 1024 ** 2, quantumBytes: null, restarts: [] };
  return judgeMemory(points, facts);
}

let database: TestDatabase;
const at = (nowMs: number): ServiceContext => serviceContext(database.pool, nowMs);
let ids: number[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const readings = ['a', 'b'].map((letter) => gpu(`${letter}0000000-0000-4000-8000-000000000001`));
  const settings = { ...SETTINGS, name: 'gpu-01', source: 'nvidia-gpu-exporter' as const };
  await pushPolls(database.pool, settings, [
    { atMs: NOW - 5000, readings },
    { atMs: NOW, readings },
  ]);
  const { rows } = await database.pool.query<{ id: number }>('SELECT id FROM subject ORDER BY key');
  ids = rows.map((row) => row.id);
  const grower = { pid: '7', name: 'python', growthBytes: 2e8 };
  const attribution = { grower: { ...grower, share: 0.9 }, processes: [grower], unattributedBytes: 1e7 };
  const judgement = leaking();
  await saveMemoryVerdicts(database.pool, [{ subjectId: ids[0] ?? -1, judgedAtMs: NOW, judgement, attribution }]);
});
afterAll(() => database.drop());

describe('the memory of a subject', () => {
  it('comes with the verdict and all its evidence', async () => {
    const view = MemoryView.parse(await getSubjectMemory(at(NOW), ids[0] ?? -1));
    expect(view).toMatchObject({ judgedAtMs: NOW, isOld: false, totalBytes: TOTAL, leak: leaking() });
    expect(view.leak?.verdict).toBe('leak');
    expect(view.attribution?.grower?.name).toBe('python');
  });
  it('is said to be old when it is', async () => {
    expect(await getSubjectMemory(at(NOW + 16 * MINUTE), ids[0] ?? -1)).toMatchObject({ isOld: true });
  });
  it('is unknown before the first judgement, and of nothing that is not there', async () => {
    expect(await getSubjectMemory(at(NOW), ids[1] ?? -1)).toMatchObject({ judgedAtMs: null, leak: null });
    await expect(getSubjectMemory(at(NOW), 9999)).rejects.toThrow('no subject 9999');
  });
});

describe('its signals', () => {
  const SIGNALS = 'vram_leak_verdict,vram_growth_rate,vram_time_to_limit,vram_engine_reserved,vram_above_reserved';
  const current = async (nowMs: number, id: number) =>
    (await currentValues(at(nowMs), { signals: SIGNALS, subject: [id] })).items;

  it('show what the newest verdict says', async () => {
    const [verdict, growth, left, reserved, above] = await current(NOW, ids[0] ?? -1);
    expect(verdict).toMatchObject({ value: codeOfWord('leak_verdict', 'leak'), atMs: NOW, reason: '' });
    expect(growth?.value).toBeCloseTo((60 * 1024 ** 2) / 3600, -2);
    expect(left?.value).toBeGreaterThan(100 * 3600);
    expect(reserved?.value).toBe(11_000 * 1024 ** 2);
    expect(above?.value).toBe(leaking().aboveReservedBytes);
  });
  it('are unknown with the reason', async () => {
    for (const item of await current(NOW, ids[1] ?? -1))
      expect(item).toMatchObject({ value: null, reason: 'not judged yet' });
    for (const item of await current(NOW + 16 * MINUTE, ids[0] ?? -1))
      expect(item).toMatchObject({ value: null, reason: 'the newest verdict is too old' });
  });
  it('have no history: gaps, not errors', async () => {
    const asked = { signals: SIGNALS, subject: ids, from: 'now-1h', to: 'now', points: 60, group: 'subject' as const };
    const { series } = await seriesOf(at(NOW), asked);
    expect(series).toHaveLength(10);
    expect(series.flatMap((line) => line.mean).every((value) => value === null)).toBe(true);
  });
  it('are what a rule under edit is tried on', async () => {
    const answer = await checkRule(at(NOW + 1000), { expr: 'vram_leak_verdict = leak' });
    expect(JSON.stringify(answer)).toContain('"holds":true');
  });
});
