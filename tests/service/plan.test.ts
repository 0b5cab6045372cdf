import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import {
  KvAnswer,
  KvBody,
  ModelInput,
  ModelList,
  PreflightAnswer,
  PreflightBody,
  ReportsAnswer,
} from '#lib/api/plan.ts';
import type { Reading } from '#lib/metrics/sample.ts';
import { planKvCache, planReports, preflight } from '#lib/service/plan.ts';
import { createModel, listModels, patchModel, removeModel } from '#lib/service/plan-models.ts';
import { ANNA } from '#tests/alert-rows.ts';
import { engineReading, pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const NOW = 1_795_348_800_000;
const GIB = 1024 ** 3;

const engine = (model: string, engineLabel: string, more: Partial<Parameters<typeof engineReading>[0]> = {}) =>
  engineReading({
    model,
    engine: engineLabel,
    gauges: { kv_usage_ratio: 0.5, kv_blocks: 6200, kv_block_tokens: 16, running_requests: 1 },
    attributes: { cache_dtype: 'auto', gpu_memory_utilization: '0.85' },
    ...more,
  });

const gpu = (uuid: string, gib: number): Reading => ({
  kind: 'gpu',
  uuid,
  mig: '',
  attributes: { index: uuid },
  gauges: { used_bytes: 20 * GIB, total_bytes: gib * GIB },
  counters: {},
  processes: null,
  origins: {},
  lazyCounters: false,
});

let database: TestDatabase;
let ids: Readonly<Record<string, number>> = {};
const at = (nowMs = NOW) => serviceContext(database.pool, nowMs);

beforeAll(async () => {
  database = await createTestDatabase();
  const poll = (name: string, host: string, readings: readonly Reading[]) =>
    pushPolls(database.pool, { ...SETTINGS, name, labels: { host } }, [
      { atMs: NOW - 5000, readings },
      { atMs: NOW, readings },
    ]);
  await poll('coder', 'gpu-01', [engine('Qwen/Qwen2.5-Coder-14B-Instruct-AWQ', '0')]);
  await poll('lonely', 'nowhere', [
    engine('our/secret-model', '0', { gauges: { running_requests: 1 }, attributes: {} }),
  ]);
  await poll('exporter', 'gpu-01', [gpu('a', 24), gpu('b', 16)]);
  const { rows } = await database.pool.query<{ id: number; name: string }>('SELECT id, name FROM subject');
  ids = Object.fromEntries(rows.map(({ id, name }) => [name.split(' · ').slice(0, 2).join(' '), id]));
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('TRUNCATE plan_model, audit RESTART IDENTITY');
});

const ask = async (body: object, nowMs = NOW) =>
  PreflightAnswer.parse(await preflight(at(nowMs), PreflightBody.parse(body)));
const askKv = async (body: object) => KvAnswer.parse(await planKvCache(at(), KvBody.parse(body)));
const coder = () => ids['coder Qwen/Qwen2.5-Coder-14B-Instruct-AWQ'] ?? -1;
const lonely = () => ids['lonely our/secret-model'] ?? -1;
type Figures = { readonly figures: PreflightAnswer['figures'] };
const pick = ({ figures }: Figures, id: string) => figures.find((figure) => figure.id === id);

test('batch 8192 on a 24 GB card gets the report’s sentence and the batch that fits', async () => {
  const card = { place: { card: 'rtx-3090' }, batch: 8192, tokensPerRequest: 512, bytesPerToken: 'report' };
  const answer = await ask(card);
  expect(answer).toMatchObject({
    verdict: 'does not fit',
    error: 'CUDA out of memory: batch needs 32.0GB but only 24.0GB available',
    fittingBatch: 4096,
    live: null,
  });
  expect(pick(answer, 'largest_batch')?.value).toBe(4915);
});

describe('on a live GPU', () => {
  it('the card is what was read of it, with the exporter as origin', async () => {
    const subject = ids['gpu-01 GPU b'] ?? -1;
    const answer = await ask({ place: { subject }, batch: 512, tokensPerRequest: 512, model: 'qwen2.5-0.5b' });
    const cap = pick(answer, 'cap');
    expect(cap?.value).toBe(0.8 * 16 * GIB);
    expect(cap?.inputs[1]?.origin).toEqual({ kind: 'gpu', text: 'read from GPU gpu-01 · GPU b', subject });
    expect(pick(answer, 'bytes_per_token')?.value).toBe(12_288);
    expect(answer.live?.read.map(({ name, value }) => [name, value])).toContainEqual(['VRAM used', 20 * GIB]);
  });
  it('what is free now is judged beside the rule, which counts the whole card', async () => {
    const subject = ids['gpu-01 GPU a'] ?? -1;
    const body = { place: { subject }, tokensPerRequest: 512, bytesPerToken: 'report' };
    const large = await ask({ ...body, batch: 2048 });
    expect(large).toMatchObject({ verdict: 'fits', fitsNow: false });
    expect(large.notes).toEqual([
      '20 GiB of the card are in use now: 8.0GB do not fit into the 4.0GB that are free. The pre-flight rule counts the whole card.',
    ]);
    expect((await ask({ ...body, batch: 512 })).fitsNow).toBe(true);
  });
  it('an unread card is unknown, with the reason, and not the last value', async () => {
    const subject = ids['gpu-01 GPU a'] ?? -1;
    const body = { place: { subject }, batch: 512, tokensPerRequest: 512, bytesPerToken: 'report' };
    const answer = await ask(body, NOW + 3_600_000);
    expect(answer.verdict).toBe('unknown');
    expect(answer.sentence).toMatch(/^Whether it fits is not known: card memory is unknown \(gpu-01 · GPU a: stale: /);
    expect(answer.error).toBeNull();
  });
});

describe('on a live engine', () => {
  it('capacity, model, quantisation and dtype are read, each with its origin', async () => {
    const answer = await askKv({ place: { subject: coder() }, batch: 4, sequenceTokens: 8192 });
    expect(pick(answer, 'kv_capacity')).toMatchObject({ value: 99_200, formula: 'num_gpu_blocks × block_size' });
    expect(pick(answer, 'bytes_per_token')?.value).toBe(2 * 48 * 8 * 128 * 2);
    expect(pick(answer, 'weights')?.inputs[2]?.origin.text).toBe('the name of the served model says int4');
    expect(pick(answer, 'kv_room')?.inputs[1]).toMatchObject({ value: 0.85, origin: { kind: 'engine' } });
    expect(answer.live).toMatchObject({ kind: 'engine', modelId: 'qwen2.5-14b' });
    expect(answer.verdict).toBe('fits');
    // The smaller of both linked GPUs.
    expect(answer.parts.card).toBe(16 * GIB);
  });
  it('what it does not print stays unknown, whatever a table could say', async () => {
    const answer = await askKv({ place: { subject: lonely() }, batch: 4, sequenceTokens: 8192 });
    expect(answer.verdict).toBe('unknown');
    expect(answer.live).toMatchObject({ servedModel: 'our/secret-model', modelId: null });
    expect(pick(answer, 'kv_capacity')?.value).toBeNull();
    expect(pick(answer, 'bytes_per_token')?.reason).toContain('our/secret-model is not in the model table');
    expect(pick(answer, 'kv_room')?.reason).toContain('no GPU is linked to lonely');
  });
  it('a model that a person added is found by the name that the engine serves', async () => {
    const shape = { name: 'secret-model', parameters: 1e9, layers: 10, kvHeads: 4, headDim: 64 };
    await createModel(at(), ANNA, ModelInput.parse(shape));
    const answer = await askKv({ place: { subject: lonely() }, batch: 4, sequenceTokens: 8192, kvDtype: 'fp16' });
    expect(answer.live?.modelId).toBe('own-1');
    expect(pick(answer, 'bytes_per_token')?.value).toBe(2 * 10 * 4 * 64 * 2);
  });
});

describe('what cannot be planned is refused with the field', () => {
  it.each([
    [{ place: { card: 'gtx-1' }, bytesPerToken: 1 }, 'place.card: no card gtx-1'],
    [{ place: { subject: 9999 }, bytesPerToken: 1 }, 'no subject 9999'],
    [{ place: { card: 'h100' }, model: 'gpt-9' }, 'model: no model gpt-9'],
    [{ place: { card: 'h100' } }, 'bytesPerToken: give this, or a model'],
  ])('%j', async (body, message) => {
    await expect(ask({ batch: 1, tokensPerRequest: 1, ...body })).rejects.toThrow(message);
  });
  it.each([
    { batch: 0 },
    { batch: 1.5 },
    { cap: 1.2 },
    { place: { card: 'h100', subject: 1 } },
    { place: {} },
    { tokens: 1 },
  ])('by its shape: %j', (body) => {
    const good = { place: { card: 'h100' }, batch: 1, tokensPerRequest: 1, bytesPerToken: 1 };
    expect(PreflightBody.safeParse(good).success).toBe(true);
    expect(PreflightBody.safeParse({ ...good, ...body }).success).toBe(false);
  });
});

describe('own models', () => {
  const input = (name: string) => ModelInput.parse({ name, parameters: 2e9, layers: 20, kvHeads: 8, headDim: 128 });

  it('come first, can be changed and removed, and every deed is in the audit trail', async () => {
    const created = await createModel(at(), ANNA, input('mine'));
    expect(created).toMatchObject({ id: 'own-1', ownId: 1, hidden: null, source: 'entered' });
    await patchModel(at(), ANNA, 1, { layers: 22 });
    const { items } = ModelList.parse(await listModels(at()));
    expect(items[0]).toMatchObject({ id: 'own-1', layers: 22, kvHeads: 8, name: 'mine' });
    expect(items.map(({ id }) => id)).toContain('qwen2.5-0.5b');
    await removeModel(at(), ANNA, 1);
    await expect(removeModel(at(), ANNA, 1)).rejects.toThrow('no own model 1');
    await expect(patchModel(at(), ANNA, 1, { layers: 2 })).rejects.toThrow('no own model 1');
    const { rows } = await database.pool.query('SELECT action, actor FROM audit ORDER BY id');
    expect(rows.map(({ action, actor }) => `${action} ${actor}`)).toEqual([
      'model.create Anna',
      'model.update Anna',
      'model.delete Anna',
    ]);
  });
  it('have names of their own', async () => {
    await createModel(at(), ANNA, input('mine'));
    await createModel(at(), ANNA, input('other'));
    await expect(createModel(at(), ANNA, input('mine'))).rejects.toThrow('a model named "mine" exists already');
    await expect(patchModel(at(), ANNA, 2, { name: 'mine' })).rejects.toThrow('a model named "mine" exists already');
  });
});

test('the reports’ cases and sixty combinations are answered in the contract’s shape', () => {
  const answer = ReportsAnswer.parse(planReports());
  expect(answer.preflight.map(({ verdict }) => verdict)).toEqual([
    'fits',
    'fits',
    'fits',
    'does not fit',
    'fits',
    'above cap',
    'fits',
  ]);
  expect(answer.fit.cells).toHaveLength(60);
  expect(answer.fit.printed.fits).toBe(29);
});
