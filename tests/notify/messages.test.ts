import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeliveryKind } from '#lib/api/notification.ts';
import { Notification } from '#lib/api/notification.ts';
import { buildAlertmanager } from '#lib/notify/channels/alertmanager.ts';
import { buildEmail } from '#lib/notify/channels/email.ts';
import { buildHeartbeat } from '#lib/notify/channels/heartbeat.ts';
import { buildPagerDuty } from '#lib/notify/channels/pagerduty.ts';
import { buildSlack } from '#lib/notify/channels/slack.ts';
import { buildWebhook } from '#lib/notify/channels/webhook.ts';
import { alertNotification, type MessageAlert } from '#lib/notify/message.ts';
import { firingEpisode, newAlert } from '#tests/stored-alerts.ts';

const NOW = Date.UTC(2026, 10, 24, 3, 30);
const MIN = 60_000;
const FRAME = { id: 'd-1', groupKey: 'g', installation: 'inst', baseUrl: 'https://headroom.test', nowMs: NOW };
const HOSTILE = '<!channel> *x* <http://evil|y> &\r\nBcc: a@evil.test\u0000\u202e"\'<script>alert(1)</script>';

function alert(change: Partial<MessageAlert> = {}): MessageAlert {
  const { ruleId, severity, subjectName, labels, rule } = newAlert(1);
  return {
    ...firingEpisode(NOW - 4 * MIN),
    id: 17,
    ruleId,
    severity,
    subjectName,
    targetName: 'qwen-a',
    labels,
    rule,
    owner: null,
    ackedAtMs: null,
    ackedBy: null,
    ackNote: null,
    ...change,
  };
}
const about = (kind: DeliveryKind, ...alerts: MessageAlert[]): Notification => alertNotification(kind, alerts, FRAME);
const ENDED = { resolvedAtMs: NOW, endReason: 'recovered', resolvedValue: 0.41 } as const;
const json = (text: string) => JSON.parse(text);

describe('what a message says', () => {
  const titles: readonly [string, Notification, string][] = [
    ['firing', about('firing', alert()), 'CRITICAL: KV cache nearly full on qwen-a: 98%, limit 90%'],
    [
      'still firing',
      about('repeat', alert()),
      'STILL FIRING: CRITICAL: KV cache nearly full on qwen-a: 98%, limit 90%',
    ],
    ['resolved', about('resolved', alert(ENDED)), 'RESOLVED: KV cache nearly full on qwen-a: 41%, limit 90%'],
    [
      'target removed',
      about('resolved', alert({ ...ENDED, resolvedValue: null, endReason: 'target-removed' })),
      'ENDED: KV cache nearly full on qwen-a: value unknown, limit 90%',
    ],
    [
      'three of a group',
      about('firing', alert(), alert({ id: 18, subjectName: 'b' }), alert({ id: 19, subjectName: 'c' })),
      'CRITICAL: 3 × KV cache nearly full on gpu-01: qwen-a, b, c',
    ],
    [
      'a yes or no',
      about('firing', alert({ unit: 'bool', lastValue: 1, limit: null })),
      'CRITICAL: KV cache nearly full on qwen-a',
    ],
    [
      'acknowledged',
      about('acked', alert({ ackedAtMs: NOW, ackedBy: 'K.', ackNote: 'on it' })),
      'ACKNOWLEDGED by K.: KV cache nearly full on qwen-a: 98%, limit 90%',
    ],
    [
      'acknowledged by two',
      about('acked', alert({ ackedAtMs: NOW, ackedBy: 'K.' }), alert({ id: 18, ackedAtMs: NOW, ackedBy: 'A.' })),
      'ACKNOWLEDGED: 2 × KV cache nearly full on gpu-01: qwen-a, qwen-a',
    ],
    [
      'value unknown',
      about('firing', alert({ lastValue: null })),
      'CRITICAL: KV cache nearly full on qwen-a: value unknown, limit 90%',
    ],
  ];
  it.each(titles)('title: %s', (_name, message, title) => {
    expect(message.title).toBe(title);
  });

  it('one line per alert answers value, limit, since, how long, owner', () => {
    expect(about('firing', alert()).alerts[0]?.line).toBe(
      'KV cache nearly full on qwen-a: 98%, limit 90%; since 03:26 UTC (4 min); peak 99%; nobody is on it',
    );
  });

  it('a leak tells its slope and when it meets the limit, wherever it is read at night', () => {
    const leak = 'leak, 205 MiB/batch (95 %: 204 MiB to 206 MiB), at its limit in about 2 h';
    expect(about('firing', alert({ leak })).alerts[0]?.line).toBe(
      `KV cache nearly full on qwen-a: 98%, limit 90%; since 03:26 UTC (4 min); peak 99%; memory when it fired: ${leak}; nobody is on it`,
    );
  });

  it('says since when it is blind, who is on it, and what they noted', () => {
    const line = about(
      'reminder',
      alert({
        data: 'no-data',
        noDataSinceMs: NOW - MIN,
        owner: 'K.',
        ackedAtMs: NOW,
        ackedBy: 'K.',
        ackNote: 'on it',
      }),
    ).alerts[0]?.line;
    expect(line).toContain('no data since 03:29 UTC; owner K.; note: on it');
  });

  it('a removed target does not read like good news', () => {
    const line = about('resolved', alert({ ...ENDED, endReason: 'target-removed' })).alerts[0]?.line;
    expect(line).toContain('ended because its target was removed, not because it recovered 03:30 UTC, fired for 4 min');
  });

  it('an alert about a channel names it where others name their target', () => {
    const [told] = about('firing', alert({ targetName: null, subjectName: 'ops' })).alerts;
    expect(told?.target).toBe('ops');
  });

  it('links to the alert, and to the list when there are several', () => {
    expect(about('firing', alert()).url).toBe('https://headroom.test/alerts/17');
    expect(about('firing', alert(), alert({ id: 18 })).url).toBe('https://headroom.test/alerts');
  });
});

