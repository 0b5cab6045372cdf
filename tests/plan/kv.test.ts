import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { REPORT_KV_CASES } from '#lib/metrics/report-scenarios.ts';
import { type Quantity, quantity } from '#lib/plan/figure.ts';
import { bytesPerToken, type ModelUse, weightBytes } from '#lib/plan/kv-memory.ts';
import { matchModel } from '#lib/plan/model-shape.ts';
import { findModel, MODELS } from '#lib/plan/models.ts';
import { type KvInput, planKv } from '#lib/plan/plan-kv.ts';
import { kvDtypeOf, type Quantisation, quantisationOfName } from '#lib/plan/quantisation.ts';
import { planKvStress } from '#lib/plan/report-kv-stress.ts';

const GIB = 1024 ** 3;
const entered = (value: number | null): Quantity => quantity(value, 'entered', value === null ? 'not told' : 'entered');

const use = (id: string, more: Partial<ModelUse> = {}): ModelUse => ({
  shape: findModel(id),
  unknown: `no model ${id}`,
  quantisation: 'fp16',
  quantisationOrigin: entered(1).origin,
  kvDtype: 'fp16',
  kvDtypeOrigin: entered(1).origin,
  gpus: entered(1),
  ...more,
});

const plan = (more: Partial<KvInput> & { use?: ModelUse } = {}) =>
  planKv({
    card: { cardBytes: entered(24 * GIB), utilization: entered(0.9) },
    model: more.use ?? use('qwen2.5-7b'),
    step: { stepTokens: entered(2048), sequences: entered(256), measured: null },
    batch: entered(16),
    sequenceTokens: entered(4096),
    concurrency: entered(1),
    live: null,
    ...more,
  });
const figureOf = (made: ReturnType<typeof plan>, id: string) => made.figures.find((each) => each.id === id)?.value;

describe.each(REPORT_KV_CASES)('report 002, $id', (one) => {
  const { need, share, passes } = planKvStress(one);
  it('takes the GB and the share that the report prints', () => {
    expect(Math.abs((need.value ?? 0) / 1e9 - one.kvGb)).toBeLessThan(0.05 + 1e-9);
    expect(Math.abs((share.value ?? 0) * 100 - one.utilization)).toBeLessThan(0.05 + 1e-9);
  });
  it('passes exactly where the report lets it pass', () => {
    expect(passes).toBe(one.passes);
  });
});

/** Attention heads where they are not hidden size ÷ head size. */
const HEADS: Readonly<Record<string, number>> = {
  'mistral-nemo': 32,
  'mistral-small-24b': 32,
  'gemma-2-2b': 8,
  'gemma-2-9b': 16,
  'gemma-2-27b': 32,
};

describe.each(MODELS)('the table’s $name', (model) => {
  it('has the published number of parameters by its own shape', () => {
    const [hidden, intermediate, vocabulary] = [model.hidden ?? 0, model.intermediate ?? 0, model.vocabulary ?? 0];
    const query = (HEADS[model.id] ?? hidden / model.headDim) * model.headDim;
    const attention = hidden * (2 * query + 2 * model.kvHeads * model.headDim);
    const layer = attention + 3 * hidden * intermediate;
    const made = model.layers * layer + vocabulary * hidden * (model.tied ? 1 : 2);
    // Norms and biases are not counted.
    expect(made / model.parameters).toBeGreaterThan(0.9985);
    expect(made / model.parameters).toBeLessThanOrEqual(1);
  });
});

test.each([
  ['qwen2.5-0.5b', 12_288],
  ['qwen2.5-7b', 57_344],
  ['llama-3.1-8b', 131_072],
  ['llama-2-13b', 819_200],
  ['gemma-2-9b', 344_064],
])('%s takes %d bytes of KV cache a token in 16 bits', (id, bytes) => {
  expect(bytesPerToken(use(id)).value).toBe(bytes);
  expect(bytesPerToken(use(id, { kvDtype: 'fp8' })).value).toBe(bytes / 2);
});

test('KV heads are split over the GPUs of an engine, and each has at least one', () => {
  const perToken = (gpus: number) => bytesPerToken(use('qwen2.5-7b', { gpus: entered(gpus) })).value;
  expect([1, 2, 4, 8].map(perToken)).toEqual([57_344, 28_672, 14_336, 14_336]);
});

