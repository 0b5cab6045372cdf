import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchListUrl } from '#lib/scrape/batch-api/batch-url.ts';
import { createFetcher } from '#lib/scrape/fetch.ts';
import { createPoll, type PollOutcome } from '#lib/scrape/poll.ts';
import { SETTINGS } from '#tests/engine-polls.ts';
import {
  AIBRIX_WAITING,
  GATEWAY_FAILED,
  listOf,
  OPENAI_RUNNING,
  PRODUCTION_STACK_DONE,
} from '#tests/scrape/batch-api/batch-answers.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const json =
  (body: string): Answer =>
  (_request, response) =>
    response.setHeader('Content-Type', 'application/json').end(body);

const fetcher = createFetcher();
let server: http.Server;
let base = '';
let asked: string[] = [];
let sockets = 0;
let answer: Answer = json('{}');

beforeAll(async () => {
  server = http.createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  server.on('connection', () => sockets++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await fetcher.close();
  server.closeAllConnections();
  server.close();
});

const pollOf = (path = '/v1', intervalMs = 5000) =>
  createPoll({ ...SETTINGS, source: 'openai-batch', url: `${base}${path}`, intervalMs }, { fetcher, smiCommand: '' });

async function pollOnce(of: Answer, intervalMs?: number): Promise<PollOutcome> {
  answer = of;
  asked = [];
  return pollOf('/v1', intervalMs)();
}

/** Pages of 100 by the cursor, as OpenAI does; `ids` newest first. */
const paged =
  (all: readonly object[], size = 100): Answer =>
  (request, response) => {
    const after = new URL(request.url ?? '', base).searchParams.get('after');
    const from = after === null ? 0 : all.findIndex((batch) => 'id' in batch && batch.id === after) + 1;
    const data = all.slice(from, from + size);
    json(JSON.stringify({ object: 'list', data, has_more: from + size < all.length }))(request, response);
  };
const many = (count: number, status: string) =>
  Array.from({ length: count }, (_, i) => ({ ...OPENAI_RUNNING, id: `b${i}`, status, completed_at: 1_795_000_500 }));

describe('the list is found from what a person gives', () => {
  it.each([
    ['http://h:4080/v1', 'http://h:4080/v1/batches?limit=100'],
    ['http://h:4080/v1/', 'http://h:4080/v1/batches?limit=100'],
    ['http://h:4080', 'http://h:4080/v1/batches?limit=100'],
    ['http://h/litellm', 'http://h/litellm/v1/batches?limit=100'],
    ['http://h/v1/batches', 'http://h/v1/batches?limit=100'],
    ['https://h/openai/batches?api-version=3', 'https://h/openai/batches?api-version=3&limit=100'],
  ])('%s', (url, list) => expect(batchListUrl(url, null)).toBe(list));

  it('the cursor is escaped', () => {
    expect(batchListUrl('http://h/v1', 'a&limit=9')).toBe('http://h/v1/batches?limit=100&after=a%26limit%3D9');
  });
});

describe('what a batch API shows', () => {
  it('its form, its batches, and what it does not tell', async () => {
    const outcome = await pollOnce(json(listOf(OPENAI_RUNNING, GATEWAY_FAILED, AIBRIX_WAITING)));
    expect(outcome).toMatchObject({ ok: true, readings: [], samples: 3, problems: 0 });
    expect(outcome.recognised).toMatchObject({
      text: 'OpenAI batch API: 3 batches (1 waiting, 1 running, 1 ended)',
      unit: 'batches',
      storedSeries: 3,
      totalSeries: 3,
      missing: [],
    });
  });

  it('production-stack: no request counts, no tokens, no begin, no deadline, no model', async () => {
    const { recognised } = await pollOnce(json(listOf(PRODUCTION_STACK_DONE)));
    expect(recognised?.text).toBe('vLLM production-stack batch API: 1 batch (1 ended)');
    expect(recognised?.missing.map(({ field }) => field)).toEqual([
      'total_requests',
      'usage',
      'in_progress_at',
      'expires_at',
      'model',
    ]);
    expect(recognised?.missing[0]?.reason).toContain('no request counts on this server');
  });

  it('an empty list is a batch API without batches', async () => {
    const outcome = await pollOnce(json(listOf()));
    expect(outcome).toMatchObject({ ok: true, samples: 0, recognised: { text: 'batch API: no batches' } });
  });

  it('half objects and unknown words are counted and the rest is read', async () => {
    const outcome = await pollOnce(json(listOf({ id: 'x', status: 'paused' }, null, { id: 'y' }, OPENAI_RUNNING)));
    expect(outcome).toMatchObject({ ok: true, samples: 3, problems: 3 });
    expect(outcome.recognised).toMatchObject({ storedSeries: 3, totalSeries: 4, problemCount: 3 });
    expect(outcome.recognised?.notes).toEqual(['status "paused" of a batch is not known here']);
  });

  it('is the same object while nothing changed', async () => {
    answer = json(listOf(OPENAI_RUNNING));
    const poll = pollOf();
    expect((await poll()).recognised).toBe((await poll()).recognised);
  });
});

describe('what is no batch API is said by name', () => {
  it.each<[string, Answer, string, RegExp]>([
    [
      'HTML',
      (_, r) => r.setHeader('Content-Type', 'text/html').end('<html>'),
      'not-batches',
      /HTML page.*\/v1\/batches/,
    ],
    ['garbage', json('\u0000\u0001{{{'), 'not-batches', /no JSON/],
    ['a metrics page', json('# HELP x y\n'), 'not-batches', /metrics page/],
    ['a cut list', json('{"data":[{'), 'not-batches', /cut off or broken/],
    ['an error in JSON', json('{"error":{"message":"no such route"}}'), 'not-batches', /no such route/],
    ['entries of which none is a batch', json('{"data":[1,2]}'), 'not-batches', /none of the 2 entries/],
    ['404', (_, r) => r.writeHead(404).end(), 'http-status', /404.*Is this a batch API\? Expected .*\/v1\/batches/],
    ['401', (_, r) => r.writeHead(401).end(), 'http-status', /credentials/],
    ['500', (_, r) => r.writeHead(500).end('dead'), 'http-status', /500/],
    ['an endless list', json(`{"data":[${'0,'.repeat(9_000_000)}0]}`), 'too-large', /16/],
    ['nothing at all', () => {}, 'timeout-headers', /1000 ms|1 s/],
  ])('%s', async (_case, of, kind, message) => {
    const outcome = await pollOnce(of, kind === 'timeout-headers' ? 1000 : 20_000);
    expect(outcome.ok ? null : outcome.kind).toBe(kind);
    expect(outcome.ok ? '' : outcome.message).toMatch(message);
  });
});

describe('long lists', () => {
  it('are read page by page over one connection', async () => {
    await pollOnce(json(listOf()));
    const before = sockets;
    const outcome = await pollOnce(paged(many(250, 'completed')));
    expect(outcome).toMatchObject({ ok: true, samples: 250 });
    expect(asked.map((url) => new URL(url, base).searchParams.get('after'))).toEqual([null, 'b99', 'b199']);
    expect(sockets - before).toBeLessThanOrEqual(1);
  });

  it('are read up to five pages, and it is said that there are more', async () => {
    const outcome = await pollOnce(paged(many(900, 'completed')));
    expect(outcome).toMatchObject({ ok: true, samples: 500 });
    expect(outcome.recognised?.notes).toEqual(['only the first 500 batches are read: the server has more']);
  });

  it('are not read again where everything has ended and is known', async () => {
    answer = paged(many(450, 'completed'));
    const poll = pollOf();
    await poll();
    asked = [];
    expect(await poll()).toMatchObject({ ok: true, samples: 100 });
    expect(asked).toHaveLength(1);
  });

  it('are read on while a batch that ran is not found yet', async () => {
    const all = many(450, 'completed').map((batch, i) => (i === 420 ? { ...batch, status: 'in_progress' } : batch));
    answer = paged(all);
    const poll = pollOf();
    await poll();
    asked = [];
    await poll();
    expect(asked).toHaveLength(5);
  });

  it('that never end because the server ignores the cursor are left after one repetition', async () => {
    await pollOnce(json(JSON.stringify({ data: many(20, 'in_progress'), has_more: true })));
    expect(asked).toHaveLength(2);
  });

  it('whose second page fails keep the first and say so', async () => {
    const first = paged(many(150, 'completed'));
    const outcome = await pollOnce((request, response) => {
      if (request.url?.includes('after=')) response.writeHead(500).end();
      else first(request, response);
    });
    expect(outcome).toMatchObject({ ok: true, samples: 100, problems: 1 });
    expect(outcome.recognised?.problems[0]).toMatchObject({ line: 0, problem: 'page 2 of the list is left out' });
  });
});
