import { describe, expect, it } from 'vitest';
import { type PlannedAlert, planNotification, type Told } from '#lib/notify/plan.ts';

const NOW = Date.UTC(2026, 10, 24, 3, 30);
const MIN = 60_000;
const HOUR = 60 * MIN;

const CHANNEL = {
  enabled: true,
  minSeverity: 'caution',
  matchers: [],
  sendResolved: true,
  sendAcked: false,
  repeatIntervalMs: 4 * HOUR,
} as const;

const FIRING: PlannedAlert = {
  severity: 'warning',
  labels: { host: 'gpu-01' },
  state: 'firing',
  firedAtMs: NOW - 10 * MIN,
  endReason: null,
  flapping: false,
  handling: { state: 'open' },
  ackedAtMs: null,
  ackUntilMs: null,
  remindEveryMs: null,
};
const RESOLVED = { ...FIRING, state: 'resolved', endReason: 'recovered' } as const;
const ACKED = {
  ...FIRING,
  ackedAtMs: NOW - 5 * MIN,
  ackUntilMs: NOW + HOUR,
  handling: { state: 'acked', by: 'K.', note: '', untilMs: NOW + HOUR },
} as const;
const SILENCED = {
  ...FIRING,
  handling: { state: 'muted', by: 'silence', id: 1, reason: 'silenced by K.: rack', untilMs: NOW + 30 * HOUR },
} as const;
const ACK_OVER = { ...FIRING, ackedAtMs: NOW - 2 * HOUR, ackUntilMs: NOW - MIN } as const;
const told = (kind: NonNullable<Told>['kind'], ago = MIN): Told => ({ kind, atMs: NOW - ago });

type Case = readonly [string, PlannedAlert, Told, Partial<typeof CHANNEL> | object, string | null, string];