describe('webhook', () => {
  const request = buildWebhook(
    about('firing', alert()),
    { url: 'https://r.test/x', secret: 'k', headers: { 'x-a': 'b' } },
    NOW,
  );
  it('is the documented JSON with the time of sending', () => {
    const { sentAtMs, ...rest } = json(request.body);
    expect(sentAtMs).toBe(NOW);
    expect(Notification.parse(rest)).toEqual(about('firing', alert()));
  });
  it('is signed over time and body, and carries the delivery id', () => {
    const hex = createHmac('sha256', 'k')
      .update(`${NOW / 1000}.${request.body}`)
      .digest('hex');
    expect(request.headers).toMatchObject({
      'x-a': 'b',
      'idempotency-key': 'd-1',
      'headroom-signature': `t=${NOW / 1000},v1=${hex}`,
    });
  });
  it('is unsigned without a secret', () => {
    const plain = buildWebhook(about('firing', alert()), { url: 'https://r.test', secret: null, headers: {} }, NOW);
    expect(plain.headers).not.toHaveProperty('headroom-signature');
  });
});

describe('slack', () => {
  it('has fallback text, blocks within the limits, and a button that only opens the page', () => {
    const many = Array.from({ length: 60 }, (_, id) => alert({ id, subjectName: 'x'.repeat(300) }));
    const body = json(buildSlack(about('firing', ...many), 'https://hooks.test/x').body);
    expect(body.text).toContain('60 ×');
    expect(body.blocks.length).toBeLessThanOrEqual(50);
    for (const block of body.blocks.filter((each: { type: string }) => each.type === 'section')) {
      expect(block.text.text.length).toBeLessThanOrEqual(3000);
    }
    expect(body.blocks[0].text.text.length).toBeLessThanOrEqual(150);
    expect(body.blocks.at(-1).elements[0].url).toBe('https://headroom.test/alerts');
  });
});

describe('pagerduty', () => {
  const settings = { url: 'https://events.test/v2/enqueue', routingKey: 'R' };
  it('opens and closes one incident per episode', () => {
    const [open, second] = buildPagerDuty(about('firing', alert(), alert({ id: 18 })), settings).map(({ body }) =>
      json(body),
    );
    const [close] = buildPagerDuty(about('resolved', alert(ENDED)), settings).map(({ body }) => json(body));
    expect(open).toMatchObject({ event_action: 'trigger', dedup_key: 'headroom/inst/17', routing_key: 'R' });
    expect(second.dedup_key).toBe('headroom/inst/18');
    expect(close).toMatchObject({ event_action: 'resolve', dedup_key: 'headroom/inst/17' });
  });
  it.each([
    ['acked', ['acknowledge']],
    ['reminder', ['trigger']],
    // A trigger alone pages nobody while the incident is acknowledged there.
    ['unacked', ['resolve', 'trigger']],
    ['ack-expired', ['resolve', 'trigger']],
  ] as const)('%s is %j of the same incident', (kind, actions) => {
    const events = buildPagerDuty(about(kind, alert()), settings).map(({ body }) => json(body));
    expect(events.map(({ event_action }) => event_action)).toEqual(actions);
    expect(new Set(events.map(({ dedup_key }) => dedup_key))).toEqual(new Set(['headroom/inst/17']));
  });
  it.each([
    ['critical', 'critical'],
    ['warning', 'error'],
    ['caution', 'warning'],
    ['info', 'info'],
  ] as const)('%s is %s there', (severity, theirs) => {
    const [event] = buildPagerDuty(about('firing', alert({ severity })), settings);
    expect(json(event?.body ?? '').payload.severity).toBe(theirs);
  });
});

