import { describe, expect, test } from 'vitest';
import { channelFormOf, EMPTY_CHANNEL, readChannelForm } from '#components/channel/channel-form-state.ts';
import { maintenanceFormOf, readSchedule, scheduleText } from '#components/silence/maintenance-form-state.ts';
import { ChannelInput, type ChannelView } from '#lib/api/channels.ts';

const stored: ChannelView = {
  id: 1,
  name: 'ops',
  kind: 'slack',
  enabled: true,
  origin: 'user',
  settings: {},
  secretsSet: { url: true },
  filter: {
    minSeverity: 'warning',
    matchers: [{ label: 'host', op: '=', value: 'gpu-01' }],
    sendResolved: false,
    sendAcked: true,
    repeatIntervalS: 0,
  },
  state: { ok: null, waiting: 0, dead: 0, lastSentMs: null, lastError: null },
};

describe('channel form', () => {
  test.each([
    ['webhook', { url: 'https://hooks.example.org/x' }],
    ['slack', { url: 'https://hooks.slack.com/services/x' }],
    ['pagerduty', { routing_key: 'k' }],
    ['email', { to: 'a@example.org, b@example.org', from: 'c@example.org', smtp_host: 'mail', smtp_port: '25' }],
    ['alertmanager', { url: 'http://am:9093' }],
    ['heartbeat', { url: 'https://hc.example.org/x', interval_s: '30' }],
  ] as const)('a filled %s is what the API takes', (kind, values) => {
    const result = readChannelForm({ ...EMPTY_CHANNEL, kind, name: 'ops', values }, {});
    expect(result.ok ? ChannelInput.safeParse(result.body).success : result.errors).toBe(true);
  });

  test.each([
    ['webhook', {}, 'url'],
    ['webhook', { url: 'not an address' }, 'url'],
    ['slack', {}, 'url'],
    ['pagerduty', {}, 'routing_key'],
    ['email', { to: 'nobody', from: 'c@example.org', smtp_host: 'mail' }, 'to'],
  ] as const)('%s with %j is refused at its field', (kind, values, field) => {
    const result = readChannelForm({ ...EMPTY_CHANNEL, kind, name: 'ops', values }, {});
    expect(result.ok ? [] : Object.keys(result.errors)).toEqual([field]);
  });

  test('a stored secret is never shown, and an empty field keeps it', () => {
    const form = channelFormOf(stored);
    expect(form.values.url).toBeUndefined();
    const result = readChannelForm(form, stored.secretsSet);
    expect(result.ok && 'url' in result.body).toBe(false);
    expect(result).toMatchObject({
      ok: true,
      body: {
        filter: {
          min_severity: 'warning',
          matchers: 'host=gpu-01',
          send_resolved: false,
          send_acked: true,
          repeat_interval_s: 0,
        },
      },
    });
  });
});

describe('maintenance form', () => {
  const form = { ...maintenanceFormOf(null, 'Europe/Berlin', 0), title: 'Patches', days: [4, 2], hours: '1,5' };

  test('days are sorted, hours become minutes', () => {
    const result = readSchedule(form);
    expect(result).toEqual({
      ok: true,
      schedule: { kind: 'weekly', timeZone: 'Europe/Berlin', days: [2, 4], start: '02:00', minutes: 90 },
    });
    expect(result.ok && scheduleText(result.schedule, true)).toBe('Tue, Thu 02:00 for 1 h 30 min (Europe/Berlin)');
  });

  test.each([
    [{ days: [] }, 'days'],
    [{ start: '25:00' }, 'start'],
    [{ hours: '0' }, 'hours'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ kind: 'once', startsAt: '' }, 'startsAt'],
    [{ kind: 'once', startsAt: '2026-11-24T10:00', endsAt: '2026-11-24T09:00' }, 'endsAt'],
  ] as const)('%j is refused at its field', (patch, field) => {
    expect(readSchedule({ ...form, ...patch })).toMatchObject({ ok: false, field });
  });
});
