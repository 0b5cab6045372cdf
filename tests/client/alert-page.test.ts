import { describe, expect, test } from 'vitest';
import { phasesOf } from '#lib/client/alert-phases.ts';
import { dataText, documentTitle, quietHref, quietText, staleText, valueText } from '#lib/client/alert-words.ts';
import { countKinds, timelineEntries } from '#lib/client/timeline.ts';
import { alertDetail, alertSummary } from '#tests/client/alert-summary.ts';

const event = (kind: string, atMs: number, actor: string | null = null) => ({
  id: atMs,
  atMs,
  kind,
  actor,
  text: '',
  value: null,
});

describe('phases of an episode', () => {
  test('follow its transitions, and the last one is open', () => {
    const timeline = [
      event('pending', 1000),
      event('firing', 61_000),
      event('recovering', 90_000),
      event('firing-again', 100_000),
    ];
    expect(phasesOf(alertDetail({ timeline }))).toEqual([
      { kind: 'pending', fromMs: 1000, toMs: 61_000 },
      { kind: 'firing', fromMs: 61_000, toMs: 90_000 },
      { kind: 'recovering', fromMs: 90_000, toMs: 100_000 },
      { kind: 'firing', fromMs: 100_000, toMs: null },
    ]);
  });

  test('come from its timestamps when there is no timeline', () => {
    expect(phasesOf(alertDetail({ state: 'resolved', resolvedAtMs: 99_000 }))).toEqual([
      { kind: 'pending', fromMs: 1000, toMs: 61_000 },
      { kind: 'firing', fromMs: 61_000, toMs: 99_000 },
    ]);
  });

  test('an alert that never fired was pending only', () => {
    const timeline = [event('pending', 1000), event('dropped', 30_000)];
    expect(phasesOf(alertDetail({ firedAtMs: null, resolvedAtMs: 30_000, state: 'resolved', timeline }))).toEqual([
      { kind: 'pending', fromMs: 1000, toMs: 30_000 },
    ]);
  });

  test('time without data is a phase of its own beside firing: absence is no recovery', () => {
    const timeline = [
      event('firing', 61_000),
      event('no-data', 70_000),
      event('data-back', 80_000),
      event('frozen', 90_000),
    ];
    const phases = phasesOf(alertDetail({ timeline }));
    expect(phases.filter(({ kind }) => kind === 'no-data')).toEqual([
      { kind: 'no-data', fromMs: 70_000, toMs: 80_000 },
      { kind: 'no-data', fromMs: 90_000, toMs: null },
    ]);
    expect(phases.find(({ kind }) => kind === 'firing')).toEqual({ kind: 'firing', fromMs: 61_000, toMs: null });
  });
});

describe('words', () => {
  test('who was faster is said with the time', () => {
    const ack = { by: 'K.', atMs: 2000, note: '', untilMs: null, remindEveryMs: null };
    expect(staleText(alertSummary({ ack }), 10_000)).toBe('Already acked by K. 8 s ago.');
    expect(staleText(alertSummary({ state: 'resolved', resolvedAtMs: 4000, ack }), 10_000)).toBe(
      'Already resolved 6 s ago.',
    );
    expect(staleText(alertSummary(), 10_000)).toBe('The alert changed in the meantime.');
  });

  test('an unknown value is unknown, a yes/no rule has no number', () => {
    expect(valueText(alertSummary({ lastValue: null }))).toBe('unknown');
    expect(valueText(alertSummary({ unit: 'bool', lastValue: 1 }))).toBe('');
    expect(valueText(alertSummary({ state: 'resolved', resolvedValue: 0.5 }))).toBe('50%');
  });

  test('every quiet alert says why, and leads to what keeps it quiet', () => {
    const muted = alertSummary({
      handling: { state: 'muted', reason: 'silenced by K.: reboot', by: 'silence', id: 7, untilMs: null },
    });
    expect(quietText(muted, 0, true)).toBe('silenced by K.: reboot');
    expect(quietHref(muted)).toBe('/silences#silence-7');
    const inhibited = alertSummary({
      handling: { state: 'inhibited', reason: 'follows from: Target down', by: 'alert', id: 9, untilMs: null },
    });
    expect(quietHref(inhibited)).toBe('/alerts/9');
    expect(quietText(alertSummary(), 0, true)).toBe('');
  });

  test('data that is not of now is said with its time', () => {
    const alert = alertSummary({ data: { state: 'no-data', reason: 'connection refused', sinceMs: 3_600_000 } });
    expect(dataText(alert, true)).toBe('No data since 01:00:00: connection refused');
  });

  test('the tab says the number, and the state when it no longer fires', () => {
    expect(documentTitle(alertSummary())).toContain('98%');
    expect(documentTitle(alertSummary({ state: 'resolved' }))).toMatch(/^Resolved: /);
  });
});

describe('timeline', () => {
  test('transitions, people and messages are in one order, the newest first', () => {
    const delivery = {
      id: 'd',
      channel: { id: 1, name: 'ops', kind: 'webhook' },
      kind: 'firing',
      state: 'dead',
      tries: 5,
      createdAtMs: 62_000,
      nextTryMs: null,
      sentAtMs: null,
      lastStatus: 404,
      lastAnswer: 'no such hook',
    } as const;
    const timeline = [event('firing', 61_000), event('acked', 65_000, 'K.'), event('no-data', 63_000)];
    const entries = timelineEntries(alertDetail({ timeline, deliveries: [delivery] }));
    expect(entries.map(({ kind }) => kind)).toEqual(['people', 'data', 'messages', 'state']);
    expect(entries[2]?.text).toBe('firing to ops FAILED: no such hook');
    expect(countKinds(entries)).toEqual({ state: 1, people: 1, data: 1, messages: 1 });
  });

  test('of one moment, what came later stands above', () => {
    const timeline = [
      { ...event('pending', 61_000), id: 1 },
      { ...event('firing', 61_000), id: 2 },
    ];
    const entries = timelineEntries(alertDetail({ timeline, deliveries: [] }));
    expect(entries.map((entry) => entry.event)).toEqual(['firing', 'pending']);
  });
});
