import { parseDurationMs } from '#lib/metrics/duration.ts';

export type TimeRange = { readonly fromMs: number; readonly toMs: number };

/** Beyond this no `Date` goes. */
const MAX_DATE_MS = 8.64e15;

/**
 * A point in time as the API and the URL write it: epoch milliseconds (13 digits: fewer are seconds), ISO 8601, `now`,
 * `now-6h`, `now+1m`.
 * Returns null when it is none of these.
 */
export function parseInstantMs(text: string, nowMs: number): number | null {
  const trimmed = text.trim();
  if (trimmed === 'now') return nowMs;
  const relative = /^now([+-])(.+)$/.exec(trimmed);
  if (relative !== null) {
    const offsetMs = parseDurationMs(relative[2] ?? '');
    if (offsetMs === null) return null;
    const ms = relative[1] === '-' ? nowMs - offsetMs : nowMs + offsetMs;
    return Math.abs(ms) <= MAX_DATE_MS ? ms : null;
  }
  if (/^\d{13}$/.test(trimmed)) return Number(trimmed);
  if (!isDate(trimmed.slice(0, 10)) || !/^.{10}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(trimmed))
    return null;
  const withZone = /(Z|[+-]\d{2}:?\d{2})$/.test(trimmed) || trimmed.length === 10 ? trimmed : `${trimmed}Z`;
  const parsed = Date.parse(withZone.replace(' ', 'T'));
  return Number.isNaN(parsed) ? null : parsed;
}

/** A day of the calendar; `Date.parse` takes 30 February for 2 March. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** True when `to` follows the clock, so a page that shows it is live. */
export function isRelative(text: string): boolean {
  return text.trim().startsWith('now');
}

/** Steps that divide a minute, an hour or a day, so that roll-up rows fall whole into buckets. */
const STEPS_MS = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400, 172800,
  604800,
].map((seconds) => seconds * 1000);

/** The smallest step that gives at most `points` buckets over the range and is at least `minStepMs`. */
export function stepMsFor(range: TimeRange, points: number, minStepMs: number): number {
  const wantedMs = Math.max(minStepMs, (range.toMs - range.fromMs) / Math.max(1, points));
  return STEPS_MS.find((step) => step >= wantedMs) ?? Math.ceil(wantedMs / 604_800_000) * 604_800_000;
}
