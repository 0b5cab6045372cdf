import { printMatchers } from '#lib/alerts/matchers.ts';
import { ChannelInput, type ChannelKind, type ChannelView, SENDS_ACKED } from '#lib/api/channels.ts';
import type { Problem } from '#lib/api/problem.ts';
import type { ChannelBody } from '#lib/client/channel-queries.ts';
import { formatDurationMs, parseDurationMs } from '#lib/metrics/duration.ts';
import type { Severity } from '#lib/rules/rule.ts';

/** A field of one kind of channel. Secrets are write-only: empty keeps what is stored. */
export type KindField = {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly placeholder?: string;
  readonly type?: 'text' | 'number' | 'password' | 'check';
  readonly secret?: true;
  readonly required?: true;
};

export const KIND_TITLES: Readonly<Record<ChannelKind, string>> = {
  webhook: 'Webhook',
  slack: 'Slack',
  pagerduty: 'PagerDuty',
  email: 'Email',
  alertmanager: 'Alertmanager',
  heartbeat: 'Heartbeat (dead man’s switch)',
};

export const KIND_FIELDS: Readonly<Record<ChannelKind, readonly KindField[]>> = {
  webhook: [
    { name: 'url', label: 'Address', placeholder: 'https://hooks.example.org/headroom', required: true },
    { name: 'secret', label: 'Signing secret', secret: true, hint: 'Signs each message (HMAC-SHA256)' },
    { name: 'secret_file', label: 'or a file with it', hint: 'A path on the machine that sends' },
  ],
  slack: [
    { name: 'url', label: 'Incoming webhook address', secret: true, placeholder: 'https://hooks.slack.com/services/…' },
    { name: 'url_file', label: 'or a file with it', hint: 'A path on the machine that sends' },
  ],
  pagerduty: [
    { name: 'routing_key', label: 'Integration key', secret: true, hint: 'Of an Events API v2 integration' },
    { name: 'routing_key_file', label: 'or a file with it', hint: 'A path on the machine that sends' },
    { name: 'url', label: 'Address', placeholder: 'https://events.pagerduty.com/v2/enqueue' },
  ],
  email: [
    { name: 'to', label: 'To', placeholder: 'oncall@example.org, second@example.org', required: true },
    { name: 'from', label: 'From', placeholder: 'headroom@example.org', required: true },
    { name: 'smtp_host', label: 'SMTP server', placeholder: 'smtp.example.org', required: true },
    { name: 'smtp_port', label: 'Port', type: 'number', placeholder: '587' },
    { name: 'secure', label: 'TLS from the start (port 465)', type: 'check' },
    { name: 'username', label: 'User' },
    { name: 'password', label: 'Password', secret: true },
    { name: 'password_file', label: 'or a file with it', hint: 'A path on the machine that sends' },
  ],
  alertmanager: [{ name: 'url', label: 'Address', placeholder: 'http://alertmanager:9093', required: true }],
  heartbeat: [
    { name: 'url', label: 'Address that is called', secret: true, placeholder: 'https://hc-ping.com/…' },
    { name: 'url_file', label: 'or a file with it', hint: 'A path on the machine that sends' },
    { name: 'interval_s', label: 'Every, seconds', type: 'number', placeholder: '60' },
  ],
};

export type ChannelForm = {
  readonly kind: ChannelKind;
  readonly name: string;
  readonly minSeverity: Severity;
  readonly matchers: string;
  readonly sendResolved: boolean;
  readonly sendAcked: boolean;
  /** A duration; `0s` never repeats. */
  readonly repeat: string;
  readonly values: Readonly<Record<string, string>>;
};

export const EMPTY_CHANNEL: ChannelForm = {
  kind: 'webhook',
  name: '',
  minSeverity: 'caution',
  matchers: '',
  sendResolved: true,
  sendAcked: SENDS_ACKED.webhook,
  repeat: '4h',
  values: {},
};

