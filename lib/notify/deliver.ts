import { readFile } from 'node:fs/promises';
import type { Notification } from '#lib/api/notification.ts';
import type { ChannelSecrets, ChannelSettings, OpenSecrets } from '#lib/notify/channel.ts';
import { buildAlertmanager } from '#lib/notify/channels/alertmanager.ts';
import { buildEmail } from '#lib/notify/channels/email.ts';
import { buildHeartbeat } from '#lib/notify/channels/heartbeat.ts';
import { buildPagerDuty } from '#lib/notify/channels/pagerduty.ts';
import { buildSlack } from '#lib/notify/channels/slack.ts';
import { buildWebhook } from '#lib/notify/channels/webhook.ts';
import { keptAnswer } from '#lib/notify/hide-secrets.ts';
import type { HttpRequest } from '#lib/notify/http-request.ts';
import { NeverWorksError, sendHttp } from '#lib/notify/http-send.ts';
import { sendMail } from '#lib/notify/mail-send.ts';
import { type DeliveryResult, judgeAnswer } from '#lib/notify/verdict.ts';

/** What delivering needs of a channel. */
export type Receiver = { readonly settings: ChannelSettings; readonly secrets: ChannelSecrets };

const TIMEOUT_MS = 10_000;
/** For all requests of one delivery together: a PagerDuty group is one request per alert. */
const TOTAL_TIMEOUT_MS = 60_000;
const MAX_ANSWER = 2048;

/** Sends a notification once, unless `stop` comes first. Never throws: what went wrong is the answer. */
export async function deliver(
  notification: Notification,
  receiver: Receiver,
  nowMs: number,
  stop: AbortSignal = new AbortController().signal,
): Promise<DeliveryResult> {
  let secrets: OpenSecrets = {};
  try {
    secrets = await readSecrets(receiver.secrets);
    const result =
      receiver.settings.kind === 'email'
        ? await sendAsMail(notification, receiver.settings, secrets)
        : await sendAll(
            buildRequests(notification, receiver.settings, secrets, nowMs),
            receiver.settings.kind,
            stop,
            nowMs,
          );
    return { ...result, answer: keptAnswer(result.answer, Object.values(secrets), MAX_ANSWER) };
  } catch (error) {
    const answer = keptAnswer(wordsOf(error), Object.values(secrets), MAX_ANSWER);
    return { outcome: error instanceof NeverWorksError ? 'dead' : 'retry', status: null, answer, retryAfterMs: null };
  }
}

/** What `deliver` would send, in words, without secrets. */
export async function describeSent(notification: Notification, receiver: Receiver, nowMs: number): Promise<string> {
  const { settings } = receiver;
  const secrets = await readSecrets(receiver.secrets).catch((): OpenSecrets => ({}));
  if (settings.kind === 'email') {
    const mail = buildEmail(notification, settings);
    return keptAnswer(
      `mail to ${settings.to.join(', ')} by ${settings.smtpHost}:${settings.smtpPort}\nSubject: ${mail.subject}\n\n${mail.text}`,
      Object.values(secrets),
      MAX_ANSWER,
    );
  }
  const texts = buildRequests(notification, settings, secrets, nowMs).map(
    ({ method, url, body }) => `${method} ${URL.canParse(url) ? new URL(url).host : '?'}\n${body}`,
  );
  return keptAnswer(texts.join('\n'), Object.values(secrets), MAX_ANSWER);
}

function buildRequests(
  notification: Notification,
  settings: Exclude<ChannelSettings, { kind: 'email' }>,
  secrets: OpenSecrets,
  nowMs: number,
): readonly HttpRequest[] {
  switch (settings.kind) {
    case 'webhook': {
      const secret = secrets.secret ?? null;
      return [buildWebhook(notification, { url: settings.url, secret, headers: headersOf(secrets) }, nowMs)];
    }
    case 'slack':
      return [buildSlack(notification, secrets.url ?? '')];
    case 'pagerduty':
      return buildPagerDuty(notification, { url: settings.url, routingKey: secrets.routing_key ?? '' });
    case 'alertmanager':
      return [buildAlertmanager(notification, { url: settings.url, headers: headersOf(secrets) }, nowMs)];
    case 'heartbeat':
      return [buildHeartbeat(secrets.url ?? '')];
  }
}

/** One after the other; the first that is not taken ends it, and a next try starts from the beginning. */
async function sendAll(
  requests: readonly HttpRequest[],
  kind: ChannelSettings['kind'],
  stop: AbortSignal,
  nowMs: number,
): Promise<DeliveryResult> {
  const total = AbortSignal.any([stop, AbortSignal.timeout(TOTAL_TIMEOUT_MS)]);
  let result: DeliveryResult = { outcome: 'ok', status: null, answer: '', retryAfterMs: null };
  for (const request of requests) {
    if (!URL.canParse(request.url)) throw new NeverWorksError('the address of this channel is not a URL');
    const answer = await sendHttp(request, AbortSignal.any([total, AbortSignal.timeout(TIMEOUT_MS)]));
    result = judgeAnswer(kind, answer, nowMs);
    if (result.outcome !== 'ok') return result;
  }
  return result;
}

function sendAsMail(
  notification: Notification,
  settings: Extract<ChannelSettings, { kind: 'email' }>,
  secrets: OpenSecrets,
): Promise<DeliveryResult> {
  const { smtpHost: host, smtpPort: port, secure, username } = settings;
  const server = { host, port, secure, username, password: secrets.password ?? null };
  return sendMail(buildEmail(notification, settings), server, TIMEOUT_MS);
}

function headersOf(secrets: OpenSecrets): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secrets).flatMap(([name, text]) => (name.startsWith('header:') ? [[name.slice(7), text]] : [])),
  );
}

async function readSecrets(secrets: ChannelSecrets): Promise<OpenSecrets> {
  const read = await Promise.all(
    Object.entries(secrets).map(async ([name, secret]) => [
      name,
      'text' in secret ? secret.text : (await readFile(secret.file, 'utf8')).trim(),
    ]),
  );
  return Object.fromEntries(read);
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  const cause = error instanceof AggregateError ? error.errors[0] : error.cause;
  const code = 'code' in error ? ` (${String(error.code)})` : '';
  if (error.message !== '') return `${error.message}${error.message.includes(code.slice(2, -1)) ? '' : code}`;
  return cause instanceof Error ? wordsOf(cause) : error.name;
}
