import { type ChannelInput, type ChannelKind, SENDS_ACKED } from '#lib/api/channels.ts';
import type { ChannelFilter } from '#lib/notify/plan.ts';

/** How a secret is given: as text, or as a file that is read at each use, so that rotated ones work. */
export type ChannelSecret = { readonly text: string } | { readonly file: string };

/** What may be shown of a channel, by kind. */
export type ChannelSettings =
  | { readonly kind: 'webhook'; readonly url: string; readonly headerNames: readonly string[] }
  | { readonly kind: 'slack' }
  | { readonly kind: 'pagerduty'; readonly url: string }
  | {
      readonly kind: 'email';
      readonly smtpHost: string;
      readonly smtpPort: number;
      readonly secure: boolean;
      readonly username: string | null;
      readonly from: string;
      readonly to: readonly string[];
    }
  | { readonly kind: 'alertmanager'; readonly url: string; readonly headerNames: readonly string[] }
  | { readonly kind: 'heartbeat'; readonly intervalMs: number };

/** Secrets by name: `secret`, `url`, `routing_key`, `password`, `header:NAME`. */
export type ChannelSecrets = Readonly<Record<string, ChannelSecret>>;
/** The same, read. */
export type OpenSecrets = Readonly<Record<string, string>>;

export type Channel = {
  readonly name: string;
  readonly enabled: boolean;
  readonly filter: ChannelFilter;
  readonly settings: ChannelSettings;
  readonly secrets: ChannelSecrets;
};

export type ChannelFault = { readonly path: string; readonly message: string };
export type ChannelResult =
  | { readonly ok: true; readonly channel: Channel }
  | { readonly ok: false; readonly errors: readonly ChannelFault[] };

/** Which secrets a kind cannot do without. */
const NEEDED = { slack: 'url', pagerduty: 'routing_key', heartbeat: 'url' } as const satisfies Partial<
  Record<ChannelKind, string>
>;

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const OWN_HEADERS = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'content-type', 'upgrade']);

/**
 * A channel from what a person or a file wrote. `kept` are the secrets that are stored already: they hold where the input
 * names none of that name.
 */
export function channelFromInput(input: ChannelInput, kept: ChannelSecrets = {}): ChannelResult {
  const errors: ChannelFault[] = [];
  const secrets = { ...keptFor(input, kept), ...givenSecrets(input, errors) };
  const needed = input.kind in NEEDED ? NEEDED[input.kind as keyof typeof NEEDED] : null;
  if (needed !== null && secrets[needed] === undefined) {
    errors.push({ path: needed, message: `is needed: give ${needed} or ${needed}_file` });
  }
  if ('url' in input && input.url !== undefined) checkUrl(input.url, errors);
  if (input.kind === 'email' && input.username === undefined && secrets.password !== undefined) {
    errors.push({ path: 'username', message: 'is needed beside a password' });
  }
  if (errors.length > 0) return { ok: false, errors };
  const { min_severity, matchers, send_resolved, send_acked, repeat_interval_s } = input.filter;
  const filter = {
    minSeverity: min_severity,
    matchers,
    sendResolved: send_resolved,
    sendAcked: send_acked ?? SENDS_ACKED[input.kind],
    repeatIntervalMs: repeat_interval_s * 1000,
  };
  const settings = settingsOf(input, Object.keys(secrets));
  return { ok: true, channel: { name: input.name, enabled: input.enabled, filter, settings, secrets } };
}

function givenSecrets(input: ChannelInput, errors: ChannelFault[]): Record<string, ChannelSecret> {
  const given: Record<string, ChannelSecret> = {};
  const take = (name: string, text: string | undefined, file: string | undefined): void => {
    if (text !== undefined && file !== undefined) {
      errors.push({ path: `${name}_file`, message: `give ${name} or ${name}_file, not both` });
    } else if (text !== undefined) given[name] = { text };
    else if (file !== undefined) given[name] = { file };
  };
  if (input.kind === 'webhook') take('secret', input.secret, input.secret_file);
  if (input.kind === 'slack' || input.kind === 'heartbeat') take('url', input.url, input.url_file);
  if (input.kind === 'pagerduty') take('routing_key', input.routing_key, input.routing_key_file);
  if (input.kind === 'email') take('password', input.password, input.password_file);
  if (input.kind === 'webhook' || input.kind === 'alertmanager') {
    for (const [name, text] of Object.entries(input.headers ?? {})) {
      const path = `headers.${name}`;
      if (!HEADER_NAME.test(name)) errors.push({ path, message: 'is not the name of a header' });
      else if (OWN_HEADERS.has(name.toLowerCase())) errors.push({ path, message: 'is set by Headroom itself' });
      else if (!/^[\t\x20-\x7e]*$/.test(text)) errors.push({ path, message: 'has characters that no header may have' });
      else given[`header:${name.toLowerCase()}`] = { text };
    }
  }
  return given;
}

/** Headers are replaced as a whole when they are named; a channel of another kind keeps nothing. */
function keptFor(input: ChannelInput, kept: ChannelSecrets): ChannelSecrets {
  const replacesHeaders = 'headers' in input && input.headers !== undefined;
  return Object.fromEntries(Object.entries(kept).filter(([name]) => !(replacesHeaders && name.startsWith('header:'))));
}

function checkUrl(text: string, errors: ChannelFault[]): void {
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    errors.push({ path: 'url', message: 'holds a user or password, which would be shown: use headers instead' });
  }
}

function settingsOf(input: ChannelInput, secretNames: readonly string[]): ChannelSettings {
  const headerNames = secretNames.filter((name) => name.startsWith('header:')).map((name) => name.slice(7));
  switch (input.kind) {
    case 'webhook':
    case 'alertmanager':
      return { kind: input.kind, url: input.url, headerNames };
    case 'slack':
      return { kind: 'slack' };
    case 'pagerduty':
      return { kind: 'pagerduty', url: input.url };
    case 'heartbeat':
      return { kind: 'heartbeat', intervalMs: input.interval_s * 1000 };
    case 'email':
      return {
        kind: 'email',
        smtpHost: input.smtp_host,
        smtpPort: input.smtp_port,
        secure: input.secure,
        username: input.username ?? null,
        from: input.from,
        to: input.to,
      };
  }
}

/** The input that gives this channel back, without its secrets: what a change is merged into. */
export function channelToInput(channel: Channel): Record<string, unknown> {
  const { name, enabled, filter, settings } = channel;
  const base = {
    name,
    enabled,
    kind: settings.kind,
    filter: {
      min_severity: filter.minSeverity,
      matchers: [...filter.matchers],
      send_resolved: filter.sendResolved,
      send_acked: filter.sendAcked,
      repeat_interval_s: filter.repeatIntervalMs / 1000,
    },
  };
  switch (settings.kind) {
    case 'webhook':
    case 'alertmanager':
    case 'pagerduty':
      return { ...base, url: settings.url };
    case 'slack':
      return base;
    case 'heartbeat':
      return { ...base, interval_s: settings.intervalMs / 1000 };
    case 'email': {
      const { smtpHost, smtpPort, secure, username, from, to } = settings;
      return {
        ...base,
        smtp_host: smtpHost,
        smtp_port: smtpPort,
        secure,
        ...(username === null ? {} : { username }),
        from,
        to: [...to],
      };
    }
  }
}
