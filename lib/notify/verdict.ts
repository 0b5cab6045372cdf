import type { ChannelKind } from '#lib/api/channels.ts';

/** What one try came to. `answer` is what the receiver said, or what went wrong; it holds no secret. */
export type DeliveryResult = {
  readonly outcome: 'ok' | 'retry' | 'dead';
  /** HTTP or SMTP status; null when there was no answer. */
  readonly status: number | null;
  readonly answer: string;
  /** How long the receiver asked to be left alone. */
  readonly retryAfterMs: number | null;
};

export type HttpAnswer = { readonly status: number; readonly retryAfter: string; readonly body: string };

const MAX_RETRY_AFTER_MS = 6 * 3_600_000;

/**
 * What an HTTP answer means: 2xx is sent, 408, 425, 429 and 5xx are tried again, the rest never works and is a dead
 * letter. Slack's incoming webhook says `ok`; another text is an error, also under status 200 (`invalid_token`).
 */
export function judgeAnswer(kind: ChannelKind, answer: HttpAnswer, nowMs: number): DeliveryResult {
  const { status, body } = answer;
  const retryAfterMs = parseRetryAfterMs(answer.retryAfter, nowMs);
  if (status >= 200 && status < 300) {
    const refused = kind === 'slack' && isSlackError(body);
    return { outcome: refused ? 'dead' : 'ok', status, answer: body, retryAfterMs: null };
  }
  const again = status >= 500 || status === 408 || status === 425 || status === 429;
  return { outcome: again ? 'retry' : 'dead', status, answer: body, retryAfterMs: again ? retryAfterMs : null };
}

/** Receivers that speak Slack's format answer `ok`, nothing, or JSON with `ok: true`. */
function isSlackError(body: string): boolean {
  const text = body.trim();
  return text !== '' && text.toLowerCase() !== 'ok' && !/"ok"\s*:\s*true/.test(text);
}

/** Milliseconds from `Retry-After: 30` or an HTTP date; null when there is none that can be read. At most six hours. */
export function parseRetryAfterMs(text: string, nowMs: number): number | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const ms = /^\d+$/.test(trimmed) ? Number(trimmed) * 1000 : Date.parse(trimmed) - nowMs;
  return Number.isFinite(ms) ? Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms)) : null;
}

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 15 * 60_000;
export const GIVE_UP_MS = 24 * 3_600_000;

/**
 * When to try again after `tries` failed ones: 1 s, 2 s, 4 s … up to 15 min, each ± 20 %, never before the receiver
 * asked for; null after a day. `chance` is 0..1.
 */
export function nextTryMs(
  delivery: { readonly tries: number; readonly createdAtMs: number },
  retryAfterMs: number | null,
  nowMs: number,
  chance: number,
): number | null {
  if (nowMs - delivery.createdAtMs >= GIVE_UP_MS) return null;
  const backoffMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(20, delivery.tries - 1));
  return Math.ceil(nowMs + Math.max(backoffMs * (0.8 + 0.4 * chance), retryAfterMs ?? 0));
}
