import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beat, releaseLeases, releaseLeasesOfDead, renewLeases } from '#lib/db/leases.ts';
import { createPrisma } from '#lib/db/prisma.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { TargetStore } from '#lib/db/targets.ts';
import { SETTINGS } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

let database: TestDatabase;
let store: TargetStore;
beforeAll(async () => {
  database = await createTestDatabase();
  store = new TargetStore(createPrisma(database.pool), createSecretBox('test'));
  for (let i = 0; i < 10; i++) await store.create({ ...SETTINGS, name: `t${i}` }, 'api');
});
afterAll(() => database.drop());

const alive = (id: string) => beat(database.pool, { id, host: 'h', pid: 1, startedAtMs: 0, stats: {} });
const lease = async (id: string) => new Set((await renewLeases(database.pool, id)).map((held) => held.targetId));

describe('collectors share the targets', () => {
  it('one alone takes all', async () => {
    await alive('a');
    expect((await lease('a')).size).toBe(10);
  });

  it('a second one gets its half after the next renewal of the first, and no target has two', async () => {
    await alive('b');
    expect((await lease('b')).size).toBe(0);
    const a = await lease('a');
    const b = await lease('b');
    expect([a.size, b.size]).toEqual([5, 5]);
    expect([...a].filter((id) => b.has(id))).toEqual([]);
  });

  it('what a dead one held is taken when its lease is over, with a new fence', async () => {
    await database.pool.query("UPDATE target_lease SET until = now() - interval '1 s' WHERE holder = 'b'");
    await database.pool.query("DELETE FROM collector WHERE id = 'b'");
    const held = await renewLeases(database.pool, 'a');
    expect(held.length).toBe(10);
    expect(Math.max(...held.map((one) => Number(one.fence)))).toBeGreaterThan(1);
  });

  it('a paused target is nobody’s', async () => {
    const [target] = await store.list();
    if (target === undefined) throw new Error('no target');
    await store.update(target.id, target, true);
    expect((await lease('a')).has(target.id)).toBe(false);
  });

  it('an orderly stop lets go at once', async () => {
    await releaseLeases(database.pool, 'a');
    await alive('c');
    expect((await lease('c')).size).toBe(9);
  });

  it('the successor of a killed one takes its targets at once, and nobody else’s', async () => {
    const beside = (id: string, host: string, pid: number) =>
      beat(database.pool, { id, host, pid, startedAtMs: 0, stats: {} });
    await releaseLeases(database.pool, 'c');
    await beside('other host', 'h2', 7);
    await beside('killed', 'h', 7);
    expect((await lease('killed')).size).toBe(5);
    expect((await lease('other host')).size).toBe(4);
    expect(await releaseLeasesOfDead(database.pool, { host: 'h', pid: 7 })).toBe(1);
    await beside('successor', 'h', 8);
    expect((await lease('successor')).size).toBe(5);
    expect((await lease('other host')).size).toBe(4);
  });
});

describe('syncing targets of a file', () => {
  const named = (name: string, more: object = {}) => ({ ...SETTINGS, name, ...more });

  it('adds, changes and removes, and leaves unchanged rows alone', async () => {
    await store.sync('file', 'a.yaml', [named('x'), named('y')]);
    const before = (await store.list()).filter((target) => target.origin === 'file');
    const { changed } = await store.sync('file', 'a.yaml', [named('x'), named('y', { intervalMs: 9000 }), named('z')]);
    expect(changed).toBe(2);
    const after = (await store.list()).filter((target) => target.origin === 'file');
    expect(after.map((target) => target.name)).toEqual(['x', 'y', 'z']);
    expect(after[0]?.id).toBe(before[0]?.id);
    expect((await store.sync('file', 'a.yaml', [named('x')])).changed).toBe(2);
  });

  it('does not take a name from another origin', async () => {
    const { nameTaken } = await store.sync('file', 'a.yaml', [named('t1'), named('x')]);
    expect(nameTaken).toEqual(['t1']);
  });
});

describe('secrets', () => {
  it('are sealed in the table and come back for the poll', async () => {
    const auth = { kind: 'bearer', token: { text: 'canary-secret' } } as const;
    const created = await store.create({ ...SETTINGS, name: 'secret', auth }, 'api');
    const { rows } = await database.pool.query('SELECT auth::text AS text FROM target WHERE id = $1', [created.id]);
    expect(rows[0].text).not.toContain('canary-secret');
    expect((await store.find(created.id))?.auth).toEqual(auth);
  });
});
