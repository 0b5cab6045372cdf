import { describe, expect, test } from 'vitest';
import { EMPTY_MODEL, modelFormOf, readModelForm } from '#components/plan/model-form-state.ts';
import { memoryPicture, memoryText } from '#components/plan/plan-memory-data.ts';
import { KvBody, PreflightBody } from '#lib/api/plan.ts';
import { parsePlanForm, planPatch, planQuestion, subjectOfPlace } from '#lib/client/plan-form.ts';
import { exactText, worstVerdict } from '#lib/client/plan-words.ts';
import { MODELS } from '#lib/plan/models.ts';

const GIB = 1024 ** 3;
const form = (query: string) => parsePlanForm(new URLSearchParams(query));
const ask = (query: string, servesModel = false) => planQuestion(form(query), servesModel);

describe('what the form asks the API', () => {
  test('as it opens: report 000’s own rule, on its own card', () => {
    const { preflight, kv, errors } = ask('');
    expect(errors).toEqual({});
    expect(kv).toBeNull();
    expect(PreflightBody.parse(preflight)).toMatchObject({
      place: { card: 'rtx-3090' },
      batch: 512,
      tokensPerRequest: 512,
      bytesPerToken: 'report',
      cap: 0.8,
    });
  });
  test('of a model: both questions, with what was chosen only', () => {
    const { preflight, kv } = ask('model=qwen2.5-7b&quant=int4&kv=fp8&util=85&batch=16&seq=4096');
    expect(PreflightBody.parse(preflight)).toMatchObject({ model: 'qwen2.5-7b', kvDtype: 'fp8' });
    expect(PreflightBody.parse(preflight).bytesPerToken).toBeUndefined();
    expect(KvBody.parse(kv)).toMatchObject({ quantisation: 'int4', utilization: 0.85, sequenceTokens: 4096 });
    expect(KvBody.parse(ask('model=qwen2.5-7b').kv).utilization).toBeUndefined();
  });
  test('of an engine: the model that it serves, so none is named', () => {
    const { preflight, kv } = ask('place=subject:7', true);
    expect(PreflightBody.parse(preflight)).toMatchObject({ place: { subject: 7 } });
    expect(preflight).not.toHaveProperty('model');
    expect(preflight).not.toHaveProperty('bytesPerToken');
    expect(KvBody.parse(kv).model).toBeUndefined();
    // A GPU serves no model: there the report's rule holds.
    expect(ask('place=subject:8').preflight).toMatchObject({ bytesPerToken: 'report' });
  });
  test('of numbers that were entered', () => {
    const { kv } = ask('place=size&gib=44,5&model=own-shape&params=1.5&layers=10&kvheads=2&headdim=64');
    expect(KvBody.parse(kv)).toMatchObject({
      place: { memoryBytes: 44.5 * GIB },
      model: { parameters: 1.5e9, layers: 10, kvHeads: 2, headDim: 64, hidden: null, vocabulary: null },
    });
    expect(ask('model=bytes&bpt=98304')).toMatchObject({ kv: null, preflight: { bytesPerToken: 98_304 } });
  });
  test.each([
    ['batch=0', 'batch'],
    ['batch=x', 'batch'],
    ['seq=1.5', 'seq'],
    ['cap=101', 'cap'],
    ['cap=0', 'cap'],
    ['place=card:gtx-1', 'place'],
    ['place=size&gib=-4', 'gib'],
    ['model=bytes&bpt=nothing', 'bpt'],
    ['model=own-shape&layers=0', 'layers'],
    ['model=own-shape&hidden=x', 'hidden'],
    ['model=qwen2.5-7b&util=120', 'util'],
  ])('%s is told at its field, and nothing is asked', (query, field) => {
    const { errors, preflight, kv } = ask(query);
    expect(Object.keys(errors)).toEqual([field]);
    expect([preflight, kv]).toEqual([null, null]);
  });
  test('only what differs from the default is in the URL', () => {
    expect(planPatch({ batch: '512', seq: '4096', model: 'auto' })).toEqual({ batch: null, seq: '4096', model: null });
  });
  test.each([
    ['subject:12', 12],
    ['card:h100', null],
    ['subject:x', null],
    ['subject:0', null],
  ])('%s is the subject %s', (place, id) => {
    expect(subjectOfPlace(place)).toBe(id);
  });
});

