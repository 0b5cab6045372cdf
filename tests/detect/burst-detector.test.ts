import { describe, expect, test } from 'vitest';
import { BurstDetector } from '#lib/detect/burst-detector.ts';
import { againstPromise, type BurstRecord } from '#lib/detect/burst-record.ts';
import type { BurstSample } from '#lib/detect/burst-sample.ts';
import type { OpenBurst } from '#lib/detect/open-burst.ts';

const START_MS = 1_800_000_000_000;

/** A quiet poll of an engine at 20 requests a second. */
function poll(second: number, parts: Partial<BurstSample> = {}): BurstSample {
  return {
    ...{ atMs: START_MS + second * 1000, elapsedMs: 1000, restarted: false, arrivals: 20, finished: 20, failed: 0 },
    ...{ waiting: 0, running: 8, kvRatio: 0.2, tokens: 800, preemptions: 0 },
    ...{ ttftP95S: 0.05, ttftSumS: 0.8, ttftCount: 20, ...parts },
  };
}

const BURST = { arrivals: 120, finished: 60, waiting: 300, running: 24, kvRatio: 0.6, ttftP95S: 2, ttftSumS: 60 };
const DRAIN = { ...BURST, arrivals: 20, waiting: 120 };

type Stretch = readonly [seconds: number, parts: Partial<BurstSample>];

function play(stretches: readonly Stretch[], detector = new BurstDetector(), fromS = 0): BurstRecord[] {
  const found = new Map<number, BurstRecord>();
  let second = fromS;
  for (const [seconds, parts] of stretches) {
    for (let i = 0; i < seconds; i += 1) {
      second += 1;
      const { burst } = detector.add(poll(second, parts), null);
      if (burst !== null) found.set(burst.start.atMs, burst);
    }
  }
  return [...found.values()];
}

const QUIET: Stretch = [300, {}];

describe('one burst', () => {
  const [burst, ...others] = play([QUIET, [10, BURST], [4, DRAIN], [60, {}]]);

  test('its begin, load, queue and requests are those of its polls', () => {
    expect(others).toEqual([]);
    expect(burst?.start.atMs).toBe(START_MS + 300_000);
    expect(burst?.loadEnd?.atMs).toBe(START_MS + 310_000);
    expect(burst).toMatchObject({ peakRps: 120, multiplier: 6, queuePeak: 300, meanRps: 120, waves: 1 });
    expect(burst).toMatchObject({ arrived: 10 * 120 + 5 * 20, failed: 0, lostS: expect.closeTo(14 * (60 - 0.8), 5) });
  });

  test('recovery counts from the end of the load to when the last signal came back; the hold only confirms it', () => {
    expect(burst).toMatchObject({ verdict: 'recovered', recoveryMs: 4500, plusMinusMs: 1000, drainMs: 4500 });
    expect(burst?.isOpen).toBe(false);
    expect(burst?.last).toBe('waiting');
  });
});

test('while the load lasts it is ongoing, afterwards it still recovers, and a recovery is first confirmed', () => {
  expect(play([QUIET, [5, BURST]])[0]).toMatchObject({ verdict: 'ongoing', recoveryMs: null, isOpen: true });
  const drains = play([QUIET, [10, BURST], [4, DRAIN]])[0];
  expect(drains).toMatchObject({ verdict: 'still-recovering', recoveryMs: null, isOpen: true, isConfirming: false });
  const confirming = play([QUIET, [10, BURST], [4, DRAIN], [10, {}]])[0];
  expect(confirming).toMatchObject({ verdict: 'still-recovering', recoveryMs: 4500, isConfirming: true });
});

test('load that comes back before the engine recovered is another wave of the same burst', () => {
  const bursts = play([QUIET, [10, BURST], [5, DRAIN], [10, BURST], [3, DRAIN], [60, {}]]);
  expect(bursts).toHaveLength(1);
  expect(bursts[0]).toMatchObject({ waves: 2, verdict: 'recovered', recoveryMs: 3500 });
  expect(bursts[0]?.loadEnd?.atMs).toBe(START_MS + 325_000);
});

test('a load that ends inside a poll is dated inside it, and what that poll counts is no new wave', () => {
  const half = { ...DRAIN, arrivals: 70 };
  const [burst, ...others] = play([QUIET, [10, BURST], [1, half], [3, DRAIN], [60, {}]]);
  expect(others).toEqual([]);
  expect(burst).toMatchObject({ waves: 1, verdict: 'recovered', recoveryMs: 4000 });
  expect(burst?.loadEnd?.atMs).toBe(START_MS + 310_500);
  expect(burst?.meanRps).toBeCloseTo((10 * 120 + 70) / 10.5, 6);
});

test('ten minutes after the load the verdict is that it did not recover; a late recovery is told with its time', () => {
  const stuck = play([QUIET, [10, BURST], [620, DRAIN]])[0];
  expect(stuck).toMatchObject({ verdict: 'did-not-recover', recoveryMs: null, isOpen: true });
  const late = play([QUIET, [10, BURST], [620, DRAIN], [60, {}]])[0];
  expect(late).toMatchObject({ verdict: 'recovered', recoveryMs: 620_500, isOpen: false });
});

