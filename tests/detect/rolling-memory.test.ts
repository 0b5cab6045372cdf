import { describe, expect, it } from 'vitest';
import { judgementStands, type StandingJudgement } from '#lib/detect/judgement-stands.ts';
import { MemoryMinutes } from '#lib/detect/memory-minutes.ts';
import { VERDICT_OLD_MS, type VerdictHead, verdictSignal } from '#lib/detect/verdict-signals.ts';
import { formatValue } from '#lib/metrics/unit.ts';

const MINUTE = 60_000;
const MIB = 1024 ** 2;

describe('the minutes of a subject', () => {
  it('forgets what is older than its span, and keeps holes as holes', () => {
    const minutes = new MemoryMinutes(5 * MINUTE);
    expect(minutes.newestMs).toBeNull();
    expect(minutes.since(0)).toEqual([]);
    minutes.set(10 * MINUTE + 999, 100, 2);
    minutes.set(12 * MINUTE, 120, null);
    expect(minutes.since(0)).toEqual([
      { atMs: 10 * MINUTE, bytes: 100, load: 2 },
      { atMs: 12 * MINUTE, bytes: 120, load: null },
    ]);
    minutes.set(15 * MINUTE, 150, 0);
    expect(minutes.since(0).map(({ bytes }) => bytes)).toEqual([120, 150]);
    minutes.set(10 * MINUTE, 999, 9);
    expect(minutes.since(0).map(({ bytes }) => bytes)).toEqual([120, 150]);
    minutes.set(99 * MINUTE, 990, 1);
    expect(minutes.since(0)).toEqual([{ atMs: 99 * MINUTE, bytes: 990, load: 1 }]);
  });

  it('takes a minute that comes late, and an unknown one in place of a known', () => {
    const minutes = new MemoryMinutes(5 * MINUTE);
    minutes.set(12 * MINUTE, 120, 1);
    minutes.set(11 * MINUTE, 110, 1);
    minutes.set(12 * MINUTE, null, 1);
    expect(minutes.since(0).map(({ atMs }) => atMs / MINUTE)).toEqual([11]);
    expect(minutes.since(12 * MINUTE)).toEqual([]);
  });
});

describe('a judgement stands without being made anew', () => {
  const last: StandingJudgement = {
    atMs: 0,
    verdict: 'none',
    lowBytes: 100 * MIB,
    highBytes: 104 * MIB,
    quantumBytes: MIB,
  };
  const point = (bytes: number | null) => ({ atMs: MINUTE, bytes, load: null });
  it.each<[string, Partial<StandingJudgement>, (number | null)[], number, boolean]>([
    ['memory where it was', {}, [102 * MIB, 103 * MIB], 5, true],
    ['a peak between two lows', {}, [103 * MIB, 180 * MIB], 5, true],
    ['a rise of every reading', {}, [106 * MIB, 107 * MIB], 5, false],
    ['a fall: a restart', {}, [3 * MIB, 103 * MIB], 5, false],
    ['nearly an hour later', {}, [102 * MIB], 59, true],
    ['an hour later', {}, [102 * MIB], 60, false],
    ['half an hour later, with floors far apart', { highBytes: 120 * MIB }, [102 * MIB], 30, false],
    ['nothing read', {}, [null], 5, true],
    ['a leak wants fresh numbers', { verdict: 'leak' }, [102 * MIB], 5, false],
    ['an undecided one may be decided', { verdict: 'inconclusive' }, [102 * MIB], 5, false],
    ['a judgement without floors', { lowBytes: null, highBytes: null }, [102 * MIB], 5, false],
  ])('%s', (_why, parts, bytes, minutes, expected) => {
    expect(judgementStands({ ...last, ...parts }, bytes.map(point), minutes * MINUTE)).toBe(expected);
  });
});

describe('a verdict as signals', () => {
  const head: VerdictHead = {
    ...{ judgedAtMs: 0, verdict: 'leak', slopeMibPerHour: 36, expectedLimitMs: 7_200_000 },
    ...{ reservedBytes: 900, aboveReservedBytes: -10 },
  };
  it('tells its word, growth and the time that is left by now', () => {
    expect(formatValue(verdictSignal(head, 'verdict', MINUTE), 'leak_verdict')).toBe('leak');
    expect(verdictSignal(head, 'growth', MINUTE)).toBe((36 * MIB) / 3600);
    expect(verdictSignal(head, 'time-to-limit', 10 * MINUTE)).toBe(6600);
    expect(verdictSignal(head, 'reserved', MINUTE)).toBe(900);
    expect(verdictSignal(head, 'above-reserved', MINUTE)).toBe(-10);
  });
  it('is unknown when there is none, when it is too old, and where it does not tell', () => {
    expect(verdictSignal(undefined, 'verdict', 0)).toBeNull();
    expect(verdictSignal(head, 'verdict', VERDICT_OLD_MS)).not.toBeNull();
    expect(verdictSignal(head, 'verdict', VERDICT_OLD_MS + 1)).toBeNull();
    expect(verdictSignal({ ...head, expectedLimitMs: null }, 'time-to-limit', 0)).toBeNull();
    expect(verdictSignal({ ...head, slopeMibPerHour: null }, 'growth', 0)).toBeNull();
  });
});
