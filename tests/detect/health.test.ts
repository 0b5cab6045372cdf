import { describe, expect, it } from 'vitest';
import { learnBaseline } from '#lib/detect/baseline.ts';
import { judgeSubject, judgeTarget, type TargetPolls } from '#lib/detect/health.ts';

const NOW = 1_000_000;
const polls = (more: Partial<TargetPolls>): TargetPolls => ({
  intervalMs: 5000,
  paused: false,
  lastPoll: { atMs: NOW - 1000, ok: true, message: null, sameValues: 0 },
  lastOkMs: NOW - 1000,
  ...more,
});
const failed = (atMs: number) => ({ atMs, ok: false, message: 'connection refused', sameValues: 0 });

describe('how far a target can be trusted', () => {
  const cases: { name: string; polls: TargetPolls; state: string; reason: string }[] = [
    { name: 'answers', polls: polls({}), state: 'ok', reason: '' },
    {
      name: 'one missed poll is no news',
      polls: polls({ lastPoll: failed(NOW - 1000), lastOkMs: NOW - 6000 }),
      state: 'ok',
      reason: '',
    },
    {
      name: 'polls fail: down, with why',
      polls: polls({ lastPoll: failed(NOW - 1000), lastOkMs: NOW - 200_000 }),
      state: 'down',
      reason: 'connection refused',
    },
    {
      name: 'never answered',
      polls: polls({ lastPoll: failed(NOW - 1000), lastOkMs: null }),
      state: 'down',
      reason: 'no poll has succeeded yet',
    },
    {
      name: 'nobody polls: stale, not down',
      polls: polls({ lastPoll: { ...failed(NOW - 300_000), ok: true }, lastOkMs: NOW - 300_000 }),
      state: 'stale',
      reason: 'no collector polls it',
    },
    {
      name: 'paused says so',
      polls: polls({ paused: true, lastOkMs: NOW - 300_000 }),
      state: 'stale',
      reason: 'paused',
    },
    { name: 'new', polls: polls({ lastPoll: null, lastOkMs: null }), state: 'unknown', reason: 'not polled yet' },
  ];
  it.each(cases)('$name', ({ polls: given, state, reason }) => {
    const verdict = judgeTarget(given, NOW);
    expect(verdict.state).toBe(state);
    expect(verdict.reason).toContain(reason);
  });
});

describe('one subject of a target', () => {
  const ok = { state: 'ok', reason: '' } as const;
  it('a GPU that the exporter no longer shows is stale although the target answers', () => {
    expect(judgeSubject(ok, polls({}), { lastSampleMs: NOW - 60_000, busy: false }, NOW).state).toBe('stale');
  });
  it('repeated values of a busy subject are frozen, of an idle one they are not', () => {
    const repeating = polls({ lastPoll: { atMs: NOW - 1000, ok: true, message: null, sameValues: 120 } });
    const seen = { lastSampleMs: NOW - 1000 };
    expect(judgeSubject(ok, repeating, { ...seen, busy: true }, NOW).state).toBe('frozen');
    expect(judgeSubject(ok, repeating, { ...seen, busy: false }, NOW).state).toBe('ok');
  });
  it('inherits the target being down', () => {
    const down = { state: 'down', reason: 'refused' } as const;
    expect(judgeSubject(down, polls({}), { lastSampleMs: NOW, busy: true }, NOW)).toBe(down);
  });
});

describe('the learned baseline', () => {
  const MINUTE = 60_000;
  const now = 10 * 86_400_000;
  const minute = (ageMinutes: number, finishedPerSecond: number, runningMean: number, waitingMax = 0) => ({
    atMs: now - ageMinutes * MINUTE,
    finishedPerSecond,
    runningMean,
    waitingMax,
    tokensPerSecond: finishedPerSecond * 40,
    promptTokensPerSecond: null,
    restarted: false,
  });
  const busy = Array.from({ length: 100 }, (_, i) => minute(119 - i, 200, 10));

  it('is the median of busy minutes', () => expect(learnBaseline(busy, now)).toEqual({ rps: 200, minutes: 100 }));
  it('does not let idle nights pull it down', () => {
    const nights = Array.from({ length: 500 }, (_, i) => minute(700 - i, 1, 0.1));
    expect(learnBaseline([...nights.map((n) => ({ ...n, runningMean: 0 })), ...busy], now).rps).toBe(200);
  });
  it('counts a minute with a queue as busy', () => {
    const queued = Array.from({ length: 200 }, (_, i) => minute(500 - i, 300, 1, 5));
    expect(learnBaseline([...queued, ...busy], now).rps).toBe(300);
  });
  it('leaves the newest 15 minutes out, so that a fault does not become normal at once', () => {
    const fault = Array.from({ length: 14 }, (_, i) => minute(13 - i, 5, 10));
    expect(learnBaseline([...busy, ...fault], now).minutes).toBe(100);
  });
  it('is unknown with fewer than 60 busy minutes', () => expect(learnBaseline(busy.slice(0, 59), now).rps).toBeNull());
  it('forgets what is older than 7 days', () =>
    expect(learnBaseline([minute(8 * 1440, 999, 10)], now).minutes).toBe(0));
});
