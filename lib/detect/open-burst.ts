import { type Bands, bandsOf } from '#lib/detect/burst-band.ts';
import { findLoadEnd } from '#lib/detect/burst-end.ts';
import type { Onset } from '#lib/detect/burst-onset.ts';
import type { ArrivalLevel } from '#lib/detect/burst-rate.ts';
import type { Timing } from '#lib/detect/burst-record.ts';
import { follow, type SignalTrack, startTrack } from '#lib/detect/burst-recovery.ts';
import { type Arrivals, arrivalsOf, BURST_SIGNALS, type BurstSample } from '#lib/detect/burst-sample.ts';

/** What is remembered of a burst while it is open. Plain data: it is stored, so that a restart goes on with it. */
export type OpenBurst = {
  readonly start: Timing;
  readonly level: ArrivalLevel;
  readonly usualFrom: 'baseline' | 'before';
  /** The engine did nothing before: there is no usual to come back to. */
  readonly wasIdle: boolean;
  readonly tracks: readonly SignalTrack[];
  /** Polls since the level of the load last changed. */
  readonly segment: readonly Arrivals[];
  readonly loadEnd: Timing | null;
  readonly waves: number;
  readonly peak: { readonly rps: number; readonly atMs: number };
  /** Polls shorter than a second are joined before they can be a peak. */
  readonly peakPart: { readonly count: number; readonly elapsedMs: number };
  readonly queuePeak: { readonly requests: number; readonly atMs: number } | null;
  readonly counts: BurstCounts;
  /** Counts up to the newest polls: a recovery is dated some polls back when it is confirmed. */
  readonly newest: readonly (BurstCounts & { readonly atMs: number })[];
  readonly usualTtftS: number | null;
  readonly lostS: number | null;
  readonly arrivedInLoad: number;
  readonly pollsSinceLoad: number;
  readonly restartedAtMs: number | null;
  readonly lastMs: number;
};

/** Requests since the start. */
export type BurstCounts = { readonly arrived: number; readonly served: number; readonly failed: number | null };

/** Longer than a confirmation takes. */
const NEWEST_MS = 40_000;
const FEWEST_NEWEST = 8;
const MOST_IN_SEGMENT = 300;
const PEAK_MS = 950;

/** A burst that began, from the polls before it (quiet) and no poll of its own yet. */
export function openBurst(
  onset: Onset,
  level: ArrivalLevel,
  before: { quiet: readonly BurstSample[]; usualFrom: OpenBurst['usualFrom']; wasIdle: boolean },
): OpenBurst {
  const bands: Bands = bandsOf(before.quiet);
  const tracks = BURST_SIGNALS.flatMap((signal) => {
    const band = bands[signal];
    return band === undefined ? [] : [startTrack(signal, band, onset.startMs)];
  });
  return {
    start: { atMs: onset.startMs, plusMinusMs: onset.plusMinusMs },
    ...{ level, usualFrom: before.usualFrom, wasIdle: before.wasIdle, tracks, segment: [], loadEnd: null, waves: 1 },
    peak: { rps: 0, atMs: onset.startMs },
    peakPart: { count: 0, elapsedMs: 0 },
    ...{ queuePeak: null, counts: { arrived: 0, served: 0, failed: null }, newest: [] },
    usualTtftS: meanTtft(before.quiet),
    ...{ lostS: null, arrivedInLoad: 0, pollsSinceLoad: 0, restartedAtMs: null, lastMs: onset.startMs },
  };
}

function meanTtft(quiet: readonly BurstSample[]): number | null {
  let [sum, count] = [0, 0];
  for (const { ttftSumS, ttftCount } of quiet) {
    if (ttftSumS === null || ttftCount === null) continue;
    [sum, count] = [sum + ttftSumS, count + ttftCount];
  }
  return count === 0 ? null : sum / count;
}

