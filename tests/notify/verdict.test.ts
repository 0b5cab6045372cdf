import { describe, expect, it } from 'vitest';
import { hideSecrets, keptAnswer } from '#lib/notify/hide-secrets.ts';
import { GIVE_UP_MS, judgeAnswer, nextTryMs, parseRetryAfterMs } from '#lib/notify/verdict.ts';

const NOW = Date.UTC(2026, 10, 24, 3, 30);

describe('what an answer means', () => {
  it.each([
    ['webhook', 200, 'whatever', 'ok'],
    ['webhook', 204, '', 'ok'],
    ['webhook', 400, 'bad', 'dead'],
    ['webhook', 401, '', 'dead'],
    ['webhook', 404, '', 'dead'],
    ['webhook', 410, '', 'dead'],
    ['webhook', 408, '', 'retry'],
    ['webhook', 429, '', 'retry'],
    ['webhook', 500, '', 'retry'],
    ['webhook', 503, '', 'retry'],
    ['pagerduty', 202, '{"status":"success"}', 'ok'],
    ['pagerduty', 400, '{"status":"invalid event"}', 'dead'],
    ['pagerduty', 429, '', 'retry'],
    ['slack', 200, 'ok', 'ok'],
    ['slack', 200, 'OK\n', 'ok'],
    ['slack', 200, '{"ok":true}', 'ok'],
    ['slack', 200, 'invalid_token', 'dead'],
    ['slack', 200, '{"ok":false,"error":"invalid_auth"}', 'dead'],
    ['slack', 404, 'no_service', 'dead'],
    ['slack', 500, 'rollup_error', 'retry'],
  ] as const)('%s %d %s: %s', (kind, status, body, outcome) => {
    expect(judgeAnswer(kind, { status, body, retryAfter: '' }, NOW)).toMatchObject({ outcome, status, answer: body });
  });
});

describe('Retry-After', () => {
  it.each([
    ['', null],
    ['30', 30_000],
    [' 0 ', 0],
    ['Tue, 24 Nov 2026 03:31:00 GMT', 60_000],
    ['Tue, 24 Nov 2026 03:00:00 GMT', 0],
    ['soon', null],
    ['-5', 0],
    ['99999999999', 6 * 3_600_000],
  ])('"%s" is %s ms', (text, ms) => {
    expect(parseRetryAfterMs(text, NOW)).toBe(ms);
  });
});

describe('the next try', () => {
  const at = (tries: number, retryAfterMs: number | null = null, ageMs = 0, chance = 0.5): number | null => {
    const next = nextTryMs({ tries, createdAtMs: NOW - ageMs }, retryAfterMs, NOW, chance);
    return next === null ? null : next - NOW;
  };
  it('doubles from one second to fifteen minutes', () => {
    expect([1, 2, 3, 11, 500].map((tries) => at(tries))).toEqual([1000, 2000, 4000, 900_000, 900_000]);
  });
  it('is spread by a fifth', () => {
    expect([at(3, null, 0, 0), at(3, null, 0, 1)]).toEqual([3200, 4800]);
  });
  it('never comes before the receiver asked for', () => {
    expect(at(1, 60_000)).toBe(60_000);
    expect(at(11, 60_000)).toBe(900_000);
  });
  it('is none after a day', () => {
    expect(at(5, null, GIVE_UP_MS)).toBe(null);
  });
});

describe('secrets in answers', () => {
  const SECRET = 'pa"ss/wörd&1';
  it.each([
    ['as they are', SECRET],
    ['percent-encoded', encodeURIComponent(SECRET)],
    ['in JSON', JSON.stringify({ token: SECRET })],
    ['in base64', Buffer.from(SECRET).toString('base64')],
  ])('are hidden %s', (_name, text) => {
    const hidden = hideSecrets(`you sent ${text}.`, [SECRET]);
    expect(hidden).toContain('***');
    expect(hidden).not.toContain(text);
  });
  it('a path of a secret URL is one too', () => {
    const text = hideSecrets('no route /services/T000/B000/XXXXXXXXXXXX', [
      'https://hooks.test/services/T000/B000/XXXXXXXXXXXX',
    ]);
    expect(text).toBe('no route ***');
  });
  it('a cut never leaves half a secret', () => {
    expect(keptAnswer(`${'x'.repeat(8)}${SECRET}`, [SECRET], 12)).toBe(`${'x'.repeat(8)}***`);
  });
});
