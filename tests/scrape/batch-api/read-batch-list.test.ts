import { describe, expect, it } from 'vitest';
import type { ApiBatch } from '#lib/runs/api-batch.ts';
import { BatchProblems } from '#lib/scrape/batch-api/batch-problems.ts';
import { MAX_BATCHES_A_PAGE, readBatchList } from '#lib/scrape/batch-api/read-batch-list.ts';
import { BARE_BATCH } from '#tests/api-batch.ts';
import {
  AIBRIX_WAITING,
  CREATED_S,
  GATEWAY_FAILED,
  listOf,
  OPENAI_RUNNING,
  PRODUCTION_STACK_DONE,
} from '#tests/scrape/batch-api/batch-answers.ts';

const CREATED_MS = CREATED_S * 1000;

function read(body: string) {
  const problems = new BatchProblems();
  const result = readBatchList(body, problems);
  const page = result.ok ? result.page : null;
  return { result, page, batches: page?.batches ?? [], problems };
}

describe("each server's batches become the same batches", () => {
  it.each<[string, object, ApiBatch, string]>([
    [
      'OpenAI',
      OPENAI_RUNNING,
      {
        ...BARE_BATCH,
        externalId: 'batch_abc',
        name: 'nightly eval',
        state: 'running',
        createdMs: CREATED_MS,
        startedMs: CREATED_MS + 30_000,
        expiresMs: CREATED_MS + 86_400_000,
        total: 100,
        completed: 40,
        failed: 2,
        promptTokens: 1000,
        completionTokens: 500,
        cachedTokens: 300,
        model: 'qwen',
      },
      'openai',
    ],
    [
      'production-stack, whose zeros are no counts',
      PRODUCTION_STACK_DONE,
      {
        ...BARE_BATCH,
        externalId: 'batch_1a2b3c',
        state: 'finished',
        createdMs: CREATED_MS,
        endedMs: CREATED_MS + 600_000,
      },
      'production-stack',
    ],
    [
      'AIBrix',
      AIBRIX_WAITING,
      {
        ...BARE_BATCH,
        externalId: '7c1e',
        state: 'waiting',
        createdMs: CREATED_MS,
        expiresMs: CREATED_MS + 7_200_000,
        model: 'llama3-70b-prod',
      },
      'openai',
    ],
    [
      'batch-gateway, with its errors by code',
      GATEWAY_FAILED,
      {
        ...BARE_BATCH,
        externalId: 'batch_g',
        state: 'failed',
        createdMs: CREATED_MS,
        endedMs: CREATED_MS + 5000,
        errors: { invalid_json_line: 2, duplicate_custom_id: 1 },
      },
      'openai',
    ],
  ])('%s', (_server, entry, expected, shape) => {
    const { batches, page, problems } = read(listOf(entry));
    expect(batches).toEqual([expected]);
    expect([...(page?.shapes ?? [])]).toEqual([shape]);
    expect(problems.shown).toEqual([]);
  });

  it.each([
    ['validating', 'waiting'],
    ['pending', 'waiting'],
    ['in_progress', 'running'],
    ['running', 'running'],
    ['finalizing', 'running'],
    ['cancelling', 'running'],
    ['COMPLETED', 'finished'],
    ['failed', 'failed'],
    ['expired', 'expired'],
    ['cancelled', 'cancelled'],
  ])('status %s is %s', (status, state) => {
    const { batches, problems } = read(listOf({ ...OPENAI_RUNNING, status }));
    expect(batches[0]).toMatchObject({ state, stateWord: null });
    expect(problems.count).toBe(0);
  });

  it('milliseconds are told from seconds', () => {
    const { batches } = read(
      listOf({ ...OPENAI_RUNNING, created_at: CREATED_MS + 7, in_progress_at: CREATED_S + 0.5 }),
    );
    expect(batches[0]).toMatchObject({ createdMs: CREATED_MS + 7, startedMs: CREATED_MS + 500 });
  });

  it('a list without its envelope is read too', () => {
    expect(read(JSON.stringify([OPENAI_RUNNING])).batches).toHaveLength(1);
  });
});