export function channelFormOf(channel: ChannelView): ChannelForm {
  const values = KIND_FIELDS[channel.kind]
    .filter(({ secret }) => secret !== true)
    .map(({ name }): [string, string] => [name, settingText(channel.settings[name])]);
  return {
    kind: channel.kind,
    name: channel.name,
    minSeverity: channel.filter.minSeverity,
    matchers: printMatchers(channel.filter.matchers),
    sendResolved: channel.filter.sendResolved,
    sendAcked: channel.filter.sendAcked,
    repeat: formatDurationMs(channel.filter.repeatIntervalS * 1000),
    values: Object.fromEntries(values),
  };
}

function settingText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

export type ChannelErrors = Readonly<Record<string, string>>;
export type ChannelFormResult =
  | { readonly ok: true; readonly body: ChannelBody }
  | { readonly ok: false; readonly errors: ChannelErrors };

/** The form as the API takes it. `stored`: secrets that exist already, so an empty field keeps them. */
export function readChannelForm(form: ChannelForm, stored: Readonly<Record<string, boolean>>): ChannelFormResult {
  const errors: Record<string, string> = {};
  const repeatMs = form.repeat.trim() === '0' ? 0 : parseDurationMs(form.repeat.trim());
  if (repeatMs === null) errors.repeat_interval_s = 'A duration such as 4h; 0s: never';
  if (form.name.trim() === '') errors.name = 'Give it a name';
  const candidate = {
    kind: form.kind,
    name: form.name.trim(),
    filter: {
      min_severity: form.minSeverity,
      matchers: form.matchers,
      send_resolved: form.sendResolved,
      send_acked: form.sendAcked,
      repeat_interval_s: Math.round((repeatMs ?? 0) / 1000),
    },
    ...kindValues(form),
  };
  for (const { name, required, label } of KIND_FIELDS[form.kind]) {
    if (required === true && (form.values[name] ?? '').trim() === '') errors[name] = `${label} is needed`;
  }
  const lacking = missingSecret(form, stored);
  if (lacking !== null) errors[lacking] = 'Give it, or a file with it';
  const parsed = ChannelInput.safeParse(candidate);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) errors[fieldOf(path.map(String))] ??= message;
  }
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  return { ok: true, body: candidate as ChannelBody };
}

function kindValues(form: ChannelForm): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { name, type } of KIND_FIELDS[form.kind]) {
    const text = (form.values[name] ?? '').trim();
    if (type === 'check') values[name] = text === 'true';
    else if (text === '') continue;
    else if (type === 'number') values[name] = Number(text);
    else if (name === 'to') values[name] = text.split(/[,;\s]+/).filter((each) => each !== '');
    else values[name] = text;
  }
  return values;
}

/** Kinds that are nothing without their secret, and where it may come from. */
const NEEDED: Partial<Record<ChannelKind, readonly [string, string]>> = {
  slack: ['url', 'url_file'],
  pagerduty: ['routing_key', 'routing_key_file'],
  heartbeat: ['url', 'url_file'],
};

function missingSecret(form: ChannelForm, stored: Readonly<Record<string, boolean>>): string | null {
  const needed = NEEDED[form.kind];
  if (needed === undefined) return null;
  const has = needed.some((name) => (form.values[name] ?? '').trim() !== '' || stored[name] === true);
  return has ? null : needed[0];
}

function fieldOf(path: readonly string[]): string {
  return path[0] === 'filter' ? (path[1] ?? 'form') : (path[0] ?? 'form');
}

export function channelProblemErrors(problem: Problem): ChannelErrors {
  const errors: Record<string, string> = {};
  for (const { path, message } of problem.errors) {
    errors[
      fieldOf(
        path
          .replace(/^\//, '')
          .split(/[./[]/)
          .filter((part) => part !== ''),
      )
    ] ??= message;
  }
  if (problem.errors.length === 0) errors.form = problem.detail === '' ? problem.title : problem.detail;
  return errors;
}