test.each<[string, Quantisation, number]>([
  // Sizes of the published safetensors files, GB of 10^9 bytes.
  ['qwen2.5-7b', 'fp16', 15.23],
  ['qwen2.5-7b', 'int4', 5.57],
  ['llama-3.1-8b', 'fp16', 16.06],
  ['llama-3.1-8b', 'int4', 5.73],
  ['qwen2.5-14b', 'int4', 9.98],
])('weights of %s in %s come near the published files', (id, quantisation, gb) => {
  const made = (weightBytes(use(id, { quantisation })).value ?? 0) / 1e9;
  expect(Math.abs(made / gb - 1)).toBeLessThan(0.02);
});

test.each([
  ['Qwen/Qwen2.5-Coder-14B-Instruct-AWQ', 'qwen2.5-14b', 'int4'],
  ['meta-llama/Llama-3.1-8B-Instruct', 'llama-3.1-8b', null],
  ['mistralai/Mistral-7B-Instruct-v0.3', 'mistral-7b', null],
  ['neuralmagic/Meta-Llama-3.1-70B-Instruct-FP8', 'llama-3.1-70b', 'fp8'],
  ['Qwen/Qwen2.5-7B-Instruct-GPTQ-Int8', 'qwen2.5-7b', 'int8'],
  ['our/qwen2.5-7b-finetune', null, null],
  ['gpt-oss-120b', null, null],
])('the served name %s means %s in %s', (name, id, quantisation) => {
  expect(matchModel(name, MODELS)?.id ?? null).toBe(id);
  expect(quantisationOfName(name)).toBe(quantisation);
});

test.each([
  ['auto', 'fp16'],
  ['fp8_e5m2', 'fp8'],
  ['fp8', 'fp8'],
  ['nvfp4', null],
])('cache_dtype %s is %s', (word, dtype) => {
  expect(kvDtypeOf(word)).toBe(dtype);
});

describe('a plan of the KV cache', () => {
  it('reads the capacity from a live engine, and says where the arithmetic disagrees', () => {
    const live = { blocks: entered(6200), blockTokens: entered(16) };
    const made = plan({ live });
    expect(figureOf(made, 'kv_capacity')).toBe(99_200);
    expect(made.verdict).toBe('tight');
    expect(made.notes[0]).toContain('what was read counts');
    expect(figureOf(made, 'safe_batch')).toBe(Math.floor((99_200 * 0.6) / 4096));
  });
  it('is unknown while the engine does not print its blocks, whatever the arithmetic says', () => {
    const unread = quantity(null, 'engine', 'not exposed: the Rust front end has no cache_config_info');
    const made = plan({ live: { blocks: unread, blockTokens: unread } });
    expect(made.verdict).toBe('unknown');
    expect(figureOf(made, 'kv_capacity')).toBeNull();
    expect(made.sentence).toContain('Rust front end');
    expect(made.notes.join()).toContain('Choose its card and its model');
  });
  it('says so when the weights alone are too large', () => {
    const made = plan({ use: use('llama-3.1-70b') });
    expect(made.verdict).toBe('does not start');
    expect(made.sentence).toMatch(/^The model does not start: .* by 1\d\d\.\dGB\.$/);
  });
  it('does not invent a model', () => {
    const made = plan({ use: use('nothing') });
    expect(made.verdict).toBe('unknown');
    expect(made.sentence).toContain('no model nothing');
    expect(made.parts).toMatchObject({ weights: null, activations: null, kvAsked: null, card: 24 * GIB });
  });
  it('notes a sliding window that it does not model', () => {
    expect(plan({ use: use('gemma-2-9b') }).notes.join()).toContain('last 4096 tokens');
  });
  it('the safe batch and the longest sequence are the largest that fit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 200_000 }),
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 0, max: 200_000 }),
        (batch, sequence, times, blocks) => {
          const live = { blocks: entered(blocks), blockTokens: entered(16) };
          const given = { batch: entered(batch), sequenceTokens: entered(sequence), concurrency: entered(times), live };
          const made = plan(given);
          const room = blocks * 16 * 0.6;
          const isLargest = (value: number, each: number) => {
            expect(value * each).toBeLessThanOrEqual(room);
            expect((value + 1) * each).toBeGreaterThan(room);
          };
          isLargest(figureOf(made, 'safe_batch') ?? Number.NaN, sequence * times);
          isLargest(figureOf(made, 'longest_sequence') ?? Number.NaN, batch * times);
          isLargest(figureOf(made, 'concurrency') ?? Number.NaN, batch * sequence);
          const asked = batch * sequence * times;
          const expected =
            blocks === 0 ? 'unknown' : asked > blocks * 16 ? 'does not fit' : asked > room ? 'tight' : 'fits';
          expect(made.verdict).toBe(expected);
        },
      ),
    );
  });
});
