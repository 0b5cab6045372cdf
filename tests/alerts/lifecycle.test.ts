import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Episode } from '#lib/alerts/alert.ts';
import { alertState } from '#lib/alerts/alert.ts';
import { end, type LifecycleRule, type Observation, step, type TransitionKind } from '#lib/alerts/lifecycle.ts';

const POLL = 5000;
const RULE: LifecycleRule = { forMs: 0, keepFiringMs: 0, absence: 'keep' };

/** `!` holds, `.` healthy, `-` between limit and recovery limit, `?` no data, `*` frozen, `_` as low as can be seen. One character a poll. */
function seen(mark: string, i: number): Observation {
  const base = { atMs: i * POLL, intervalMs: POLL, limit: 10, unit: 'requests', dataReason: '', data: 'ok' } as const;
  switch (mark) {
    case '!':
      return { ...base, holds: true, holdsWithMargin: true, value: 20 };
    case '-':
      return { ...base, holds: false, holdsWithMargin: true, value: 9.8 };
    case '?':
      return { ...base, holds: null, holdsWithMargin: null, value: null, data: 'no-data', dataReason: 'refused' };
    case '_':
      return { ...base, holds: null, holdsWithMargin: false, value: 8, data: 'no-data', dataReason: 'lowest bucket' };
    case '*':
      return { ...base, holds: null, holdsWithMargin: null, value: null, data: 'frozen', dataReason: 'frozen' };
    default:
      return { ...base, holds: false, holdsWithMargin: false, value: 1 };
  }
}

type Event = readonly [poll: number, kind: TransitionKind];

function play(marks: string, rule: LifecycleRule = RULE, flapping = false): { events: Event[]; last: Episode | null } {
  let episode: Episode | null = null;
  const events: Event[] = [];
  for (const [i, mark] of [...marks].entries()) {
    const open: Episode | null = episode !== null && episode.resolvedAtMs === null ? episode : null;
    const next = step(open, rule, seen(mark, i), flapping);
    events.push(...next.transitions.map((each): Event => [each.atMs / POLL, each.kind]));
    episode = next.episode ?? episode;
  }
  return { events, last: episode };
}

const minute = 60_000;

