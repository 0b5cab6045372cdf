import { describe, expect, it } from 'vitest';
import { ChannelInput } from '#lib/api/channels.ts';
import { channelFromInput, channelToInput } from '#lib/notify/channel.ts';

const from = (input: object, kept = {}) => channelFromInput(ChannelInput.parse({ name: 'ops', ...input }), kept);
const EMAIL = { kind: 'email', smtp_host: 'mail.test', from: 'a@b.test', to: ['c@d.test'] };

describe('a channel as written', () => {
  it.each([
    ['slack without its URL', { kind: 'slack' }, 'url'],
    ['pagerduty without its key', { kind: 'pagerduty' }, 'routing_key'],
    ['heartbeat without its URL', { kind: 'heartbeat' }, 'url'],
    ['a secret given twice', { kind: 'webhook', url: 'https://x.test', secret: 'a', secret_file: '/b' }, 'secret_file'],
    ['a password in the URL', { kind: 'webhook', url: 'https://u:p@x.test' }, 'url'],
    ['a header that splits', { kind: 'webhook', url: 'https://x.test', headers: { a: 'b\r\nc: d' } }, 'headers.a'],
    [
      'a header name that splits',
      { kind: 'webhook', url: 'https://x.test', headers: { 'a\r\nb': 'c' } },
      'headers.a\r\nb',
    ],
    ['a header of ours', { kind: 'webhook', url: 'https://x.test', headers: { Host: 'c' } }, 'headers.Host'],
    ['a password without a user', { ...EMAIL, password: 'x' }, 'username'],
  ])('%s is refused at its key', (_name, input, path) => {
    expect(from(input)).toMatchObject({ ok: false, errors: [{ path }] });
  });

  it.each([
    ['webhook', { kind: 'webhook', url: 'https://x.test', secret: 's', headers: { Authorization: 'b' } }],
    ['slack', { kind: 'slack', url_file: '/run/secrets/slack' }],
    ['pagerduty', { kind: 'pagerduty', routing_key: 'k' }],
    ['email', { ...EMAIL, username: 'u', password: 'p' }],
    ['alertmanager', { kind: 'alertmanager', url: 'http://am.test:9093' }],
    ['heartbeat', { kind: 'heartbeat', url: 'https://hc.test/x', interval_s: 30 }],
  ])('%s: written out without secrets and read again with the stored ones it is the same', (_name, input) => {
    const first = from(input);
    if (!first.ok) throw new Error(JSON.stringify(first.errors));
    expect(from(channelToInput(first.channel), first.channel.secrets)).toEqual(first);
    expect(JSON.stringify(channelToInput(first.channel))).not.toMatch(/"(s|p|k)"|hc\.test/);
  });
});
