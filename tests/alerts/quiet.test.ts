import { describe, expect, it } from 'vitest';
import { type HandledAlert, handlingOf } from '#lib/alerts/handling.ts';
import { type InhibitionAlert, inhibitors } from '#lib/alerts/inhibition.ts';
import { openUntilMs, type Schedule } from '#lib/alerts/schedule.ts';

const at = (iso: string): number => Date.parse(iso);

describe('a maintenance window', () => {
  const berlin: Schedule = { kind: 'weekly', timeZone: 'Europe/Berlin', days: [6], start: '23:00', minutes: 240 };
  it.each<[string, Schedule, string, string | null]>([
    ['is open in local time', berlin, '2026-07-04T21:30:00Z', '2026-07-05T01:00:00Z'],
    ['is closed before', berlin, '2026-07-04T20:59:59Z', null],
    ['goes on past midnight', berlin, '2026-07-05T00:59:59Z', '2026-07-05T01:00:00Z'],
    ['is closed on other days', berlin, '2026-07-03T21:30:00Z', null],
    [
      'lasts its minutes when the clock goes back (25 October 2026, 03:00)',
      berlin,
      '2026-10-25T00:59:00Z',
      '2026-10-25T01:00:00Z',
    ],
    ['starts in winter time too', berlin, '2026-12-05T22:00:00Z', '2026-12-06T02:00:00Z'],
    [
      'that starts in the hour that summer time skips opens',
      { kind: 'weekly', timeZone: 'Europe/Berlin', days: [7], start: '02:30', minutes: 60 },
      '2026-03-29T01:45:00Z',
      '2026-03-29T02:30:00Z',
    ],
    [
      'once',
      { kind: 'once', startsAtMs: at('2026-01-01T00:00:00Z'), endsAtMs: at('2026-01-01T01:00:00Z') },
      '2026-01-01T00:30:00Z',
      '2026-01-01T01:00:00Z',
    ],
    [
      'once is over at its end',
      { kind: 'once', startsAtMs: at('2026-01-01T00:00:00Z'), endsAtMs: at('2026-01-01T01:00:00Z') },
      '2026-01-01T01:00:00Z',
      null,
    ],
  ])('%s', (_name, schedule, now, until) => {
    expect(openUntilMs(schedule, at(now))).toBe(until === null ? null : at(until));
  });
});

describe('why an alert is quiet', () => {
  const alert: HandledAlert = {
    labels: { host: 'gpu-01' },
    ackedAtMs: null,
    ackedBy: null,
    ackNote: null,
    ackUntilMs: null,
    inhibitedBy: null,
  };
  const acked = { ...alert, ackedAtMs: 10, ackedBy: 'K.', ackNote: 'on it', ackUntilMs: 100 };
  const silence = {
    id: 7,
    matchers: [{ label: 'host', op: '=', value: 'gpu-*' }],
    author: 'L.',
    reason: 'swap',
    startsAtMs: 0,
    endsAtMs: 50,
  } as const;
  const none = { silences: [], maintenance: [] };

  it('is not quiet by itself', () => expect(handlingOf(alert, none, 20)).toEqual({ state: 'open' }));
  it('acked by whom, until when', () =>
    expect(handlingOf(acked, none, 20)).toEqual({ state: 'acked', by: 'K.', note: 'on it', untilMs: 100 }));
  it('an expired ack is none', () => expect(handlingOf(acked, none, 100)).toEqual({ state: 'open' }));
  it('silenced, by which and until when', () =>
    expect(handlingOf(alert, { ...none, silences: [silence] }, 20)).toEqual({
      state: 'muted',
      by: 'silence',
      id: 7,
      reason: 'silenced by L.: swap',
      untilMs: 50,
    }));
  it('a silence that is over mutes nothing', () =>
    expect(handlingOf(alert, { ...none, silences: [silence] }, 50)).toEqual({ state: 'open' }));
  it('inhibited, by what', () =>
    expect(handlingOf({ ...alert, inhibitedBy: { id: 3, title: 'TargetDown on gpu-01' } }, none, 20)).toEqual({
      state: 'inhibited',
      by: 3,
      reason: 'follows from: TargetDown on gpu-01',
    }));
});

describe('inhibition', () => {
  const open = (id: number, ruleId: string, targetId: number, firedAtMs: number | null = id): InhibitionAlert => {
    return { id, ruleId, targetId, subjectId: targetId * 10, host: 'gpu-01', firedAtMs };
  };
  const hosts = new Map([['gpu-01', 2]]);
  it.each<[string, readonly InhibitionAlert[], readonly (readonly [number, number])[]]>([
    ['a target that is down mutes what it shows', [open(1, 'Kv', 1), open(2, 'TargetDown', 1)], [[1, 2]]],
    ['and nothing of other targets', [open(1, 'Kv', 2), open(2, 'TargetDown', 1)], []],
    ['a pending one mutes nothing', [open(1, 'Kv', 1), open(2, 'TargetDown', 1, null)], []],
    [
      'when all targets of a host fail, the first to fire speaks for the host',
      [open(1, 'Kv', 2), open(2, 'TargetDown', 1), open(3, 'TargetDown', 2, null)],
      [
        [1, 2],
        [3, 2],
      ],
    ],
    [
      'of one budget that burns, the most urgent alert that fires speaks for the others, whichever came first',
      [open(1, 'SloBurnSlow', 1), open(2, 'SloBurnSustained', 1), open(3, 'SloBurnFast', 1, null)],
      [[1, 2]],
    ],
    ['and for no other engine', [open(1, 'SloBurnSlow', 1), { ...open(2, 'SloBurnFast', 1), subjectId: 11 }], []],
    [
      'a target that is down speaks before that',
      [open(1, 'SloBurnSlow', 1), open(2, 'SloBurnFast', 1), open(3, 'TargetDown', 1)],
      [
        [1, 3],
        [2, 3],
      ],
    ],
  ])('%s', (_name, alerts, muted) => {
    expect([...inhibitors(alerts, hosts)]).toEqual(muted);
  });
});
