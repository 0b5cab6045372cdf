const HOUR_MS = 3_600_000;
/** Beyond this many engines only the newest hours are polled at full rate. */
const MANY_ENGINES = 20;
const NEWEST_MS = 6 * HOUR_MS;

/** A part of seeded history and how often it is polled. */
export type Cadence = { readonly fromMs: number; readonly toMs: number; readonly everyMs: number };

/**
 * How often each part of the history is polled: every minute where only roll-ups are kept, every 5 s where raw rows are.
 * Of a large fleet only the newest hours are that fine, the rest of the raw rows comes every 30 s.
 */
export function seedSpans(span: { fromMs: number; toMs: number; rawMs: number; engines: number }): Cadence[] {
  const rawFromMs = Math.max(span.fromMs, span.toMs - span.rawMs);
  const fineFromMs = span.engines <= MANY_ENGINES ? rawFromMs : Math.max(rawFromMs, span.toMs - NEWEST_MS);
  const spans = [
    { fromMs: span.fromMs, toMs: rawFromMs, everyMs: 60_000 },
    { fromMs: rawFromMs, toMs: fineFromMs, everyMs: 30_000 },
    { fromMs: fineFromMs, toMs: span.toMs, everyMs: 5000 },
  ];
  return spans.filter((part) => part.toMs > part.fromMs);
}
