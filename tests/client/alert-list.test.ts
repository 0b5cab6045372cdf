import { describe, expect, test } from 'vitest';
import { printMatchers } from '#lib/alerts/matchers.ts';
import { parseAlertView } from '#lib/client/alert-filter.ts';
import { commonLabels, groupAlerts, listRows, ownLabels } from '#lib/client/alert-groups.ts';
import { compareAlerts } from '#lib/client/alert-order.ts';
import { filterSilence, silenceMatchers } from '#lib/client/silence-matchers.ts';
import { alertSummary } from '#tests/client/alert-summary.ts';

const acked = { state: 'acked', reason: '', by: 'person', id: null, untilMs: null } as const;

describe('order of the list', () => {
  test('what nobody has comes first, then the worst, then firing before pending, then the newest', () => {
    const alerts = [
      alertSummary({ id: 1, handling: acked }),
      alertSummary({ id: 2, severity: 'warning' }),
      alertSummary({ id: 3, state: 'pending', firedAtMs: null }),
      alertSummary({ id: 4, firedAtMs: 50_000 }),
      alertSummary({ id: 5 }),
      alertSummary({ id: 6, state: 'resolved', resolvedAtMs: 70_000 }),
    ];
    expect(alerts.toSorted(compareAlerts).map(({ id }) => id)).toEqual([5, 4, 3, 2, 1, 6]);
  });
});

describe('groups', () => {
  const labels = (gpu: string, host: string) => ({ rule: 'R', host, model: 'qwen', cluster: 'eu-1', gpu });
  const alerts = [
    alertSummary({ id: 1, labels: labels('0', 'gpu-01'), severity: 'warning' }),
    alertSummary({ id: 2, labels: labels('1', 'gpu-01') }),
    alertSummary({ id: 3, labels: labels('0', 'gpu-02'), handling: acked }),
    alertSummary({ id: 4, labels: { rule: 'R' }, handling: acked, severity: 'info' }),
  ];
  const groups = groupAlerts(alerts, 'host');

  test('labels that all of a group share are lifted out of its rows', () => {
    expect(groups[0]).toMatchObject({ title: 'gpu-01', common: { model: 'qwen', cluster: 'eu-1' } });
    expect(ownLabels(alerts[0]!, groups[0]!, 'host')).toEqual({ gpu: '0' });
  });

  test('a group of one keeps its labels on the row', () => {
    expect(groups[1]).toMatchObject({ title: 'gpu-02', common: {} });
    expect(ownLabels(alerts[2]!, groups[1]!, 'host')).toEqual({ gpu: '0', model: 'qwen', cluster: 'eu-1' });
  });

  test('a row does not repeat what the name of its subject tells, and only that', () => {
    const alert = alertSummary({
      subjectName: 'qwen-a · Qwen2.5',
      labels: { model: 'Qwen2.5', team: 'qwen', gpu: '5' },
    });
    expect(ownLabels(alert, { common: {} }, 'none')).toEqual({ team: 'qwen', gpu: '5' });
  });

  test('groups are in the order of their worst alert, those without the label have a name', () => {
    expect(groups.map(({ title }) => title)).toEqual(['gpu-01', 'gpu-02', 'no host']);
    expect(groups.find(({ key }) => key === '')?.title).toBe('no host');
    expect(groups[0]?.bySeverity).toEqual({ critical: 1, warning: 1 });
  });

  test('a folded group keeps its heading', () => {
    const rows = listRows(groups, 'host', new Set(['gpu-01']));
    expect(rows.filter(({ type }) => type === 'group')).toHaveLength(3);
    expect(rows.filter(({ type }) => type === 'alert')).toHaveLength(2);
    expect(listRows(groupAlerts(alerts, 'none'), 'none', new Set()).every(({ type }) => type === 'alert')).toBe(true);
  });

  test('nothing is common to nothing', () => {
    expect(commonLabels([])).toEqual({});
  });
});

describe('muting from the list', () => {
  test('one alert: its rule on its subject and nothing else', () => {
    expect(silenceMatchers([alertSummary()])).toEqual([
      { label: 'rule', op: '=', value: 'KvCacheNearlyFull' },
      { label: 'subject', op: '=', value: 'qwen-a' },
    ]);
  });

  test('several: what they share', () => {
    const other = alertSummary({
      labels: { rule: 'KvCacheNearlyFull', host: 'gpu-01', subject: 'qwen-b', target: 'b' },
    });
    expect(silenceMatchers([alertSummary(), other])).toEqual([
      { label: 'rule', op: '=', value: 'KvCacheNearlyFull' },
      { label: 'host', op: '=', value: 'gpu-01' },
    ]);
  });

  test('nothing in common gives no matcher, so the form asks for one', () => {
    expect(silenceMatchers([alertSummary(), alertSummary({ labels: { rule: 'Other' } })])).toEqual([]);
  });
});

describe('muting all that a filter lists', () => {
  const silence = (url: string, targetName: string | null = null) =>
    filterSilence(parseAlertView(new URLSearchParams(url)), targetName);

  test.each([
    ['match=host=gpu-0*&rule=Kv', 'host=gpu-0*, rule=Kv'],
    ['severity=critical', 'severity=critical'],
    ['severity=critical,warning', 'severity!=info, severity!=caution'],
    ['severity=critical,warning,caution,info', ''],
    ['target=3', 'target=qwen-a'],
    ['match=host=gpu-01, nonsense', 'host=gpu-01'],
  ])('%s is %s', (url, matchers) => {
    expect(silence(url, 'qwen-a')).toEqual({ matchers: expect.anything(), beyond: [] });
    expect(printMatchers(silence(url, 'qwen-a').matchers)).toBe(matchers);
  });

  test('what no label tells is said instead of being left out in silence', () => {
    const { matchers, beyond } = silence('state=firing&handling=open&owner=Kim&target=3&rule=Kv');
    expect(printMatchers(matchers)).toBe('rule=Kv');
    expect(beyond).toEqual(['state (firing)', 'who has it (open)', 'owner (Kim)', 'target']);
  });
});

describe('a group of which not everything is loaded', () => {
  const labels = { rule: 'R', host: 'gpu-01', cluster: 'eu-1', rack: 'a' };
  const loaded = [alertSummary({ id: 1, labels }), alertSummary({ id: 2, labels })];
  const inAll = {
    key: 'gpu-01',
    total: 700,
    bySeverity: { critical: 2, info: 698 },
    common: { host: 'gpu-01', rack: 'a' },
  };

  test('tells what the server knows of all of it, and rows keep what only some share', () => {
    const [group] = groupAlerts(loaded, 'host', [inAll]);
    expect(group).toMatchObject({ total: 700, bySeverity: { critical: 2, info: 698 }, common: { rack: 'a' } });
    expect(ownLabels(loaded[0]!, group!, 'host')).toEqual({ cluster: 'eu-1' });
  });

  test('until the server has answered it tells of what is loaded', () => {
    expect(groupAlerts(loaded, 'host')[0]).toMatchObject({ total: 2, common: { cluster: 'eu-1', rack: 'a' } });
  });
});