describe('email', () => {
  const addresses = { from: 'headroom@example.test', to: ['oncall@example.test'] };
  it('has the id of the delivery and one thread per episode', () => {
    const [first, last] = [about('firing', alert()), about('resolved', alert(ENDED))].map((each) =>
      buildEmail(each, addresses),
    );
    expect(first?.messageId).toBe('<d-1@example.test>');
    expect(first?.references).toEqual(['<alert-17.inst@example.test>']);
    expect(last?.references).toEqual(first?.references);
    expect(first?.text).toContain('What to do: Send less, or add a replica.');
    expect(first?.text).toContain('https://headroom.test/alerts/17');
  });
});

describe('alertmanager', () => {
  const settings = { url: 'http://am.test:9093/', headers: {} };
  const first = (message: Notification) => json(buildAlertmanager(message, settings, NOW).body)[0];
  it('sends firing alerts as valid for four minutes', () => {
    expect(buildAlertmanager(about('firing', alert()), settings, NOW).url).toBe('http://am.test:9093/api/v2/alerts');
    expect(first(about('firing', alert()))).toMatchObject({
      labels: { alertname: 'KvCacheNearlyFull', severity: 'critical', host: 'gpu-01', target: 'qwen-a' },
      startsAt: new Date(NOW - 4 * MIN).toISOString(),
      endsAt: new Date(NOW + 4 * MIN).toISOString(),
      generatorURL: 'https://headroom.test/alerts/17',
    });
  });
  it('ends them when they resolved, under the same labels', () => {
    const ended = first(about('resolved', alert(ENDED)));
    expect(ended.endsAt).toBe(new Date(NOW).toISOString());
    expect(ended.labels).toEqual(first(about('firing', alert())).labels);
  });
  it('label names are such that Prometheus takes them', () => {
    const { labels } = first(about('firing', alert({ labels: { 'a-b': 'x', '9z': 'y', empty: '' } })));
    expect(labels).toEqual({ a_b: 'x', _9z: 'y', alertname: 'KvCacheNearlyFull', severity: 'critical' });
  });
});

describe('heartbeat', () => {
  it('is a plain GET', () => {
    expect(buildHeartbeat('https://hc.test/ping/x')).toEqual({
      method: 'GET',
      url: 'https://hc.test/ping/x',
      headers: {},
      body: '',
    });
  });
});

describe('hostile names and labels', () => {
  const isClean = (text: string): boolean => !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text);
  const hostileAlert = (text: string): MessageAlert =>
    alert({ subjectName: text, targetName: text, labels: { host: text }, owner: text, ackNote: text, ackedBy: text });

  it.each([
    ['markup and header injection', HOSTILE],
    ['a megabyte', 'A'.repeat(1_000_000)],
    ['half a surrogate pair', '\ud83d'],
  ])('%s does no harm in any channel', (_name, text) => check(text));

  it('nor does any other text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => check(text)),
      { numRuns: 50 },
    );
  }, 30_000);

  function check(text: string): void {
    const message = about('firing', hostileAlert(text), hostileAlert(text));
    expect(Notification.parse(message)).toEqual(message);
    expect(isClean(message.title)).toBe(true);
    expect(message.title.length).toBeLessThanOrEqual(200);
    const mail = buildEmail(message, { from: 'a@b.test', to: ['c@d.test'] });
    expect(isClean(mail.subject)).toBe(true);
    expect(mail.html.replaceAll(/<\/?(p|strong|ul|li|br|a)( href="https:\/\/headroom\.test[^"]*")?>/g, '')).not.toMatch(
      /[<>]/,
    );
    const slack = json(buildSlack(message, 'https://hooks.test').body);
    const mrkdwn = slack.blocks
      .flatMap((block: { text?: { type: string; text: string } }) =>
        block.text?.type === 'mrkdwn' ? [block.text.text] : [],
      )
      .join('\n');
    expect(mrkdwn.replaceAll(/<https:\/\/headroom\.test\/alerts\/\d+\|#\d+>/g, '')).not.toMatch(/[<>]/);
    expect(slack.text).not.toMatch(/[<>]/);
    for (const { body } of buildPagerDuty(message, { url: 'https://pd.test', routingKey: 'r' })) {
      expect(json(body).payload.summary.length).toBeLessThanOrEqual(1024);
      expect(isClean(json(body).payload.source)).toBe(true);
    }
    expect(JSON.stringify(message).length).toBeLessThan(30_000);
  }
});