test('the worse answer is the headline; unknown never hides what is known not to fit', () => {
  expect(worstVerdict(['fits'])).toBe('fits');
  expect(worstVerdict(['fits', 'unknown'])).toBe('unknown');
  expect(worstVerdict(['does not fit', 'unknown'])).toBe('does not fit');
  expect(worstVerdict(['above cap', 'fits'])).toBe('above cap');
  expect(worstVerdict(['fits', 'not now'])).toBe('not now');
});

test('numbers to follow a calculation with have all their digits', () => {
  expect(exactText(1_048_576, 'tokens')).toBe('1,048,576 tok');
  expect(exactText(8192, 'bytes')).toBe('8,192 B = 8 KiB');
  expect(exactText(4915.2, 'bytes')).toBe('4,915.2 B = 4.8 KiB');
  expect(exactText(null, 'bytes')).toBe('unknown');
});

describe('the picture of memory', () => {
  const origin = { kind: 'entered' as const, text: '', subject: null };
  const figure = (id: string, value: number | null, inputs: { name: string; value: number | null }[] = []) => ({
    id,
    title: id,
    unit: 'bytes' as const,
    value,
    formula: '',
    reference: '',
    reason: '',
    inputs: inputs.map((each) => ({ ...each, unit: 'bytes' as const, origin })),
  });
  const preflight = (card: number | null) => ({
    verdict: 'fits' as const,
    sentence: '',
    error: null,
    halving: [],
    fittingBatch: null,
    notes: [],
    fitsNow: null,
    live: null,
    figures: [
      figure('need', 2 * GIB),
      figure('cap', card === null ? null : card * 0.8, [
        { name: 'cap', value: 0.8 },
        { name: 'card memory', value: card },
      ]),
    ],
  });
  const kv = (weights: number | null) => ({
    verdict: 'fits' as const,
    sentence: '',
    figures: [],
    notes: [],
    live: null,
    parts: { weights, activations: GIB, kvAsked: 3 * GIB, kvRoom: null, card: 24 * GIB, reservation: 21.6 * GIB },
  });

  test('without a model shows the batch alone', () => {
    const made = memoryPicture(preflight(24 * GIB), null);
    expect(made?.segments.map(({ title, bytes }) => [title, bytes])).toEqual([['KV cache of the batch', 2 * GIB]]);
    expect(made?.limits.map(({ title }) => title)).toEqual(['80% cap', 'Card']);
  });
  test('what is unknown is named, never drawn as nothing', () => {
    const made = memoryPicture(preflight(24 * GIB), kv(null));
    expect(made?.unknown).toEqual(['Weights']);
    expect(made === null ? '' : memoryText(made)).toBe(
      'Activations 1 GiB, KV cache of the batch 3 GiB: together 4 GiB of 24 GiB; not known: Weights',
    );
  });
  test('of an unknown card there is none', () => {
    expect(memoryPicture(preflight(null), null)).toBeNull();
  });
});

describe('the form of a model', () => {
  test('one of Headroom’s is copied as it is', () => {
    for (const { aliases: _, ...model } of MODELS) {
      const read = readModelForm(modelFormOf({ ...model, ownId: null }));
      const { id: _id, ...shape } = model;
      expect(read).toEqual({ ok: true, input: shape });
    }
  });
  test('what is missing is told at its field, and what may be unknown is', () => {
    const typed = { ...EMPTY_MODEL, name: 'm', parameters: '1,5', layers: '2', kvHeads: '1', headDim: '64' };
    expect(readModelForm(typed)).toMatchObject({ ok: true, input: { parameters: 1.5e9, hidden: null } });
    const { errors } = readModelForm({ ...typed, layers: '', hidden: 'x', name: ' ' }) as { errors: object };
    expect(Object.keys(errors).sort()).toEqual(['hidden', 'layers', 'name']);
  });
});