describe('what is not known is not made up', () => {
  test('a restart ends the burst without a verdict on recovery', () => {
    const [burst] = play([QUIET, [10, BURST], [1, { restarted: true, elapsedMs: null, arrivals: null }], [60, {}]]);
    expect(burst).toMatchObject({ verdict: 'inconclusive', recoveryMs: null, isOpen: false });
    expect(burst?.reason).toContain('restarted');
  });

  test('missed polls widen the ± to the gap', () => {
    const detector = new BurstDetector();
    play([QUIET, [10, BURST], [2, DRAIN]], detector);
    detector.add(poll(340, { elapsedMs: 28_000, arrivals: 560, finished: 560 }), null);
    const [burst] = play([[60, {}]], detector, 340);
    expect(burst).toMatchObject({ verdict: 'recovered', plusMinusMs: 28_000 });
  });

  test('no polls for ten minutes: inconclusive', () => {
    const detector = new BurstDetector();
    play([QUIET, [10, BURST]], detector);
    expect(detector.look(START_MS + 310_000 + 599_000)).toMatchObject({ verdict: 'ongoing' });
    const last = detector.look(START_MS + 310_000 + 601_000);
    expect(last).toMatchObject({ verdict: 'inconclusive', isOpen: false, reason: 'no numbers for ten minutes' });
    expect(detector.open).toBeNull();
  });

  test('without the number of waiting requests there is no recovery to tell', () => {
    const [burst] = play([QUIET, [10, BURST], [700, { waiting: null }]]);
    expect(burst).toMatchObject({ verdict: 'inconclusive', recoveryMs: null });
  });

  test('a signal that the engine does not expose is not judged, the others are', () => {
    const blind = { kvRatio: null, ttftP95S: null, ttftSumS: null, ttftCount: null, preemptions: null };
    const [burst] = play([
      [300, blind],
      [10, { ...BURST, ...blind }],
      [4, { ...DRAIN, ...blind }],
      [60, blind],
    ]);
    expect(burst).toMatchObject({ verdict: 'recovered', recoveryMs: 4500 });
    expect(burst?.signals.map((each) => each.signal)).toEqual(['waiting', 'token_speed']);
  });

  test('from idle there is no burst without a baseline, and no verdict on recovery with one', () => {
    const idle = { arrivals: 0, finished: 0, running: 0, tokens: 0, ttftP95S: null, ttftSumS: null, ttftCount: null };
    expect(
      play([
        [300, idle],
        [10, BURST],
        [30, DRAIN],
      ]),
    ).toEqual([]);
    const detector = new BurstDetector();
    let last: BurstRecord | null = null;
    for (let second = 1; second <= 400; second += 1) {
      const parts = second <= 300 || second > 314 ? idle : second <= 310 ? BURST : DRAIN;
      last = detector.add(poll(second, parts), 20).burst ?? last;
    }
    expect(last).toMatchObject({ verdict: 'inconclusive', usualFrom: 'baseline', multiplier: 6 });
    expect(last?.reason).toContain('idle');
  });
});

test('load that stays up for half an hour is a new level, and usual from then on', () => {
  const bursts = play([QUIET, [1900, { ...BURST, waiting: 0 }], [600, { ...BURST, waiting: 0 }]]);
  expect(bursts).toHaveLength(1);
  expect(bursts[0]).toMatchObject({ verdict: 'inconclusive', isOpen: false });
  expect(bursts[0]?.reason).toContain('new level');
});

test('one odd value after the engine is back is noise, two in a row are not', () => {
  const noisy = play([QUIET, [10, BURST], [4, DRAIN], [5, {}], [1, { kvRatio: 0.23 }], [60, {}]])[0];
  expect(noisy?.recoveryMs).toBe(4500);
  const again = play([QUIET, [10, BURST], [4, DRAIN], [5, {}], [2, { kvRatio: 0.23 }], [60, {}]])[0];
  expect(again).toMatchObject({ recoveryMs: 11_500, last: 'kv_cache' });
});

test('an open burst goes on where it was in another process', () => {
  const whole = play([QUIET, [10, BURST], [4, DRAIN], [60, {}]])[0];
  const first = new BurstDetector();
  play([QUIET, [10, BURST], [2, DRAIN]], first);
  const stored = JSON.parse(JSON.stringify(first.open)) as OpenBurst;
  const second = new BurstDetector(stored);
  expect(
    play(
      [
        [2, DRAIN],
        [60, {}],
      ],
      second,
      312,
    )[0],
  ).toEqual(whole);
});

test('one poll of five seconds is a burst by itself when it is three times the usual, a second is only suspicious', () => {
  const slow = new BurstDetector();
  for (let i = 1; i <= 60; i += 1) slow.add(poll(i * 5, { elapsedMs: 5000, arrivals: 100, finished: 100 }), null);
  const seen = slow.add(poll(305, { elapsedMs: 5000, arrivals: 400, finished: 200, waiting: 200 }), null);
  expect(seen.burst).toMatchObject({ verdict: 'ongoing', start: { atMs: START_MS + 300_000, plusMinusMs: 5000 } });
  const fast = new BurstDetector();
  play([QUIET], fast);
  expect(fast.add(poll(301, { arrivals: 100 }), null)).toMatchObject({ burst: null, isSuspicious: true });
});

test('a poll that is not newer than the last one counts nothing', () => {
  const detector = new BurstDetector();
  play([QUIET], detector);
  expect(detector.add(poll(300, { arrivals: 5000 }), null)).toEqual({ burst: null, isSuspicious: false });
});

test.each([
  [1000, 1000, 'aim'],
  [4000, 1000, 'promise'],
  [5500, 1000, 'too-coarse'],
  [8000, 1000, 'missed'],
  [2000, 5000, 'too-coarse'],
] as const)('a recovery of %i ± %i ms against 3 and 6 s: %s', (recoveryMs, plusMinusMs, expected) => {
  expect(againstPromise(recoveryMs, plusMinusMs)).toBe(expected);
});