describe('an episode', () => {
  it.each<[string, string, Partial<LifecycleRule>, readonly Event[]]>([
    [
      '`for: 0s` fires at the first poll that holds',
      '.!',
      {},
      [
        [1, 'pending'],
        [1, 'firing'],
      ],
    ],
    [
      'what is as low as its signal can show begins nothing, and ends what fired on more',
      '__!_',
      {},
      [
        [2, 'pending'],
        [2, 'firing'],
        [3, 'recovering'],
        [3, 'resolved'],
      ],
    ],
    [
      '`for` must hold all the time',
      '!!.',
      { forMs: 15_000 },
      [
        [0, 'pending'],
        [2, 'dropped'],
      ],
    ],
    [
      'fires when `for` is over, not before',
      '!!!!',
      { forMs: 15_000 },
      [
        [0, 'pending'],
        [3, 'firing'],
      ],
    ],
    [
      'one failed poll does not reset `for`',
      '!!?!',
      { forMs: 15_000 },
      [
        [0, 'pending'],
        [3, 'firing'],
      ],
    ],
    [
      'no data cannot fire what is pending',
      '!???????',
      { forMs: 15_000 },
      [
        [0, 'pending'],
        [3, 'no-data'],
      ],
    ],
    [
      'a healthy poll after a gap drops what was pending',
      '!?.',
      { forMs: 15_000 },
      [
        [0, 'pending'],
        [2, 'dropped'],
      ],
    ],
    [
      'resolves at once without keep_firing_for',
      '!.',
      {},
      [
        [0, 'pending'],
        [0, 'firing'],
        [1, 'recovering'],
        [1, 'resolved'],
      ],
    ],
    [
      'between limit and recovery limit it keeps firing',
      '!---',
      {},
      [
        [0, 'pending'],
        [0, 'firing'],
      ],
    ],
    [
      'keeps firing until it was healthy for keep_firing_for',
      '!..!...',
      { keepFiringMs: 10_000 },
      [
        [0, 'pending'],
        [0, 'firing'],
        [1, 'recovering'],
        [3, 'firing-again'],
        [4, 'recovering'],
        [6, 'resolved'],
      ],
    ],
    [
      'absence never resolves',
      '!??????????',
      {},
      [
        [0, 'pending'],
        [0, 'firing'],
        [3, 'no-data'],
      ],
    ],
    [
      'frozen values never resolve and are named',
      '!**',
      {},
      [
        [0, 'pending'],
        [0, 'firing'],
        [1, 'frozen'],
      ],
    ],
    [
      'data that comes back healthy resolves only then',
      '!????.',
      {},
      [
        [0, 'pending'],
        [0, 'firing'],
        [3, 'no-data'],
        [5, 'data-back'],
        [5, 'recovering'],
        [5, 'resolved'],
      ],
    ],
    [
      'what happened without data does not count as recovering',
      '!.????..',
      { keepFiringMs: 10_000 },
      [
        [0, 'pending'],
        [0, 'firing'],
        [1, 'recovering'],
        [4, 'no-data'],
        [6, 'data-back'],
      ],
    ],
    [
      '`absence: resolve` is Prometheus',
      '!?',
      { absence: 'resolve' },
      [
        [0, 'pending'],
        [0, 'firing'],
        [1, 'resolved'],
      ],
    ],
    ['unknown begins nothing', '???', {}, []],
  ])('%s', (_name, marks, rule, events) => {
    expect(play(marks, { ...RULE, ...rule }).events).toEqual(events);
  });

  it('does not fire on less than 60 % of its polls, and its clock starts again', () => {
    const { events, last } = play('!??!??!??!??!??!', { ...RULE, forMs: minute });
    expect(events.filter(([, kind]) => kind === 'firing')).toEqual([]);
    expect(last?.pendingSinceMs).toBe(12 * POLL);
  });

  it('that flaps does not resolve until it has stopped', () => {
    expect(play('!....', RULE, true).events.map(([, kind]) => kind)).toEqual(['pending', 'firing', 'recovering']);
  });

  it('keeps the value farthest from the limit', () => {
    const first = step(null, RULE, { ...seen('!', 0), value: 30 }, false).episode;
    const next = step(first, RULE, { ...seen('!', 1), value: 15 }, false).episode;
    expect(next).toMatchObject({ firedValue: 30, peakValue: 30, lastValue: 15 });
  });

  it('that is ended from outside says why and knows no value', () => {
    const { last } = play('!');
    if (last === null) throw new Error('nothing fired');
    expect(end(last, 'target-removed', 9).episode).toMatchObject({ endReason: 'target-removed', resolvedValue: null });
  });
});

describe('whatever the polls say', () => {
  it('an alert only resolves at a poll that was healthy, and only fires at one that held', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('!', '.', '-', '?', '*'), maxLength: 60 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 6 }),
        (marks, forPolls, keepPolls) => {
          const { events } = play(marks, { forMs: forPolls * POLL, keepFiringMs: keepPolls * POLL, absence: 'keep' });
          for (const [poll, kind] of events) {
            if (kind === 'resolved') expect(marks[poll]).toBe('.');
            if (kind === 'firing' || kind === 'pending') expect(marks[poll]).toBe('!');
          }
          const kinds = events.map(([, kind]) => kind).join(' ');
          expect(kinds).not.toMatch(/resolved (resolved|recovering|firing-again)/);
        },
      ),
    );
  });

  it('the state follows from the timestamps', () => {
    const none = { firedAtMs: null, recoveringSinceMs: null, resolvedAtMs: null };
    expect(alertState(none)).toBe('pending');
    expect(alertState({ ...none, firedAtMs: 1 })).toBe('firing');
    expect(alertState({ ...none, firedAtMs: 1, recoveringSinceMs: 2 })).toBe('recovering');
    expect(alertState({ ...none, firedAtMs: 1, recoveringSinceMs: 2, resolvedAtMs: 3 })).toBe('resolved');
  });
});
