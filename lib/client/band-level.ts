import type { Band } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';

/** What the catalog's bands say about a value. `unknown`: no value, or the signal has no bands. */
export type Level = 'safe' | 'warning' | 'danger' | 'unknown';

export function bandOf(value: number | null | undefined, bands: readonly Band[]): Band | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  return bands.find(({ from, to }) => (from === null || value >= from) && (to === null || value < to)) ?? null;
}

export function levelOf(signalId: string, value: number | null | undefined): Level {
  const bands = findSignal(signalId)?.bands ?? [];
  const band = bandOf(value, bands);
  // A value below the lowest band (arrivals under the burst line) is known and unremarkable.
  if (band === null) return bands.length > 0 && isKnown(value) ? 'safe' : 'unknown';
  return band.level === 'recommended' ? 'safe' : band.level;
}

const isKnown = (value: number | null | undefined): value is number => typeof value === 'number';

const RANK: Record<Level, number> = { unknown: 0, safe: 1, warning: 2, danger: 3 };

/** The worst known level; unknown only when nothing is known. */
export function worstLevel(levels: readonly Level[]): Level {
  return levels.reduce<Level>((worst, level) => (RANK[level] > RANK[worst] ? level : worst), 'unknown');
}

/** The report's word for the status of a cache. */
export const LEVEL_WORDS: Record<Level, string> = {
  safe: 'HEALTHY',
  warning: 'WARNING',
  danger: 'DANGER',
  unknown: 'UNKNOWN',
};

/** 002: 0 % is none, 1–30 % low, above 30 % thrashing, above 50 % severe. */
export function evictionWord(share: number | null): string {
  if (share === null) return 'unknown';
  if (share < 0.01) return 'NONE';
  if (share <= 0.3) return 'LOW';
  return share <= 0.5 ? 'THRASHING' : 'SEVERE';
}

/** The reports' guard: below the baseline is a fault only while requests wait; else there is just less to do. */
export function throughputLevel(drop: number | null, queueDepth: number | null): Level {
  const level = levelOf('throughput_drop', drop);
  return level !== 'unknown' && queueDepth === 0 ? 'safe' : level;
}

/** Throughput in a word, from its distance to the baseline. */
export function throughputWord(drop: number | null, queueDepth: number | null): string {
  const level = levelOf('throughput_drop', drop);
  if (level === 'unknown') return 'no baseline yet';
  if (level !== 'safe' && queueDepth === 0) return 'below baseline, nothing waits';
  return { safe: 'Normal', warning: 'Below baseline', danger: 'Far below baseline' }[level];
}
