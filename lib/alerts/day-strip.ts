/** A time during which something held, epoch ms; `toMs` null while it lasts. */
export type Span = { readonly fromMs: number; readonly toMs: number | null };

const HOUR_MS = 3_600_000;

/**
 * The share (0..1) of each of the last `hours` hours that the spans cover, oldest first; the last hour ends at `nowMs`.
 * Overlapping spans count once.
 */
export function hourShares(spans: readonly Span[], hours: number, nowMs: number): readonly number[] {
  const merged = mergeSpans(spans, nowMs);
  return Array.from({ length: hours }, (_, index) => {
    const toMs = nowMs - (hours - 1 - index) * HOUR_MS;
    const fromMs = toMs - HOUR_MS;
    const covered = merged.reduce((sum, span) => sum + overlapMs(span, fromMs, toMs), 0);
    return Math.min(1, covered / HOUR_MS);
  });
}

/** Where a span of both lists holds. */
export function intersectSpans(a: readonly Span[], b: readonly Span[], nowMs: number): readonly Span[] {
  const others = mergeSpans(b, nowMs);
  return mergeSpans(a, nowMs).flatMap((span) =>
    others.flatMap((other): Span[] => {
      const fromMs = Math.max(span.fromMs, other.fromMs);
      const toMs = Math.min(span.toMs, other.toMs);
      return fromMs < toMs ? [{ fromMs, toMs }] : [];
    }),
  );
}

type Closed = { readonly fromMs: number; readonly toMs: number };

function mergeSpans(spans: readonly Span[], nowMs: number): readonly Closed[] {
  const sorted = spans
    .map(({ fromMs, toMs }) => ({ fromMs, toMs: Math.min(toMs ?? nowMs, nowMs) }))
    .filter(({ fromMs, toMs }) => fromMs < toMs)
    .toSorted((a, b) => a.fromMs - b.fromMs);
  const merged: { fromMs: number; toMs: number }[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && span.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, span.toMs);
    else merged.push({ ...span });
  }
  return merged;
}

const overlapMs = (span: Closed, fromMs: number, toMs: number): number =>
  Math.max(0, Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs));
