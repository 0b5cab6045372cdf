import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MaintenanceInput, MaintenancePatch } from '#lib/api/silences.ts';
import {
  createMaintenance,
  deleteMaintenance,
  listMaintenanceViews,
  patchMaintenance,
} from '#lib/service/maintenance.ts';
import { createSilence, finishSilence, listSilenceViews, previewSilence } from '#lib/service/silences.ts';
import { ANNA, alertOf, KIM, storeAlerts } from '#tests/alert-rows.ts';
import { engineReading, pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const NOW = 1_795_348_800_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HOST = [{ label: 'host', op: '=' as const, value: 'gpu-*' }];

let database: TestDatabase;
let targetId: number;
beforeAll(async () => {
  database = await createTestDatabase();
  targetId = await pushPolls(database.pool, SETTINGS, [{ atMs: NOW, readings: [engineReading({})] }]);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('TRUNCATE alert, silence, maintenance, audit RESTART IDENTITY CASCADE');
});
const at = (nowMs: number) => serviceContext(database.pool, nowMs);

describe('silences', () => {
  it('tell what they hit, and which have matched nothing for a day', async () => {
    await storeAlerts(database.pool, [alertOf(NOW - HOUR, { targetId })]);
    const used = await createSilence(at(NOW), ANNA, { matchers: HOST, reason: 'known', endsAtMs: NOW + 3 * DAY });
    const idle = [{ label: 'host', op: '=' as const, value: 'gone' }];
    await createSilence(at(NOW), ANNA, { matchers: idle, reason: 'old', endsAtMs: NOW + 3 * DAY });
    expect(used).toMatchObject({ author: 'Anna', state: 'active', hits: 1, unused: false, matchersText: 'host=gpu-*' });
    const past = { resolvedAtMs: NOW + HOUR, endReason: 'recovered' as const };
    await storeAlerts(database.pool, [alertOf(NOW, { targetId, ruleId: 'B', labels: { host: 'b' }, episode: past })]);
    const helped = [{ label: 'host', op: '=' as const, value: 'b' }];
    await createSilence(at(NOW), ANNA, { matchers: helped, reason: 'helped today', endsAtMs: NOW + 3 * DAY });
    const { items } = await listSilenceViews(at(NOW + DAY));
    expect(items.map(({ reason, hits, unused }) => [reason, hits, unused])).toEqual([
      ['helped today', 0, false],
      ['old', 0, true],
      ['known', 1, false],
    ]);
  });

  it('end by themselves or by a person, whose name stays', async () => {
    const { id } = await createSilence(at(NOW), ANNA, { matchers: HOST, reason: 'x', endsAtMs: NOW + HOUR });
    await finishSilence(at(NOW + 1000), KIM, id);
    await expect(finishSilence(at(NOW + 2000), KIM, id)).rejects.toThrow(/has ended already/);
    await expect(finishSilence(at(NOW), KIM, 99)).rejects.toThrow('no silence 99');
    const { items } = await listSilenceViews(at(NOW + 1000));
    expect(items[0]).toMatchObject({ state: 'ended', endedBy: 'Kim', endsAtMs: NOW + 1000 });
    const { rows } = await database.pool.query('SELECT actor, action FROM audit ORDER BY id');
    expect(rows).toEqual([
      { actor: 'Anna', action: 'silence.create' },
      { actor: 'Kim', action: 'silence.end' },
    ]);
  });

  it.each([
    [{ endsAtMs: NOW }, /must be after the start/],
    [{ startsAtMs: NOW + 2 * HOUR, endsAtMs: NOW + HOUR }, /must be after the start/],
    [{ endsAtMs: NOW + 91 * DAY }, /more than 90 days/],
  ])('are refused %#', async (times, message) => {
    await expect(createSilence(at(NOW), ANNA, { matchers: HOST, reason: 'x', ...times })).rejects.toThrow(message);
  });

  it('preview shows what they would hit now and hit last week, and store nothing', async () => {
    await storeAlerts(database.pool, [
      alertOf(NOW - HOUR, { targetId }),
      alertOf(NOW - 2 * DAY, { targetId, ruleId: 'B', episode: { resolvedAtMs: NOW - DAY, endReason: 'recovered' } }),
      alertOf(NOW - 8 * DAY, {
        targetId,
        ruleId: 'C',
        episode: { resolvedAtMs: NOW - 8 * DAY, endReason: 'recovered' },
      }),
    ]);
    const preview = await previewSilence(at(NOW), { matchers: HOST });
    expect(preview).toMatchObject({ now: 1, lastWeek: 2, alerts: [{ rule: 'KvCacheFull' }] });
    expect((await listSilenceViews(at(NOW))).items).toEqual([]);
  });
});

describe('maintenance windows', () => {
  const weekly = MaintenanceInput.parse({
    title: 'Sunday patching',
    matchers: 'host=gpu-*',
    schedule: { kind: 'weekly', timeZone: 'Europe/Berlin', days: [7], start: '02:00', minutes: 120 },
  });

  it('open in their time zone, count their hits, and change without losing what was not named', async () => {
    await storeAlerts(database.pool, [alertOf(NOW - HOUR, { targetId })]);
    const sunday = Date.UTC(2026, 10, 22, 1, 30);
    const made = await createMaintenance(at(sunday), ANNA, weekly);
    expect(made).toMatchObject({ openUntilMs: Date.UTC(2026, 10, 22, 3, 0), hits: 1, author: 'Anna' });
    const off = await patchMaintenance(at(sunday), KIM, made.id, MaintenancePatch.parse({ enabled: false }));
    expect(off).toMatchObject({ enabled: false, openUntilMs: null, hits: 0, title: 'Sunday patching' });
    const renamed = await patchMaintenance(at(sunday), KIM, made.id, MaintenancePatch.parse({ title: 'Patching' }));
    expect(renamed).toMatchObject({ title: 'Patching', enabled: false });
    await deleteMaintenance(at(sunday), KIM, made.id);
    expect((await listMaintenanceViews(at(sunday))).items).toEqual([]);
    await expect(deleteMaintenance(at(sunday), KIM, made.id)).rejects.toThrow(/no maintenance window/);
  });

  it('of one time are refused when they are over', async () => {
    const schedule = { kind: 'once' as const, startsAtMs: NOW - 2 * HOUR, endsAtMs: NOW - HOUR };
    await expect(createMaintenance(at(NOW), ANNA, { ...weekly, schedule })).rejects.toThrow(/in the past/);
  });
});
