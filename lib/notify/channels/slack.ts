import type { Notification, NotifiedAlert } from '#lib/api/notification.ts';
import { cutText } from '#lib/notify/clean-text.ts';
import { type HttpRequest, jsonPost } from '#lib/notify/http-request.ts';

const MAX_HEADER = 150;
const MAX_SECTION = 2900;
const SHOWN_ALERTS = 20;

/** An incoming webhook's message: `text` for notifications and old clients, blocks for the channel. */
export function buildSlack(notification: Notification, url: string): HttpRequest {
  const { title, alerts } = notification;
  const shown = alerts.slice(0, SHOWN_ALERTS).map(alertLine);
  const more = alerts.length > SHOWN_ALERTS ? [`and ${alerts.length - SHOWN_ALERTS} more`] : [];
  const lines = sections([...shown, ...more, ...(notification.text === '' ? [] : [escapeMrkdwn(notification.text)])]);
  return jsonPost(url, {
    text: escapeMrkdwn(title),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cutText(title, MAX_HEADER), emoji: false } },
      ...lines.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } })),
      {
        type: 'actions',
        elements: [{ type: 'button', text: { type: 'plain_text', text: 'Open in Headroom' }, url: notification.url }],
      },
    ],
  });
}

function alertLine(alert: NotifiedAlert): string {
  const action = alert.action === '' ? '' : ` (action: ${escapeMrkdwn(alert.action)})`;
  return `• <${alert.url}|#${alert.id}> ${escapeMrkdwn(alert.line)}${action}`;
}

/** Lines joined to as few sections as Slack's limit of 3000 characters each allows. */
function sections(lines: readonly string[]): string[] {
  const parts: string[] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    const cut = cutText(line, MAX_SECTION);
    if (last !== undefined && last.length + 1 + cut.length <= MAX_SECTION) parts[parts.length - 1] = `${last}\n${cut}`;
    else parts.push(cut);
  }
  return parts;
}

/** Slack's three control characters: what is escaped can be no link, no mention and no `<!channel>`. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
