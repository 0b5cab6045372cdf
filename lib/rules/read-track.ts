import type { SubjectKind } from '#lib/metrics/sample.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { SignalRead } from '#lib/rules/reads.ts';
import type { Measured } from '#lib/series/measure.ts';
import { type TrackSources, trackMeasurer } from '#lib/series/measure-track.ts';

export type ReadSources = TrackSources & {
  readonly kind: SubjectKind;
  /** Shortest window that the track can show: how long one of its entries is; 0 for polls. */
  readonly stepMs: number;
};

/** What a reading was at a time; `undefined`: not a signal of this kind of subject. Times must not go back. */
export type TrackReader = (read: SignalRead, atMs: number) => Measured | undefined;

/**
 * Answers readings from a subject's track, for live evaluation and for backtests alike. One measurer per reading, which
 * remembers its newest answer: a condition asks twice, the second time with a margin.
 */
export function trackReader(sources: ReadSources): TrackReader {
  type Known = { readonly measure: (atMs: number) => Measured; atMs: number; value: Measured | undefined };
  const known = new Map<SignalRead, Known>();
  const start = (read: SignalRead): Known | undefined => {
    const signal = findSignal(read.signal);
    if (signal === undefined || signal.kind !== sources.kind) return undefined;
    const windowMs = Math.max(read.windowMs, sources.stepMs);
    const gauges = read.aggregate === 'avg' ? 'mean' : 'newest';
    const measure = trackMeasurer(signal.compute, windowMs, gauges, sources);
    return { measure, atMs: Number.NaN, value: undefined };
  };
  return (read, atMs) => {
    const entry = known.get(read) ?? start(read);
    if (entry === undefined) return undefined;
    known.set(read, entry);
    if (entry.atMs !== atMs) {
      entry.value = entry.measure(atMs);
      entry.atMs = atMs;
    }
    return entry.value;
  };
}

/** The number of a measured window that a reading asks for. */
export function pickRead(read: SignalRead, value: Measured): number | null {
  if (read.aggregate === 'min') return value.min;
  return read.aggregate === 'max' ? value.max : value.mean;
}