const CASES: readonly Case[] = [
  ['fires for the first time', FIRING, null, {}, 'firing', 'it fires'],
  ['fires, told a minute ago', FIRING, told('firing', 48 * MIN), {}, null, 'repeat in 3 h 12 min'],
  ['fires, repeat is due', FIRING, told('firing', 4 * HOUR), {}, 'repeat', 'still firing after 4 h'],
  ['fires, repeat counts from the last repeat', FIRING, told('repeat', 3 * HOUR), {}, null, 'repeat in 1 h'],
  ['fires, never repeat', FIRING, told('firing', 99 * HOUR), { repeatIntervalMs: 0 }, null, 'never told again'],
  ['pending', { ...FIRING, state: 'pending', firedAtMs: null }, null, {}, null, 'pending: it does not fire yet'],
  ['dropped', { ...RESOLVED, firedAtMs: null, endReason: 'not-fired' }, null, {}, null, 'it never fired'],
  ['recovering, told', { ...FIRING, state: 'recovering' }, told('firing', 9 * HOUR), {}, null, 'recovering'],
  ['recovering, never told', { ...FIRING, state: 'recovering' }, null, {}, null, 'recovering'],
  ['resolved, told', RESOLVED, told('firing'), {}, 'resolved', 'recovered'],
  ['resolved, told last as a reminder', RESOLVED, told('reminder'), {}, 'resolved', 'recovered'],
  ['resolved, never told', RESOLVED, null, {}, null, 'before this channel was told'],
  ['resolved, was muted all the time', RESOLVED, told('muted'), {}, null, 'before this channel was told'],
  ['resolved, told that already', RESOLVED, told('resolved'), {}, null, 'told already'],
  [
    'resolved, acked, told',
    { ...RESOLVED, ackedAtMs: NOW, handling: ACKED.handling },
    told('firing'),
    {},
    'resolved',
    'recovered',
  ],
  [
    'resolved while silenced, told',
    { ...RESOLVED, handling: SILENCED.handling },
    told('firing'),
    {},
    'resolved',
    'recovered',
  ],
  ['resolved, none wanted', RESOLVED, told('firing'), { sendResolved: false }, null, 'wants no resolved'],
  [
    'resolved, severity raised meanwhile',
    RESOLVED,
    told('firing'),
    { minSeverity: 'critical' },
    'resolved',
    'recovered',
  ],
  [
    'target removed',
    { ...RESOLVED, endReason: 'target-removed' },
    told('firing'),
    {},
    'resolved',
    'not because it recovered',
  ],
  [
    'rule removed',
    { ...RESOLVED, endReason: 'rule-removed' },
    told('firing'),
    {},
    'resolved',
    'not because it recovered',
  ],
  [
    'rule switched off',
    { ...RESOLVED, endReason: 'rule-disabled' },
    told('firing'),
    {},
    'resolved',
    'not because it recovered',
  ],
  ['flapping, never told', { ...FIRING, flapping: true }, null, {}, 'firing', 'it fires'],
  ['flapping, repeat due', { ...FIRING, flapping: true }, told('firing', 9 * HOUR), {}, null, 'flapping: told once'],
  ['flapping, resolved', { ...RESOLVED, flapping: true }, told('firing'), {}, 'resolved', 'recovered'],
  ['acked', ACKED, told('firing', 9 * HOUR), {}, null, 'acked by K. until 04:30 UTC'],
  ['acked before it was told', ACKED, null, {}, null, 'acked by K. until 04:30 UTC'],
  [
    'acked without end',
    { ...ACKED, ackUntilMs: null, handling: { ...ACKED.handling, untilMs: null } },
    null,
    {},
    null,
    'acked by K.',
  ],
  ['acked, told that it fires', ACKED, told('firing', 9 * HOUR), { sendAcked: true }, 'acked', 'acknowledged by K.'],
  ['acked, told of it', ACKED, told('acked', 2 * MIN), { sendAcked: true }, null, 'acked by K. until'],
  ['acked anew by another', ACKED, told('acked', 7 * MIN), { sendAcked: true }, 'acked', 'acknowledged by K.'],
  ['acked before anything was told', ACKED, told('muted'), { sendAcked: true }, null, 'acked by K.'],
  [
    'acked and silenced',
    { ...ACKED, handling: SILENCED.handling },
    told('firing'),
    { sendAcked: true },
    null,
    'silenced',
  ],
  ['reminded of this ack', ACKED, told('reminder', 2 * MIN), { sendAcked: true }, null, 'acked by K.'],
  ['ack taken back, told of it', FIRING, told('acked'), {}, 'unacked', 'taken back'],
  ['ack taken back, never told of it', FIRING, told('firing'), {}, null, 'repeat in'],
  ['ack ran out, told of it', ACK_OVER, told('acked', HOUR), {}, 'ack-expired', 'ran out'],
  ['acked and resolved', RESOLVED, told('acked'), {}, 'resolved', 'recovered'],
  ['reminder due', { ...ACKED, remindEveryMs: 5 * MIN }, told('firing'), {}, 'reminder', 'acked by K. for 5 min'],
  ['reminder not due', { ...ACKED, remindEveryMs: 6 * MIN }, told('firing'), {}, null, 'acked by K.'],
  [
    'reminder counts from the last one',
    { ...ACKED, remindEveryMs: 4 * MIN },
    told('reminder', 3 * MIN),
    {},
    null,
    'acked by K.',
  ],
  ['reminder again', { ...ACKED, remindEveryMs: 4 * MIN }, told('reminder', 4 * MIN), {}, 'reminder', 'acked by K.'],
  [
    'reminder, but recovering',
    { ...ACKED, state: 'recovering', remindEveryMs: MIN },
    told('firing'),
    {},
    null,
    'acked by K.',
  ],
  ['ack ran out', ACK_OVER, told('firing', HOUR), {}, 'ack-expired', 'ran out'],
  ['ack ran out, told of that', ACK_OVER, told('ack-expired', 30_000), {}, null, 'repeat in'],
  ['ack ran out, never told before', ACK_OVER, told('muted', HOUR), {}, 'ack-expired', 'ran out'],
  ['silenced', SILENCED, null, {}, null, 'silenced by K.: rack, until 2026-11-25 09:30 UTC'],
  ['silenced after it was told', SILENCED, told('firing', 9 * HOUR), {}, null, 'silenced by K.'],
  ['silence over', FIRING, told('muted'), {}, 'unmuted', 'still fires'],
  ['silence over, told before it', FIRING, told('firing'), {}, null, 'repeat in'],
  [
    'inhibited',
    { ...FIRING, handling: { state: 'inhibited', by: 3, reason: 'follows from: Target down' } },
    null,
    {},
    null,
    'follows from: Target down',
  ],
  [
    'below the severity',
    FIRING,
    null,
    { minSeverity: 'critical' },
    null,
    "warning is below this channel's severity (critical)",
  ],
  ['at the severity', FIRING, null, { minSeverity: 'warning' }, 'firing', 'it fires'],
  ['another host', FIRING, null, { matchers: [{ label: 'host', op: '=', value: 'gpu-02' }] }, null, 'filter'],
  ['channel off', FIRING, null, { enabled: false }, null, 'switched off'],
];

describe('who is told what, and why not', () => {
  it.each(CASES)('%s', (_name, alert, before, channel, send, reason) => {
    const plan = planNotification(alert, { ...CHANNEL, ...channel }, before, NOW);
    expect(plan.send).toBe(send);
    expect(plan.reason).toContain(reason);
  });

  it('gives a reason for each no', () => {
    for (const [, alert, before, channel] of CASES) {
      expect(planNotification(alert, { ...CHANNEL, ...channel }, before, NOW).reason).not.toBe('');
    }
  });
});
