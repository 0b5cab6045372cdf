import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RuleInput, RulePatch } from '#lib/api/rules.ts';
import { loadRules, syncRules } from '#lib/db/rules.ts';
import { BUILT_IN_RULES } from '#lib/rules/packs.ts';
import { checkRule } from '#lib/service/check-rule.ts';
import { createRule, deleteRule, patchRule } from '#lib/service/edit-rule.ts';
import { exportRules } from '#lib/service/export-rules.ts';
import { importRules } from '#lib/service/import-rules.ts';
import { getRuleView, listRuleViews } from '#lib/service/rules.ts';
import { ruleOf } from '#tests/alert-harness.ts';
import { ANNA, KIM } from '#tests/alert-rows.ts';
import { engineReading, pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const NOW = 1_795_348_800_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await syncRules(database.pool, 'pack', BUILT_IN_RULES, NOW);
  await syncRules(database.pool, 'file', [ruleOf({ id: 'FromFile', expr: 'queue_depth > 3' })], NOW);
  const readings = [engineReading({ gauges: { kv_usage_ratio: 0.97, waiting_requests: 2 } })];
  await pushPolls(database.pool, SETTINGS, [{ atMs: NOW - 2000, readings }]);
});
afterAll(() => database.drop());
const at = (nowMs = NOW) => serviceContext(database.pool, nowMs);
const input = (parts: object) => RuleInput.parse(parts);
const patch = (parts: object) => RulePatch.parse(parts);

describe('rules', () => {
  it('of the packs are there, and all can be evaluated', async () => {
    const { items } = await listRuleViews(at());
    expect(items.length).toBe(BUILT_IN_RULES.length + 1);
    expect(items.filter((item) => item.error !== null)).toEqual([]);
  });

  it('of a pack change only in what is named, and can be put back', async () => {
    const before = await getRuleView(at(), 'VramCritical');
    const changed = await patchRule(at(), ANNA, 'VramCritical', patch({ for: '2m', version: before.version }));
    expect(changed).toMatchObject({ ...before, forMs: 120_000, changed: true, changedBy: 'Anna', version: 2 });
    await expect(patchRule(at(NOW + 8000), KIM, 'VramCritical', patch({ for: 0, version: 1 }))).rejects.toThrow(
      /was changed by Anna 8 s ago/,
    );
    const off = await patchRule(at(), KIM, 'VramCritical', patch({ enabled: false }));
    expect(off).toMatchObject({ enabled: false, forMs: 120_000 });
    await syncRules(database.pool, 'pack', BUILT_IN_RULES, NOW);
    expect(await getRuleView(at(), 'VramCritical')).toMatchObject({ enabled: false, forMs: 120_000 });
    const reset = await patchRule(at(), KIM, 'VramCritical', patch({ reset: true }));
    expect(reset).toMatchObject({ enabled: true, forMs: before.forMs, changed: false, changedBy: null });
    await expect(deleteRule(at(), KIM, 'VramCritical')).rejects.toThrow(/turn it off instead/);
  });

  it('of the file are changed there', async () => {
    await expect(patchRule(at(), KIM, 'FromFile', patch({ for: 0 }))).rejects.toThrow(/configuration file/);
    await expect(deleteRule(at(), KIM, 'FromFile')).rejects.toThrow(/configuration file/);
  });

  it('of a person are made, changed and removed; faults name the position', async () => {
    const made = await createRule(at(), ANNA, input({ id: 'Mine', expr: 'queue_depth > 5', for: '1m' }));
    expect(made).toMatchObject({
      ...{ scope: 'engine', title: 'Mine', origin: 'user', forMs: 60_000, changed: false },
      thresholds: [{ signal: 'queue_depth', op: '>', value: 5, profile: 'relative' }],
      now: { firing: 0, pending: 0, unknown: 0, subjects: 1 },
    });
    await expect(createRule(at(), KIM, input({ id: 'Mine', expr: 'queue_depth > 5' }))).rejects.toThrow(
      /exists already/,
    );
    const changed = await patchRule(at(), KIM, 'Mine', patch({ expr: 'queue_depth > 7', severity: 'critical' }));
    expect(changed).toMatchObject({ expr: 'queue_depth > 7', severity: 'critical', forMs: 60_000, changedBy: 'Kim' });
    await expect(patchRule(at(), KIM, 'Mine', patch({ expr: 'queue_dept > 7' }))).rejects.toThrow(
      /expr: position 1: .*did you mean queue_depth/,
    );
    await expect(patchRule(at(), KIM, 'Mine', patch({ reset: true }))).rejects.toThrow(/only a rule of a pack/);
    await deleteRule(at(), KIM, 'Mine');
    await expect(getRuleView(at(), 'Mine')).rejects.toThrow('no rule Mine');
  });
});

describe('a live check', () => {
  it('reads the expression back and says what it gives now', async () => {
    const answer = await checkRule(at(), { expr: 'kv_cache_utilization>0.9 and queue_depth>0' });
    expect(answer).toMatchObject({
      ...{ ok: true, scope: 'engine', canonical: 'kv_cache_utilization > 0.9 and queue_depth > 0' },
      now: [{ holds: true, value: 0.97, limit: 0.9, unit: 'ratio', unknown: [] }],
    });
    expect(answer.promql).toContain('kv_cache_usage_perc');
  });

  it('says unknown where nothing is measured', async () => {
    const answer = await checkRule(at(), { expr: 'ttft_p99 > 2s' });
    expect(answer.now).toMatchObject([{ holds: null, value: null, unknown: ['ttft_p99'] }]);
  });

  it('knows the polls of targets', async () => {
    const answer = await checkRule(at(), { expr: 'target_up = no', scope: 'target' });
    expect(answer.now).toMatchObject([{ subject: null, name: 'engine-a', holds: false, value: 1 }]);
  });

  it('points at what is wrong', async () => {
    const answer = await checkRule(at(), { expr: 'queue_depth > 1 and kv_cache_utilisation > 90%' });
    expect(answer).toMatchObject({ ok: false, errors: [{ position: 20, nearest: 'kv_cache_utilization' }], now: [] });
  });
});

describe('export and import', () => {
  it('names what has no counterpart and keeps the rest', async () => {
    const yaml = await exportRules(database.pool, { format: 'prometheus', profile: 'relative' });
    expect(yaml).toContain('alert: FromFile');
    expect(await exportRules(database.pool, { format: 'headroom', profile: 'relative' })).toContain('id: FromFile');
  });

  it('stores nothing in a dry run, and never overwrites', async () => {
    const yaml = `groups:
- name: x
  rules:
  - {alert: Waiting, expr: 'vllm:num_requests_waiting > 10', for: 5m, labels: {severity: critical}}
  - {alert: FromFile, expr: 'vllm:num_requests_waiting > 10'}
  - {alert: Odd, expr: 'absent(foo)'}
`;
    const dry = await importRules(at(), ANNA, { yaml, dryRun: true });
    expect(dry.imported).toMatchObject([{ id: 'Waiting', expr: 'queue_depth > 10' }]);
    expect(dry.refused.map((each) => each.name).toSorted()).toEqual(['FromFile', 'Odd']);
    expect((await loadRules(database.pool)).some((stored) => stored.rule.id === 'Waiting')).toBe(false);
    await importRules(at(), ANNA, { yaml, dryRun: false });
    expect(await getRuleView(at(), 'Waiting')).toMatchObject({ origin: 'user', forMs: 300_000, severity: 'critical' });
    expect((await importRules(at(), ANNA, { yaml, dryRun: false })).imported).toEqual([]);
  });
});
