import { formatDurationMs, parseDurationMs } from '#lib/metrics/duration.ts';
import { isRelative, parseInstantMs } from '#lib/metrics/time-range.ts';

/** The time range as the URL holds it. `refresh` is `off` or a duration; it matters only while `to` follows the clock. */
export type RangeState = { readonly from: string; readonly to: string; readonly refresh: string };

export const DEFAULT_RANGE: RangeState = { from: 'now-1h', to: 'now', refresh: '5s' };

export const PRESETS = [
  { span: '15m', label: 'Last 15 minutes', short: '15 min' },
  { span: '1h', label: 'Last hour', short: '1 h' },
  { span: '6h', label: 'Last 6 hours', short: '6 h' },
  { span: '24h', label: 'Last 24 hours', short: '24 h' },
  { span: '7d', label: 'Last 7 days', short: '7 d' },
  { span: '30d', label: 'Last 30 days', short: '30 d' },
] as const;

export const REFRESH_CHOICES = ['off', '5s', '15s', '1m'] as const;

const MIN_SPAN_MS = 10_000;

/** Reads `from`, `to`, `refresh`; anything unreadable or upside down becomes the default range. */
export function parseRange(params: URLSearchParams, nowMs: number): RangeState {
  const from = params.get('from') ?? DEFAULT_RANGE.from;
  const to = params.get('to') ?? DEFAULT_RANGE.to;
  const refresh = params.get('refresh') ?? DEFAULT_RANGE.refresh;
  const fromMs = parseInstantMs(from, nowMs);
  const toMs = parseInstantMs(to, nowMs);
  const readable = fromMs !== null && toMs !== null && fromMs < toMs;
  return {
    from: readable ? from : DEFAULT_RANGE.from,
    to: readable ? to : DEFAULT_RANGE.to,
    refresh: refresh === 'off' || parseDurationMs(refresh) !== null ? refresh : DEFAULT_RANGE.refresh,
  };
}

/** The URL keeps only what differs from the default; `null` removes a parameter. */
export function rangePatch(range: RangeState): Record<string, string | null> {
  const isDefault = range.from === DEFAULT_RANGE.from && range.to === DEFAULT_RANGE.to;
  return {
    from: isDefault ? null : range.from,
    to: isDefault ? null : range.to,
    refresh: range.refresh === DEFAULT_RANGE.refresh ? null : range.refresh,
  };
}

export function resolveRange(range: RangeState, nowMs: number): { fromMs: number; toMs: number } {
  const fromMs = parseInstantMs(range.from, nowMs) ?? nowMs - 3_600_000;
  const toMs = parseInstantMs(range.to, nowMs) ?? nowMs;
  return { fromMs, toMs };
}

/** Milliseconds between polls, false when the page does not follow the clock. */
export function refreshMsOf(range: RangeState): number | false {
  if (!isRelative(range.to) || range.refresh === 'off') return false;
  return Math.max(1000, parseDurationMs(range.refresh) ?? 5000);
}

/** ISO to the second: readable in a URL and in an incident note. */
export function instantText(ms: number): string {
  return new Date(Math.round(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/**
 * A point in time as a person types it, as the URL keeps it: a date without a zone is of the zone that the page shows its
 * times in, as everything around it is. null when it is none.
 */
export function typedInstant(typed: string, nowMs: number, utc: boolean): string | null {
  const text = typed.trim();
  if (parseInstantMs(text, nowMs) === null) return null;
  const parts = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?(?:\.\d+)?$/.exec(text);
  if (utc || parts === null) return text;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  return instantText(new Date(year, month - 1, day, hour, minute, second).getTime());
}

export function absoluteRange(fromMs: number, toMs: number, refresh: string): RangeState {
  const spanMs = Math.max(MIN_SPAN_MS, toMs - fromMs);
  const middleMs = (fromMs + toMs) / 2;
  return { from: instantText(middleMs - spanMs / 2), to: instantText(middleMs + spanMs / 2), refresh };
}

/** Half a window back or forward. The future is empty, so forward stops at now and goes live again there. */
export function shiftRange(range: RangeState, direction: -1 | 1, nowMs: number): RangeState {
  const { fromMs, toMs } = resolveRange(range, nowMs);
  const spanMs = toMs - fromMs;
  const newToMs = toMs + (direction * spanMs) / 2;
  if (newToMs >= nowMs) return relativeRange(spanMs, range.refresh);
  return absoluteRange(newToMs - spanMs, newToMs, range.refresh);
}

/** Twice as wide around the same middle; a live range stays live and grows to the left. */
export function zoomOutRange(range: RangeState, nowMs: number): RangeState {
  const { fromMs, toMs } = resolveRange(range, nowMs);
  const spanMs = toMs - fromMs;
  if (isRelative(range.to)) return relativeRange(spanMs * 2, range.refresh);
  return absoluteRange(fromMs - spanMs / 2, Math.min(nowMs, toMs + spanMs / 2), range.refresh);
}

/** Follows the clock with the same width. */
export function relativeRange(spanMs: number, refresh: string): RangeState {
  const rounded = Math.max(MIN_SPAN_MS, Math.round(spanMs / 1000) * 1000);
  return { from: `now-${shortSpan(rounded)}`, to: 'now', refresh };
}

function shortSpan(ms: number): string {
  const preset = PRESETS.find(({ span }) => parseDurationMs(span) === ms);
  return preset?.span ?? formatDurationMs(ms);
}

/** The preset that the range equals, else null. */
export function presetOf(range: RangeState): string | null {
  if (range.to !== 'now') return null;
  return PRESETS.find(({ span }) => range.from === `now-${span}`)?.span ?? null;
}
