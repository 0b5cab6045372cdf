import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Activity, type ActivityState, NO_ACTIVITY, takeActivity } from '#lib/runs/detect-batches.ts';

const MINUTE_S = 60;
const HOUR_S = 3600;

/** Every request by its arrival and end, in seconds. */
type Request = readonly [number, number];

/** What polls every `everyS` see of requests; `blind` spans are not polled. */
function polled(requests: readonly Request[], toS: number, everyS = 5, blind: readonly Request[] = []): Activity[] {
  const polls: Activity[] = [];
  const arrivals = requests.map(([at]) => at).sort((a, b) => a - b);
  const ends = requests.map(([, at]) => at).sort((a, b) => a - b);
  let [arrived, ended] = [0, 0];
  let [toldArrived, toldEnded] = [0, 0];
  for (let atS = 0; atS <= toS; atS += everyS) {
    while ((arrivals[arrived] ?? Number.POSITIVE_INFINITY) <= atS) arrived += 1;
    while ((ends[ended] ?? Number.POSITIVE_INFINITY) <= atS) ended += 1;
    if (blind.some(([from, to]) => atS >= from && atS < to)) continue;
    polls.push({
      atMs: atS * 1000,
      inFlight: arrived - ended,
      running: Math.min(256, arrived - ended),
      finished: ended - toldEnded,
      arrivals: arrived - toldArrived,
    });
    [toldArrived, toldEnded] = [arrived, ended];
  }
  return polls;
}

/** A closed loop: `clients` ask again as soon as they are answered, until all requests are asked. */
function batch(startS: number, count: number, clients = 8, serviceS = 4): Request[] {
  return Array.from({ length: count }, (_, i) => {
    const fromS = startS + Math.floor(i / clients) * serviceS + ((i % clients) * serviceS) / clients;
    return [fromS, fromS + serviceS] as const;
  });
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Poisson arrivals with exponential service times. */
function online(toS: number, rps: number, serviceS: number, seed: number, fromS = 0): Request[] {
  const next = random(seed);
  const requests: Request[] = [];
  const exponential = (mean: number): number => -Math.log(1 - next()) * mean;
  let atS = fromS + exponential(1 / rps);
  while (atS < toS) {
    requests.push([atS, atS + exponential(serviceS)]);
    atS += exponential(1 / rps);
  }
  return requests;
}

/** The longest row of alike batches that there ever was. */
function longest(polls: readonly Activity[], from: ActivityState = NO_ACTIVITY): ActivityState['alike'] {
  let state = from;
  let most: ActivityState['alike'] = [];
  for (const poll of polls) {
    state = takeActivity(state, poll);
    if (state.alike.length >= most.length) most = state.alike;
  }
  return most;
}
const three = [...batch(60, 200), ...batch(300, 200), ...batch(540, 200)];

describe('batches are found', () => {
  it.each([1, 5, 15])('three batches of 200 with polls every %i s', (everyS) => {
    const found = longest(polled(three, 1000, everyS));
    expect(found).toHaveLength(3);
    found.forEach((each, i) => {
      expect(Math.abs(each.startMs / 1000 - (60 + 240 * i))).toBeLessThanOrEqual(everyS);
      expect(Math.abs(each.endMs / 1000 - (164 + 240 * i))).toBeLessThanOrEqual(everyS);
      expect(each.finished).toBe(200);
    });
  });

  it('though they become slower, or a poll is missing, or one question comes between', () => {
    const slower = [...batch(60, 200), ...batch(300, 200, 8, 5), ...batch(600, 200, 8, 7)];
    expect(longest(polled(slower, 1200))).toHaveLength(3);
    expect(
      longest(
        polled(three, 1000, 5, [
          [100, 160],
          [200, 230],
        ]),
      ),
    ).toHaveLength(3);
    expect(longest(polled([...three, [250, 252]], 1000))).toHaveLength(3);
  });

  it('sent all at once, with a queue that runs out', () => {
    const atOnce = (startS: number): Request[] =>
      Array.from({ length: 300 }, (_, i) => [startS, startS + 4 + Math.floor(i / 8) * 4] as const);
    expect(longest(polled([...atOnce(60), ...atOnce(300), ...atOnce(600)], 1000))).toHaveLength(3);
  });

  it('whatever the number of clients and the service time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 20 }), (clients, serviceS) => {
        const count = clients * Math.max(Math.ceil(90 / serviceS), Math.ceil(25 / clients));
        const lengthS = Math.ceil(count / clients) * serviceS + 100;
        const requests = [0, 1, 2].flatMap((i) => batch(10 + i * lengthS, count, clients, serviceS));
        expect(longest(polled(requests, 3 * lengthS + 200))).toHaveLength(3);
      }),
      { numRuns: 60 },
    );
  });

  it('from a state that was stored between any two polls', () => {
    let state = NO_ACTIVITY;
    for (const poll of polled(three, 1000)) state = JSON.parse(JSON.stringify(takeActivity(state, poll)));
    expect(state.alike).toEqual(longest(polled(three, 1000)));
  });

  it('a poll that is told twice counts once', () => {
    const polls = polled(three, 1000);
    expect(longest(polls.flatMap((poll) => [poll, poll]))).toEqual(longest(polls));
  });
});

