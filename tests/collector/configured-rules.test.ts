import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Configuration } from '#lib/collector/configuration.ts';
import { createLog } from '#lib/collector/log.ts';
import { createPrisma } from '#lib/db/prisma.ts';
import { loadRules } from '#lib/db/rules.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { loadSetting } from '#lib/db/settings.ts';
import { TargetStore } from '#lib/db/targets.ts';
import { BUILT_IN_RULES } from '#lib/rules/packs.ts';
import { channelStore } from '#tests/stored-alerts.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

let database: TestDatabase;
let folder: string;
let file: string;
const lines: string[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(os.tmpdir(), 'headroom-rules-'));
  file = path.join(folder, 'headroom.yaml');
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

/** Applies texts as the whole configuration, one after the other; answers the ids of the rules by where they come from. */
async function apply(...texts: readonly string[]): Promise<{ pack: number; file: string[] }> {
  const configuration = new Configuration({
    file,
    pool: database.pool,
    targets: new TargetStore(createPrisma(database.pool), createSecretBox('test')),
    channels: channelStore(database.pool),
    log: createLog('test', (line) => lines.push(line)),
    clock: () => 1_795_348_800_000,
    onChange: () => {},
  });
  for (const text of texts) {
    await writeFile(file, text);
    await configuration.reload();
  }
  await configuration.stop();
  const rules = await loadRules(database.pool);
  return {
    pack: rules.filter((stored) => stored.origin === 'pack').length,
    file: rules.filter((stored) => stored.origin === 'file').map((stored) => stored.rule.id),
  };
}

it('a faulty file at the first start still brings the packs', async () => {
  expect(await apply('rules: {custom: [{id: A, expr: nonsense > 1}]}')).toEqual({
    pack: BUILT_IN_RULES.length,
    file: [],
  });
  expect(lines.join('\n')).toMatch(/rules\.custom\[0\]\.expr: position 1/);
});

it('a file that is being written, at this moment empty, removes nothing', async () => {
  await apply('targets: [{name: a, url: "http://127.0.0.1:9/m"}]');
  await apply('');
  expect(lines.join('\n')).toMatch(/the last good one stays: .*the file is empty/);
  const { rows } = await database.pool.query('SELECT name FROM target WHERE removed_at IS NULL');
  expect(rows).toEqual([{ name: 'a' }]);
});

it('health tells since when the last good one stays', async () => {
  await apply('targets: []', 'targets: [{name: a, urll: x}]');
  expect(await loadSetting(database.pool, 'config')).toEqual({
    file,
    loadedAtMs: 1_795_348_800_000,
    error: expect.stringMatching(/targets\[0\]\.urll: unknown key; did you mean url\?/),
  });
});

it('a discovery entry that fails is shown in health until it works', async () => {
  const list = path.join(folder, 'list.json');
  await writeFile(list, '[{"targets": "gpu-01"}]');
  await apply('discovery: [{file: list.json}]');
  const faults = async () => (await loadSetting(database.pool, 'sourceFaults')) ?? [];
  expect(await faults()).toEqual([
    { from: 'list.json', error: expect.stringMatching(/expected \[.*its last targets stay/) },
  ]);
  await writeFile(list, '[{"targets": ["gpu-01:8000"]}]');
  await apply('discovery: [{file: list.json}]');
  expect(await faults()).toEqual([]);
});

it('rules follow the file: packs, new ones, and those that are gone', async () => {
  const reports = BUILT_IN_RULES.filter((rule) => rule.pack === 'reports').length;
  const custom = 'custom: [{id: A, expr: queue_depth > 1}, {id: B, expr: queue_depth > 2}]';
  expect(await apply(`rules: {packs: [reports], ${custom}}`)).toEqual({ pack: reports, file: ['A', 'B'] });
  expect(await apply('rules: {custom: [{id: B, expr: queue_depth > 3}]}')).toEqual({
    pack: BUILT_IN_RULES.length,
    file: ['B'],
  });
  expect(await apply('rules: {custom: [{id: C, expr: oops}]}')).toEqual({ pack: BUILT_IN_RULES.length, file: ['B'] });
});
