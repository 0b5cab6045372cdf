import { BURST_SIGNALS, type BurstSample, type BurstSignal, signalOf } from '#lib/detect/burst-sample.ts';
import { medianInPlace } from '#lib/detect/order-statistics.ts';

/** Where a signal lies while nothing happens. `limit` is the edge that a burst pushes it over: upper, or lower where less is worse. */
export type Band = {
  readonly middle: number;
  readonly limit: number;
  readonly worse: 'more' | 'less';
  /** Quiet polls that it comes from; 0: assumed (nothing waits). */
  readonly polls: number;
  /** How long those polls took on average. */
  readonly pollMs: number;
};

export type Bands = Readonly<Partial<Record<BurstSignal, Band>>>;

/** The smallest change that means anything. `perPoll`: an average over a poll, noisier over a shorter one. */
const RULES: Readonly<Record<BurstSignal, { quantum: number; worse: Band['worse']; perPoll: boolean }>> = {
  waiting: { quantum: 1, worse: 'more', perPoll: false },
  ttft: { quantum: 0.005, worse: 'more', perPoll: false },
  token_speed: { quantum: 0, worse: 'less', perPoll: true },
  kv_cache: { quantum: 0.01, worse: 'more', perPoll: false },
  preemptions: { quantum: 0.5, worse: 'more', perPoll: false },
};

const FEWEST_POLLS = 6;
const MAD_TO_SIGMA = 1.4826;
/** Over the half minute of a confirmation and five signals, one quiet poll in a thousand beyond the edge would be too many. */
const SIGMAS = 4;
const SHARE = 0.1;
/** Where most polls show the same (nothing waits), the farthest tells the edge, and shows less than all that quiet can be. */
const BEYOND_FARTHEST = 0.25;

/**
 * The bands of quiet polls: median ± the largest of 4 sigma (from the MAD), 10 %, the signal's quantum, and the farthest
 * quiet poll. A signal with fewer than 6 known polls has none, except that without any nothing waits.
 */
export function bandsOf(quiet: readonly BurstSample[]): Bands {
  const bands: Partial<Record<BurstSignal, Band>> = {};
  for (const signal of BURST_SIGNALS) {
    const band = bandOf(quiet, signal);
    if (band !== null) bands[signal] = band;
  }
  return bands;
}

function bandOf(quiet: readonly BurstSample[], signal: BurstSignal): Band | null {
  const { quantum, worse } = RULES[signal];
  const known = quiet.filter((sample) => signalOf(sample, signal) !== null);
  if (known.length < FEWEST_POLLS) {
    return signal === 'waiting' ? { middle: 0, limit: quantum, worse, polls: 0, pollMs: 0 } : null;
  }
  const values = Float64Array.from(known, (sample) => signalOf(sample, signal) ?? 0);
  const farthest = worse === 'more' ? values.reduce((a, b) => Math.max(a, b)) : values.reduce((a, b) => Math.min(a, b));
  const middle = medianInPlace(values);
  const mad = medianInPlace(values.map((value) => Math.abs(value - middle)));
  const away = Math.abs(farthest - middle) * (mad === 0 ? 1 + BEYOND_FARTHEST : 1);
  const half = Math.max(SIGMAS * MAD_TO_SIGMA * mad, SHARE * Math.abs(middle), quantum, away);
  const pollMs = known.reduce((sum, sample) => sum + (sample.elapsedMs ?? 0), 0) / known.length;
  return { middle, limit: worse === 'more' ? middle + half : middle - half, worse, polls: known.length, pollMs };
}

/** How far a value lies beyond the band's edge, in half-widths of the band; 0 inside. A short poll's average swings wider. */
export function beyondBand(signal: BurstSignal, band: Band, value: number, elapsedMs: number | null): number {
  const isShort = RULES[signal].perPoll && elapsedMs !== null && elapsedMs > 0 && elapsedMs < band.pollMs;
  const half = Math.abs(band.limit - band.middle) * (isShort ? Math.sqrt(band.pollMs / elapsedMs) : 1);
  const off = band.worse === 'more' ? value - band.middle : band.middle - value;
  return Math.max(0, off - half) / (half === 0 ? 1 : half);
}
