import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Matcher, matches } from '#lib/alerts/matchers.ts';
import { AlertGroupsQuery } from '#lib/api/alert-groups.ts';
import { AlertFilter, AlertsQuery } from '#lib/api/alerts.ts';
import { countMatches } from '#lib/db/match-counts.ts';
import { enqueueNotifications } from '#lib/db/notifications.ts';
import { inTransaction } from '#lib/db/pool.ts';
import { ackBulk } from '#lib/service/ack-alerts.ts';
import { ackOne, assignOne, noteOne, unackOne } from '#lib/service/act-on-alert.ts';
import { getAlertView } from '#lib/service/alert-detail.ts';
import { groupAlertViews } from '#lib/service/alert-groups.ts';
import { listAlertViews } from '#lib/service/alerts.ts';
import { createSilence } from '#lib/service/silences.ts';
import { ANNA, alertOf, KIM, storeAlerts } from '#tests/alert-rows.ts';
import { engineReading, pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { addChannel } from '#tests/stored-alerts.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const NOW = 1_795_348_800_000;
const HOUR = 3_600_000;

let database: TestDatabase;
let targetIds: number[];
beforeAll(async () => {
  database = await createTestDatabase();
  targetIds = [];
  for (const name of ['a', 'b', 'c', 'd'])
    targetIds.push(
      await pushPolls(database.pool, { ...SETTINGS, name }, [{ atMs: NOW - 5000, readings: [engineReading({})] }]),
    );
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('TRUNCATE alert, silence, maintenance, audit RESTART IDENTITY CASCADE');
});

const at = (nowMs: number) => serviceContext(database.pool, nowMs);
const list = (query: object = {}, nowMs = NOW) => listAlertViews(at(nowMs), AlertsQuery.parse(query));
const ids = (answer: { items: { id: number }[] }) => answer.items.map((item) => item.id);
const store = (...parts: Omit<Parameters<typeof alertOf>[1], 'targetId'>[]) =>
  storeAlerts(
    database.pool,
    parts.map((part, i) => alertOf(NOW - HOUR, { targetId: targetIds[i] ?? 0, ...part })),
  );

const RESOLVED = { resolvedAtMs: NOW - 60_000, endReason: 'recovered', resolvedValue: 0.5 } as const;

describe('the list', () => {
  it('shows open alerts by default, the severe ones first, and counts all that the filter selects', async () => {
    const [info, critical, pending] = await store(
      { severity: 'info' },
      { severity: 'critical' },
      { severity: 'critical', episode: { firedAtMs: null } },
      { episode: RESOLVED },
    );
    const answer = await list({ limit: '2' });
    expect(ids(answer)).toEqual([critical, pending]);
    expect(answer.counts).toEqual({ total: 3, firing: 2, unacked: 2, bySeverity: { info: 1, critical: 2 } });
    const rest = await list({ limit: '2', cursor: answer.nextCursor });
    expect(ids(rest)).toEqual([info]);
    expect(rest.nextCursor).toBeNull();
  });

  it('finds what fired last night, without what never fired', async () => {
    const [resolved] = await store(
      { episode: RESOLVED },
      { episode: { ...RESOLVED, firedAtMs: null, endReason: 'not-fired' } },
    );
    expect(ids(await list({ state: 'resolved' }))).toEqual([resolved]);
    expect(ids(await list({ from: 'now-2h' }))).toEqual([resolved]);
    expect(ids(await list({ from: String(NOW - 30_000) }))).toEqual([]);
    expect(ids(await list({ to: 'now-2h' }))).toEqual([]);
  });

  it('filters by severity, rule, target, owner and matchers', async () => {
    const [one, two] = await store({ severity: 'critical' }, { ruleId: 'Other', labels: { host: 'gpu-02' } });
    expect(ids(await list({ severity: 'critical,info' }))).toEqual([one]);
    expect(ids(await list({ rule: 'Other' }))).toEqual([two]);
    expect(ids(await list({ target: String(targetIds[1]) }))).toEqual([two]);
    expect(ids(await list({ match: 'host=gpu-0*, host!=gpu-01' }))).toEqual([two]);
    await assignOne(at(NOW), ANNA, two!, { owner: 'Kim' });
    expect(ids(await list({ owner: 'Kim' }))).toEqual([two]);
    await expect(list({ match: 'host' })).rejects.toThrow(/expected label=value/);
    await expect(list({ from: 'yesterday' })).rejects.toThrow(/is not a time/);
    await expect(list({ cursor: 'x' })).rejects.toThrow(/cursor/);
  });

  it('tells why each is quiet, and filters by it as it tells', async () => {
    const [muted, acked, inhibited, open] = await store({ labels: { host: 'x' } }, {}, {}, {});
    await ackOne(at(NOW), ANNA, acked!, { note: 'looking' });
    await database.pool.query('UPDATE alert SET inhibited_by = $2 WHERE id = $1', [inhibited, open]);
    await createSilence(at(NOW), KIM, {
      matchers: [{ label: 'host', op: '=', value: 'x' }],
      reason: 'known',
      endsAtMs: NOW + HOUR,
    });
    const answer = await list();
    const states = Object.fromEntries(answer.items.map((item) => [item.id, item.handling.state]));
    expect(states).toEqual({ [muted!]: 'muted', [acked!]: 'acked', [inhibited!]: 'inhibited', [open!]: 'open' });
    expect(answer.items.find((item) => item.id === acked)?.handling.reason).toBe('acknowledged by Anna: looking');
    expect(answer.items.find((item) => item.id === inhibited)?.handling).toMatchObject({ by: 'alert', id: open });
    for (const item of answer.items) expect(ids(await list({ handling: item.handling.state }))).toEqual([item.id]);
    expect(answer.counts.unacked).toBe(1);
  });

  it('matches in the database as in memory', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '%', '_', '\\', 'é', '\n'), maxLength: 6 });
    const matcher = fc.record<Matcher>({
      label: fc.constantFrom('host', 'none'),
      op: fc.constantFrom('=', '!='),
      value: text,
    });
    await fc.assert(
      fc.asyncProperty(text, fc.array(matcher, { maxLength: 3 }), async (host, matchers) => {
        await database.pool.query('TRUNCATE alert CASCADE');
        await store({ labels: { host } });
        expect(await countMatches(database.pool, [matchers])).toEqual([Number(matches(matchers, { host }))]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('groups', () => {
  it('are counted over everything that the filter selects, with the labels that all of a group share', async () => {
    const labels = (host: string, gpu: string) => ({ host, gpu, cluster: 'eu', rule: 'R' });
    await store(
      { labels: labels('gpu-01', '0'), severity: 'critical' },
      { labels: labels('gpu-01', '1') },
      { labels: labels('gpu-02', '0') },
      { labels: { rule: 'R' }, severity: 'info' },
    );
    const groups = async (query: object) =>
      (await groupAlertViews(at(NOW), AlertGroupsQuery.parse(query))).items.toSorted((a, b) =>
        a.key < b.key ? -1 : 1,
      );
    expect(await groups({ by: 'host' })).toEqual([
      { key: '', total: 1, bySeverity: { info: 1 }, common: { rule: 'R' } },
      {
        key: 'gpu-01',
        total: 2,
        bySeverity: { critical: 1, warning: 1 },
        common: { host: 'gpu-01', cluster: 'eu', rule: 'R' },
      },
      { key: 'gpu-02', total: 1, bySeverity: { warning: 1 }, common: labels('gpu-02', '0') },
    ]);
    expect(await groups({ by: 'host', severity: 'critical' })).toMatchObject([{ key: 'gpu-01', total: 1 }]);
    expect(await groups({ by: 'rule', match: 'cluster=eu' })).toMatchObject([{ key: 'KvCacheFull', total: 3 }]);
    expect((await groups({ by: 'target' })).map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('an ack', () => {
  it('and its end are in the outbox of each channel that was told, with the change itself', async () => {
    const channelId = await addChannel(database.pool, { kind: 'webhook', url: 'http://127.0.0.1:1/hook' });
    const [id = 0] = await store({ severity: 'critical' });
    await inTransaction(database.pool, (client) => enqueueNotifications(client, [id], NOW - HOUR));
    await ackOne(at(NOW), ANNA, id, { note: 'looking' });
    await unackOne(at(NOW + 1000), ANNA, id, {});
    const { rows } = await database.pool.query(
      'SELECT kind FROM delivery WHERE channel_id = $1 ORDER BY created_at_ms',
      [channelId],
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['firing', 'acked', 'unacked']);
    await database.pool.query('DELETE FROM channel');
  });
});

describe('acknowledge', () => {
  it('of two people at once one wins, the other sees who and when', async () => {
    const [id] = await store({});
    const results = await Promise.allSettled([
      ackOne(at(NOW), ANNA, id!, { note: 'mine', version: 1 }),
      ackOne(at(NOW), KIM, id!, { note: 'mine', version: 1 }),
    ]);
    const lost = results.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    const won = results.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect([won.length, lost.length]).toEqual([1, 1]);
    expect(lost[0]).toMatchObject({ code: 'conflict', message: `acked by ${won[0]?.ack?.by} 0 ms ago: mine` });
    expect(lost[0].errors).toContainEqual({ path: 'ackedBy', message: won[0]?.ack?.by });
    const { rows } = await database.pool.query("SELECT count(*) AS n FROM alert_event WHERE kind = 'acked'");
    expect(rows[0]?.n).toBe(1);
  });

  it('of a resolved alert is refused with the time, and opens nothing again', async () => {
    const [id] = await store({ episode: RESOLVED });
    await expect(ackOne(at(NOW), ANNA, id!, { note: '' })).rejects.toThrow(
      /^already resolved at 2026-11-22T\S+Z, 1 min ago$/,
    );
    expect((await getAlertView(at(NOW), id!)).state).toBe('resolved');
  });

  it('with a stale version says what happened meanwhile', async () => {
    const [id] = await store({});
    await database.pool.query('UPDATE alert SET version = 2 WHERE id = $1', [id]);
    await database.pool.query("INSERT INTO alert_event (alert_id, at_ms, kind) VALUES ($1, $2, 'no-data')", [
      id,
      NOW - 8000,
    ]);
    await expect(ackOne(at(NOW), ANNA, id!, { note: '', version: 1 })).rejects.toThrow(
      'it has changed meanwhile: no-data 8 s ago',
    );
  });

  it('can be given again once it has expired, and replaced by who has seen it', async () => {
    const [id] = await store({});
    await ackOne(at(NOW), ANNA, id!, { note: '', untilMs: NOW + 60_000 });
    await expect(ackOne(at(NOW + 30_000), KIM, id!, { note: '' })).rejects.toThrow(/acked by Anna 30 s ago/);
    const again = await ackOne(at(NOW + 60_000), KIM, id!, { note: 'still' });
    expect(again.ack).toMatchObject({ by: 'Kim', note: 'still', untilMs: null });
    const replaced = await ackOne(at(NOW + 61_000), ANNA, id!, { note: 'over to me', version: again.version });
    expect(replaced.ack?.by).toBe('Anna');
    await expect(ackOne(at(NOW), ANNA, id!, { note: '', untilMs: NOW - 1 })).rejects.toThrow(/in the past/);
  });

  it('is taken back, noted and assigned, each in the timeline and the audit', async () => {
    const [id] = await store({});
    await ackOne(at(NOW), ANNA, id!, { note: 'mine', remindEveryMs: 60_000 });
    await noteOne(at(NOW + 1), KIM, id!, { note: 'restarted it' });
    await unackOne(at(NOW + 2), ANNA, id!, {});
    await assignOne(at(NOW + 3), KIM, id!, { owner: null });
    await expect(unackOne(at(NOW + 4), ANNA, id!, {})).rejects.toThrow('nobody has acknowledged it');
    const view = await getAlertView(at(NOW + 5), id!);
    expect(view.timeline.map(({ kind, actor, text }) => [kind, actor, text])).toEqual([
      ['pending', null, ''],
      ['firing', null, ''],
      ['acked', 'Anna', 'mine'],
      ['note', 'Kim', 'restarted it'],
      ['unacked', 'Anna', ''],
      ['assigned', 'Kim', 'nobody'],
    ]);
    expect(view).toMatchObject({ ack: null, owner: null, handling: { state: 'open' } });
    const { rows } = await database.pool.query('SELECT action, actor FROM audit ORDER BY id');
    expect(rows.map((row) => row.action)).toEqual(['alert.acked', 'alert.note', 'alert.unacked', 'alert.assigned']);
    await expect(noteOne(at(NOW), KIM, 999, { note: 'x' })).rejects.toThrow('no alert 999');
  });

  it('in bulk skips what is resolved or acknowledged, by ids and by filter', async () => {
    const [a, b, c] = await store({}, {}, { episode: RESOLVED }, { severity: 'critical' });
    await ackOne(at(NOW), ANNA, a!, { note: 'first' });
    expect(await ackBulk(at(NOW), KIM, { ids: [a!, b!, c!, 999], note: 'all' })).toEqual({ acked: 1, skipped: 3 });
    const filter = AlertFilter.parse({ severity: 'critical' });
    expect(await ackBulk(at(NOW), KIM, { filter, note: 'rest' })).toEqual({ acked: 1, skipped: 0 });
    const answer = await list();
    expect(answer.items.map((item) => item.ack?.note).toSorted()).toEqual(['all', 'first', 'rest']);
    expect((await getAlertView(at(NOW), b!)).timeline.at(-1)).toMatchObject({
      kind: 'acked',
      actor: 'Kim',
      text: 'all',
    });
  });
});

describe('one alert', () => {
  it('shows evidence, earlier episodes with their notes, and neighbours', async () => {
    const [earlier] = await store({
      episode: { ...RESOLVED, pendingSinceMs: NOW - 9 * HOUR, firedAtMs: NOW - 9 * HOUR },
    });
    await noteOne(at(NOW), ANNA, earlier!, { note: 'a batch job' });
    const [id, near, , far] = await store(
      {},
      { ruleId: 'Other', episode: { firedAtMs: NOW - HOUR + 300_000 } },
      { ruleId: 'Else', labels: { host: 'far' } },
      { ruleId: 'Late', episode: { firedAtMs: NOW - 1, pendingSinceMs: NOW - 1 } },
    );
    const view = await getAlertView(at(NOW), id!);
    expect(view.evidence).toEqual({ fromMs: view.pendingSinceMs - HOUR, toMs: NOW });
    expect(view.earlier).toMatchObject([{ id: earlier, notes: ['a batch job'] }]);
    expect(view.neighbours.map((each) => each.id)).toEqual([near]);
    expect(far).toBeDefined();
    expect(view.headline).toBe('KV cache nearly full: KV cache used 98%, limit 90% on qwen-a');
  });

  it('says what happens next', async () => {
    const [pending, recovering, firing] = await store(
      { episode: { firedAtMs: null, pendingSinceMs: NOW - 30_000 } },
      { episode: { recoveringSinceMs: NOW - 60_000 } },
      {},
    );
    expect((await getAlertView(at(NOW), pending!)).next).toMatch(/^fires in 30 s \(\d\d:\d\d UTC\) if/);
    expect((await getAlertView(at(NOW), recovering!)).next).toMatch(/^resolves in 1 min/);
    await ackOne(at(NOW), ANNA, firing!, { note: '', untilMs: NOW + HOUR, remindEveryMs: 600_000 });
    expect((await getAlertView(at(NOW + 60_000), firing!)).next).toMatch(
      /^reminds in 9 min .*; the ack expires in 59 min/,
    );
  });

  it('changes nothing by being looked at', async () => {
    const [id] = await store({});
    const snapshot = async () => (await database.pool.query('SELECT * FROM alert')).rows;
    const before = await snapshot();
    await getAlertView(at(NOW), id!);
    await list();
    expect(await snapshot()).toEqual(before);
  });
});
