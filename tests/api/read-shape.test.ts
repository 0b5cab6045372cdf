import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { AlertsQuery } from '#lib/api/alerts.ts';
import { BurstsQuery } from '#lib/api/bursts.ts';
import { IdParams } from '#lib/api/id.ts';
import { RunImportQuery } from '#lib/api/run-import.ts';
import { BatchInput, BatchParams, RunInput, RunsQuery } from '#lib/api/runs.ts';
import { CurrentQuery, SeriesQuery } from '#lib/api/series.ts';
import { readQuery, readShape } from '#lib/service/read-shape.ts';

const query = (schema: z.ZodType | undefined, text: string) => readQuery(schema, new URLSearchParams(text));

describe('an id that no database holds is refused at the door', () => {
  it.each([
    [IdParams, { id: '99999999999' }],
    [BatchParams, { id: '1', number: '2147483648' }],
    [SeriesQuery, { signals: 'queue_depth', subject: ['99999999999'] }],
    [CurrentQuery, { subject: ['99999999999'] }],
    [AlertsQuery, { subject: ['99999999999'] }],
    [AlertsQuery, { target: '99999999999' }],
    [BurstsQuery, { subject: ['99999999999'] }],
    [RunsQuery, { engine: '99999999999' }],
    [RunImportQuery, { run: '99999999999' }],
  ])('%#: %o', (schema, value) => {
    expect(() => readShape(schema, value, 'query')).toThrow(/<=2147483647/);
  });
});

describe('a query', () => {
  it.each(['signals=a,b&subject=1&subject=2', 'signals=a&signals=b&subject=1,2'])('takes lists both ways: %s', (text) =>
    expect(query(SeriesQuery, text)).toMatchObject({ signals: 'a,b', subject: [1, 2] }),
  );
  it('refuses a key that has no effect, also where no key has one', () => {
    expect(() => query(SeriesQuery, 'signals=a&window=5m')).toThrow(/window/);
    expect(() => query(undefined, 'from=now-7d')).toThrow(/query: from: Unrecognized key/);
    expect(query(undefined, '')).toBeUndefined();
  });
  it('refuses one value given twice', () => expect(() => query(BurstsQuery, 'limit=1&limit=2')).toThrow(/limit/));
});

describe('a NUL, which Postgres cannot store, is refused with its place', () => {
  it.each([
    [{ name: 'a\0b' }, /body: name: holds a NUL/],
    [{ name: 'a', labels: { 'k\0': 'v' } }, /labels\.k\ufffd: holds a NUL/],
    [{ name: 'a', targets: ['x', '\0'] }, /targets\.1: holds a NUL/],
  ])('%j', (body, message) => expect(() => readShape(RunInput, body, 'body')).toThrow(message));
});

describe('a key that is not one', () => {
  it('is named with what was expected', () =>
    expect(() => readShape(BatchInput, { params: { 'Bad Name': 1 } }, 'body')).toThrow(
      'params.Bad Name: expected a name of a-z, 0-9 and _',
    ));
});

describe('seconds are not taken for milliseconds', () => {
  it.each(['startedAtMs', 'finishedAtMs'])('%s of a run', (key) =>
    expect(() => readShape(RunInput, { name: 'a', [key]: 1_700_000_000 }, 'body')).toThrow(
      new RegExp(`${key}: expected epoch milliseconds`),
    ),
  );
});
