import { describe, expect, it } from 'vitest';
import { judgeSlaMinute, type SlaMinute } from '#lib/detect/sla-minute.ts';
import { resolveSlo } from '#lib/metrics/slo.ts';
import { type SlaBatch, slaOfBatches } from '#lib/runs/sla-batches.ts';
import { slaFigures } from '#lib/runs/sla-figures.ts';
import { slaDayReader } from '#lib/runs/sla-history.ts';

const HOUR = 3_600_000;
const NOW = 100 * HOUR;
const INF = Number.POSITIVE_INFINITY;

describe('a minute kept the promise', () => {
  const promise = resolveSlo(
    null,
    { latencies: { ttft: 0.5 }, requestsPerSecond: 10 },
    { profile: 'relative', baselineRps: null },
  );
  const minute = (ttft: readonly number[], more: Partial<SlaMinute> = {}): SlaMinute => ({
    windowOf: (name) =>
      name === 'ttft_s' ? { parts: [{ bounds: [0.25, 0.5, 1, INF], counts: ttft }], sum: null } : undefined,
    finished: 100,
    elapsedMs: 60_000,
    waitingLeast: 0,
    waitingMost: 0,
    ...more,
  });
  const none = { windowOf: () => undefined, finished: 0 };
  it.each([
    ['99 of 100 within it', minute([90, 9, 1, 0]), 'met'],
    ['98 of 100 within it', minute([90, 8, 2, 0]), 'missed'],
    [
      'few requests, and a queue that empties: the rate is what was asked for',
      minute([5, 0, 0, 0], { finished: 5, waitingMost: 3 }),
      'met',
    ],
    ['a queue all minute long, and too slow', minute([100, 0, 0, 0], { waitingLeast: 1, waitingMost: 40 }), 'missed'],
    [
      'a queue all minute long, and fast enough',
      minute([600, 0, 0, 0], { finished: 600, waitingLeast: 1, waitingMost: 9 }),
      'met',
    ],
    ['requests wait and none moves', minute([0, 0, 0, 0], { ...none, waitingLeast: 2, waitingMost: 9 }), 'missed'],
    ['nobody asked for anything', minute([0, 0, 0, 0], { ...none }), 'idle'],
    ['queue not known', minute([90, 9, 1, 0], { waitingLeast: null, waitingMost: null }), 'unknown'],
    [
      'nothing is known',
      { ...minute([]), windowOf: () => undefined, finished: null, waitingLeast: null, waitingMost: null },
      'unknown',
    ],
  ] as const)('%s', (_why, given, outcome) => expect(judgeSlaMinute(given, promise)).toBe(outcome));

  it('a target inside a bucket is unknown where the bucket decides, and only there', () => {
    const inside = resolveSlo(null, { latencies: { ttft: 0.3 } }, { profile: 'relative', baselineRps: null });
    expect(judgeSlaMinute(minute([90, 9, 1, 0]), inside)).toBe('unknown');
    expect(judgeSlaMinute(minute([100, 0, 0, 0]), inside)).toBe('met');
    expect(judgeSlaMinute(minute([0, 0, 100, 0]), inside)).toBe('missed');
  });
});

const batch = (parts: Partial<SlaBatch>): SlaBatch => ({
  state: 'finished',
  submittedMs: NOW - 30 * HOUR,
  endedMs: NOW - HOUR,
  expiresMs: null,
  requests: 1000,
  ...parts,
});
const inTime = batch({ submittedMs: NOW - 10 * HOUR });

describe('batches of the last day, weighted by their requests', () => {
  it.each([
    ['one in time', [inTime], 1],
    ['a large one in time, a small one late', [{ ...inTime, requests: 9000 }, batch({})], 0.9],
    ['its server’s own deadline counts', [batch({ expiresMs: NOW })], 1],
    ['one that failed', [inTime, batch({ state: 'failed', submittedMs: NOW - 2 * HOUR })], 0.5],
    ['one that is open after its deadline', [inTime, batch({ state: 'running', endedMs: null })], 0.5],
    ['one that ended the day before yesterday says nothing', [inTime, batch({ endedMs: NOW - 25 * HOUR })], 1],
    ['one that a person cancelled says nothing', [inTime, batch({ state: 'cancelled' })], 1],
    [
      'one inside its window says nothing yet',
      [inTime, batch({ state: 'running', endedMs: null, submittedMs: NOW - HOUR })],
      1,
    ],
    ['only one inside its window', [batch({ state: 'running', endedMs: null, submittedMs: NOW - HOUR })], null],
    ['a late one of unknown size beside others', [inTime, batch({ requests: null })], null],
    ['all late: no size is needed', [batch({ requests: null })], 0],
  ] as const)('%s', (_why, batches, compliance) => expect(slaOfBatches(batches, NOW)?.compliance).toBe(compliance));

  it('without a batch there is nothing to count in', () => {
    expect(slaOfBatches([batch({ endedMs: NOW - 25 * HOUR })], NOW)).toBeNull();
  });
});

describe('which of the two is counted is said', () => {
  const minutes = { met: 90, missed: 10, unknown: 500 };
  it('minutes of an online engine; unknown ones count for neither side', () => {
    expect(slaFigures(minutes, [], 'stated', NOW)).toMatchObject({ compliance: 0.9, basis: 'online', reason: '' });
    expect(slaFigures(minutes, [], 'nobody', NOW)).toMatchObject({ compliance: 0.9, basis: 'unstated' });
  });
  it('batches where there are any, even when none is due: latencies of a batch are nobody’s promise', () => {
    const open = batch({ state: 'running', endedMs: null, submittedMs: NOW - HOUR });
    expect(slaFigures(minutes, [open], 'stated', NOW)).toMatchObject({ compliance: null, basis: 'batches' });
  });
  it('a few minutes after a start are no day', () => {
    expect(slaFigures({ met: 1, missed: 20, unknown: 0 }, [], 'stated', NOW)).toMatchObject({
      compliance: null,
      reason: '21 of 30 minutes with demand are known',
    });
  });
});

it('the day before a moment of the past is that day, with the stretches that were over by then', () => {
  const buckets = [0, 1, 24, 25].map((hour) => ({
    bucketMs: hour * HOUR,
    met: 10 ** (hour % 24),
    missed: 1,
    unknown: 0,
  }));
  const before = slaDayReader(buckets, HOUR);
  expect(before(2 * HOUR)).toMatchObject({ met: 11, missed: 2 });
  expect(before(2 * HOUR - 1)).toMatchObject({ met: 1 });
  expect(before(25 * HOUR)).toMatchObject({ met: 11, missed: 2 });
});