/** The burst after one more poll, without regard to a new onset. */
export function addPoll(open: OpenBurst, sample: BurstSample): OpenBurst {
  if (sample.restarted) return { ...open, restartedAtMs: sample.atMs, lastMs: sample.atMs };
  const counted = count(open, sample);
  const arrivals = arrivalsOf(sample);
  const tracks = open.tracks.map((track) => follow(track, sample));
  const next = { ...counted, tracks, lastMs: sample.atMs };
  if (open.loadEnd !== null) return { ...next, pollsSinceLoad: open.pollsSinceLoad + 1 };
  if (arrivals === null) return next;
  const segment = [...open.segment, arrivals].slice(-MOST_IN_SEGMENT);
  const load = findLoadEnd(segment, open.level);
  if (load.state === 'lasts') return { ...next, segment };
  if (load.state === 'moved') return { ...next, segment: segment.slice(load.from) };
  const after = segment.filter((each) => beginsAfter(each, load.endMs));
  return {
    ...next,
    segment: after,
    loadEnd: { atMs: load.endMs, plusMinusMs: load.plusMinusMs },
    arrivedInLoad: next.counts.arrived - after.reduce((sum, each) => sum + each.count, 0),
    pollsSinceLoad: after.length,
  };
}

/** Whether a poll tells of nothing before this time: the one in which the load ended still counts a part of it. */
export function beginsAfter({ atMs, elapsedMs }: Arrivals, ms: number): boolean {
  return atMs - elapsedMs >= ms - 1;
}

/** The load came back before the engine had recovered: one burst with another wave. */
export function nextWave(open: OpenBurst, onset: Onset, polls: readonly Arrivals[]): OpenBurst {
  const segment = polls.filter((poll) => poll.atMs > onset.startMs);
  return { ...open, segment, loadEnd: null, waves: open.waves + 1, arrivedInLoad: 0, pollsSinceLoad: 0 };
}

function count(open: OpenBurst, sample: BurstSample): OpenBurst {
  const { waiting, atMs, finished, failed } = sample;
  const { queuePeak, counts: before } = open;
  const isLonger = waiting !== null && waiting > (queuePeak?.requests ?? -1);
  const counts = {
    arrived: before.arrived + (sample.arrivals ?? 0),
    served: before.served + Math.max(0, (finished ?? 0) - (failed ?? 0)),
    failed: failed === null ? before.failed : (before.failed ?? 0) + failed,
  };
  const newest = [...open.newest, { ...counts, atMs }];
  const kept = newest.filter((each, i) => each.atMs > atMs - NEWEST_MS || i >= newest.length - FEWEST_NEWEST);
  return {
    ...{ ...open, ...peakWith(open, sample), counts, newest: kept, lostS: lostWith(open, sample) },
    queuePeak: isLonger ? { requests: waiting, atMs } : queuePeak,
  };
}

/** The counts up to and with the poll in which this time fell; all of them where that is too long ago to be known. */
export function countsUntil({ counts, newest }: OpenBurst, untilMs: number): BurstCounts {
  const [oldest] = newest;
  if (oldest === undefined || oldest.atMs > untilMs) return counts;
  return newest.find((each) => each.atMs >= untilMs) ?? counts;
}

function peakWith(open: OpenBurst, sample: BurstSample): Pick<OpenBurst, 'peak' | 'peakPart'> {
  const arrivals = arrivalsOf(sample);
  if (arrivals === null) return { peak: open.peak, peakPart: { count: 0, elapsedMs: 0 } };
  const part = {
    count: open.peakPart.count + arrivals.count,
    elapsedMs: open.peakPart.elapsedMs + arrivals.elapsedMs,
  };
  if (part.elapsedMs < PEAK_MS) return { peak: open.peak, peakPart: part };
  const rps = (part.count * 1000) / part.elapsedMs;
  const peak = rps > open.peak.rps ? { rps, atMs: sample.atMs } : open.peak;
  return { peak, peakPart: { count: 0, elapsedMs: 0 } };
}

function lostWith({ usualTtftS, lostS }: OpenBurst, { ttftSumS, ttftCount }: BurstSample): number | null {
  if (usualTtftS === null || ttftSumS === null || ttftCount === null) return lostS;
  return (lostS ?? 0) + Math.max(0, ttftSumS - ttftCount * usualTtftS);
}