describe('what cannot be read is unknown, counted and named, and costs nothing else', () => {
  it.each<[string, object, Partial<ApiBatch>, RegExp]>([
    ['an unknown status', { status: 'paused_by_admin' }, { state: 'unknown', stateWord: 'paused_by_admin' }, /status/],
    ['no status', { status: null }, { state: 'unknown', stateWord: null }, /no status/],
    ['a status that is a number', { status: 3 }, { state: 'unknown' }, /status: expected a text/],
    ['a time as text', { created_at: '2026-11-25' }, { createdMs: null }, /created_at: expected unix seconds/],
    ['a time before batches', { created_at: 12 }, { createdMs: null }, /created_at/],
    ['a negative time', { expires_at: -1 }, { expiresMs: null }, /expires_at/],
    [
      'more done than there is',
      { request_counts: { total: 10, completed: 11, failed: 1 } },
      { total: null, completed: 11, failed: 1 },
      /more than the total/,
    ],
    [
      'counts that are no counts',
      { request_counts: { total: '100', completed: -4, failed: 1.5 } },
      { total: null, completed: null, failed: null },
      /request_counts|whole number/,
    ],
    ['counts beyond counting', { request_counts: { total: 1e300 } }, { total: null }, /whole number/],
    ['counts that are a list', { request_counts: [1, 2] }, { total: null }, /request_counts: expected an object/],
    ['usage that is a text', { usage: 'much' }, { promptTokens: null }, /usage: expected an object/],
    ['a model that is an object', { model: {} }, { model: null }, /model: expected a text/],
    ['errors without codes', { errors: { data: [7, {}] } }, { errors: { 'no code': 2 } }, /without a code/],
    ['errors that are no list', { errors: { data: 'all' } }, { errors: {} }, /data: expected a list/],
  ])('%s', (_case, patch, expected, problem) => {
    const { batches, problems } = read(listOf({ ...OPENAI_RUNNING, ...patch }, GATEWAY_FAILED));
    expect(batches).toHaveLength(2);
    expect(batches[0]).toMatchObject(expected);
    expect(problems.count).toBeGreaterThan(0);
    expect(problems.shown[0]?.line).toBe(1);
    expect(problems.shown.map((each) => each.problem).join('; ')).toMatch(problem);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a number', 5],
    ['a list', []],
    ['no id', { status: 'completed' }],
    ['an id that is a number', { id: 5 }],
    ['an endless id', { id: 'x'.repeat(5000) }],
    ['the same id again', OPENAI_RUNNING],
  ])('an entry that is %s is left out', (_case, entry) => {
    const { batches, problems } = read(listOf(OPENAI_RUNNING, entry));
    expect(batches.map((batch) => batch.externalId)).toEqual(['batch_abc']);
    expect(problems.count).toBeGreaterThan(0);
    expect(problems.shown[0]?.line).toBe(2);
  });

  it('texts are cut and named, whatever they hold', () => {
    const { batches, problems } = read(listOf({ ...OPENAI_RUNNING, model: '<img src=x>\0'.repeat(1000) }));
    expect(batches[0]?.model).toHaveLength(1024);
    expect(problems.shown[0]?.problem).toContain('1024');
    expect(problems.shown[0]?.text.length).toBeLessThanOrEqual(120);
  });

  it('a page beyond the limit is cut and says so', () => {
    const many = Array.from({ length: MAX_BATCHES_A_PAGE + 5 }, (_, i) => ({ ...OPENAI_RUNNING, id: `b${i}` }));
    const { batches, problems } = read(listOf(...many));
    expect(batches).toHaveLength(MAX_BATCHES_A_PAGE);
    expect(problems.shown[0]?.problem).toContain(String(MAX_BATCHES_A_PAGE));
  });

  it('all problems are counted, the first ones are shown', () => {
    const { problems } = read(listOf(...Array.from({ length: 300 }, () => null)));
    expect(problems.count).toBe(300);
    expect(problems.shown.length).toBeLessThan(100);
  });
});

describe('an answer that is no list of batches says what it is', () => {
  it.each([
    ['<!doctype html><html>', /HTML page/],
    ['', /empty/],
    ['{"object":"list","data":[{"id":"b', /cut off or broken/],
    ['# HELP vllm:x\n# TYPE vllm:x gauge\n', /metrics page/],
    ['Internal Server Error', /no JSON \("Internal/],
    ['null', /null/],
    ['42', /number/],
    ['{}', /without a list "data"/],
    ['{"data":{}}', /"data" is no list/],
    ['{"error":{"message":"invalid api key"}}', /invalid api key/],
    ['{"error":"nope"}', /nope/],
    [JSON.stringify(OPENAI_RUNNING), /single batch/],
  ])('%s', (body, found) => {
    const { result } = read(body);
    expect(result.ok ? '' : result.found).toMatch(found);
  });
});

describe('the cursor of the next page', () => {
  const more = (patch: object): string => JSON.stringify({ data: [OPENAI_RUNNING], has_more: true, ...patch });
  it.each<[string, string, string | null]>([
    ['the last id as the server says it', more({ last_id: 'z' }), 'z'],
    ['else that of the last entry', more({}), 'batch_abc'],
    ['none where has_more is missing', more({ has_more: undefined }), null],
    ['none where has_more is no boolean', more({ has_more: 'yes' }), null],
    ['none where the page is empty', more({ data: [] }), null],
    ['none where it is endless', more({ last_id: 'x'.repeat(9999) }), null],
  ])('%s', (_case, body, after) => expect(read(body).page?.after).toBe(after));
});
