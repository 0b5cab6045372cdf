import type { Notification, NotifiedAlert } from '#lib/api/notification.ts';
import { cleanText } from '#lib/notify/clean-text.ts';

export type EmailAddresses = { readonly from: string; readonly to: readonly string[] };

/** A mail as nodemailer takes it. */
export type Mail = {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly references: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
};

const MAX_SUBJECT = 180;
const SHOWN_ALERTS = 50;
const MAX_REFERENCES = 20;

/**
 * The Message-ID is made from the delivery's id, so a duplicate is dropped by the mailbox; all mails of an episode refer
 * to one id of the episode, so they form one thread.
 */
export function buildEmail(notification: Notification, addresses: EmailAddresses): Mail {
  const domain = addresses.from.split('@').at(-1) ?? 'localhost';
  const { alerts, installation } = notification;
  return {
    from: addresses.from,
    to: addresses.to,
    subject: cleanText(notification.title, MAX_SUBJECT),
    text: plainText(notification),
    html: htmlText(notification),
    messageId: `<${notification.id}@${domain}>`,
    references: alerts.slice(0, MAX_REFERENCES).map((alert) => `<alert-${alert.id}.${installation}@${domain}>`),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  };
}

function plainText(notification: Notification): string {
  const alerts = notification.alerts
    .slice(0, SHOWN_ALERTS)
    .flatMap((alert) => [
      `* ${alert.severity}: ${alert.line}`,
      ...(alert.remedy === '' ? [] : [`  What to do: ${alert.remedy}`]),
      ...(alert.action === '' ? [] : [`  Action: ${alert.action}`]),
      `  ${alert.url}`,
      '',
    ]);
  const rest = notification.alerts.length === 0 ? [notification.text, '', notification.url] : [...moreOf(notification)];
  return [notification.title, '', ...alerts, ...rest, ''].join('\n');
}

function htmlText(notification: Notification): string {
  const alerts = notification.alerts.slice(0, SHOWN_ALERTS).map(alertHtml);
  const rest = notification.alerts.length === 0 ? [notification.text] : moreOf(notification);
  return [
    `<p><strong>${escapeHtml(notification.title)}</strong></p>`,
    alerts.length === 0 ? '' : `<ul>${alerts.join('')}</ul>`,
    ...rest.map((text) => `<p>${escapeHtml(text)}</p>`),
    `<p><a href="${escapeHtml(notification.url)}">Open in Headroom</a></p>`,
  ].join('\n');
}

function alertHtml(alert: NotifiedAlert): string {
  const remedy = alert.remedy === '' ? '' : `<br>What to do: ${escapeHtml(alert.remedy)}`;
  const action = alert.action === '' ? '' : `<br>Action: ${escapeHtml(alert.action)}`;
  return `<li>${escapeHtml(`${alert.severity}: ${alert.line}`)}${remedy}${action}<br><a href="${escapeHtml(alert.url)}">alert ${alert.id}</a></li>`;
}

function moreOf({ alerts, url }: Notification): string[] {
  return alerts.length > SHOWN_ALERTS ? [`and ${alerts.length - SHOWN_ALERTS} more: ${url}`] : [];
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