describe('what is no run of batches is none', () => {
  const count = (requests: readonly Request[], toS: number, everyS?: number, blind?: readonly Request[]) =>
    longest(polled(requests, toS, everyS, blind)).length;

  it('two are not enough', () => expect(count([...batch(60, 200), ...batch(300, 200)], 1000)).toBe(2));

  it('more than half an hour apart', () => {
    expect(count([...batch(60, 200), ...batch(2100, 200), ...batch(4200, 200)], 6000)).toBe(1);
  });

  it('one that is twice as long or has twice as many begins anew', () => {
    expect(count([...batch(60, 200), ...batch(300, 200), ...batch(540, 450)], 1500)).toBe(2);
    expect(count([...batch(60, 200), ...batch(300, 200), ...batch(540, 500, 20)], 1500)).toBe(2);
  });

  it.each([
    ['too short', batch(0, 64, 8, 4)],
    ['too few', batch(0, 18, 1, 10)],
  ])('%s', (_case, one) => {
    const shifted = [0, 1, 2, 3].flatMap((i) =>
      one.map(([from, to]) => [from + 10 + i * 300, to + 10 + i * 300] as const),
    );
    expect(count(shifted, 1500)).toBe(0);
  });

  it('not polled for two minutes: nobody knows', () => {
    expect(count(three, 1000, 5, [[180, 305]])).toBe(2);
    expect(count(three, 1000, 5, [[320, 450]])).toBe(1);
  });

  it('an engine that does not count its requests', () => {
    expect(longest(polled(three, 1000).map((poll) => ({ ...poll, finished: null })))).toEqual([]);
  });

  it('online traffic that never rests', () => expect(count(online(6 * HOUR_S, 3, 5, 7), 6 * HOUR_S)).toBe(0));

  it('days of traffic with quiet nights', () => {
    const days = [0, 1, 2, 3].flatMap((day) => {
      const fromS = day * 24 * HOUR_S + 8 * HOUR_S;
      return online(fromS + 10 * HOUR_S, 0.5, 4, day + 1, fromS);
    });
    expect(count(days, 4 * 24 * HOUR_S, 30)).toBeLessThan(3);
  });

  it('online traffic with pauses, over a grid of rates and service times', () => {
    const found: string[] = [];
    for (const rps of [0.02, 0.05, 0.1, 0.2, 0.4]) {
      for (const serviceS of [1, 4, 10, 30]) {
        for (let seed = 1; seed <= 4; seed += 1) {
          const most = count(online(12 * HOUR_S, rps, serviceS, seed * 7919), 12 * HOUR_S);
          if (most >= 3) found.push(`${rps} req/s of ${serviceS} s, seed ${seed}: ${most}`);
        }
      }
    }
    expect(found).toEqual([]);
  });

  it('any polls at all: batches are in order, apart, and long enough', () => {
    const number = fc.oneof(fc.constant(null), fc.constant(0), fc.integer({ min: 0, max: 30 }));
    const poll = fc.record({
      afterS: fc.integer({ min: 1, max: 200 }),
      running: number,
      inFlight: number,
      finished: number,
      arrivals: number,
    });
    fc.assert(
      fc.property(fc.array(poll, { maxLength: 300 }), (steps) => {
        let atMs = 0;
        const polls = steps.map(({ afterS, ...rest }) => {
          atMs += afterS * 1000;
          return { ...rest, atMs };
        });
        const found = longest(polls);
        found.forEach((each, i) => {
          expect(each.endMs - each.startMs).toBeGreaterThanOrEqual(MINUTE_S * 1000);
          expect(each.finished).toBeGreaterThanOrEqual(20);
          expect(each.startMs).toBeGreaterThan(found[i - 1]?.endMs ?? -1);
        });
      }),
    );
  });
});
