import type { BurstRecord, BurstVerdict, SignalRecovery } from '#lib/detect/burst-record.ts';
import type { SignalTrack } from '#lib/detect/burst-recovery.ts';
import { countsUntil, type OpenBurst } from '#lib/detect/open-burst.ts';

/** All signals inside for this long and this many polls confirm a recovery; it is dated from when they came back. */
export const HOLD_MS = 30_000;
const HOLD_POLLS = 6;
/** Not recovered by then: it did not. Watched on for a while, since it may come back late. */
export const UNRECOVERED_MS = 600_000;
const GIVE_UP_MS = 3_600_000;
/** A load that lasts longer is no burst any more but a new level. */
const LONGEST_LOAD_MS = 1_800_000;
/** Usual arrivals of a second are drawn this wide. */
const SIGMAS = 4;
const SHARE = 0.1;
/** Without numbers for this long nothing can be said. */
export const BLIND_MS = 600_000;

/** What a burst says at `nowMs`, and whether that is its last word. */
export function recordOf(open: OpenBurst, nowMs: number): BurstRecord {
  const signals = open.tracks.map((track) => recoveryOf(track, open, nowMs));
  const recovery = overallOf(open, signals);
  const judged = judge(open, signals, recovery, nowMs);
  const queue = signals.find((each) => each.signal === 'waiting');
  const untilMs = judged.isOpen ? open.lastMs : (judged.endMs ?? open.lastMs);
  const counts = judged.isOpen ? open.counts : countsUntil(open, untilMs);
  const loadMs = (open.loadEnd?.atMs ?? open.lastMs) - open.start.atMs;
  return {
    start: open.start,
    usualRps: open.level.rps,
    usualFrom: open.usualFrom,
    usualSpreadRps: Math.max(SHARE * open.level.rps, SIGMAS * Math.sqrt(open.level.dispersion * open.level.rps)),
    peakRps: open.peak.rps,
    peakAtMs: open.peak.atMs,
    multiplier: open.peak.rps / open.level.rps,
    meanRps: loadMs <= 0 ? null : ((open.loadEnd === null ? open.counts.arrived : open.arrivedInLoad) * 1000) / loadMs,
    waves: open.waves,
    queuePeak: open.queuePeak?.requests ?? null,
    queuePeakAtMs: open.queuePeak?.atMs ?? null,
    loadEnd: open.loadEnd,
    drainMs: queue?.recoveryMs ?? null,
    ...(judged.verdict === 'inconclusive' ? NOT_RECOVERED : recovery),
    signals,
    ...{ arrived: counts.arrived, served: counts.served, failed: counts.failed },
    speedDepth: depthOf(open.tracks),
    ttftTimes: timesOf(open.tracks),
    lostS: open.lostS,
    ...{ verdict: judged.verdict, reason: judged.reason, isConfirming: judged.isConfirming, untilMs },
    isOpen: judged.isOpen,
  };
}

type Recovery = Pick<BurstRecord, 'recoveryMs' | 'recoveredAtMs' | 'plusMinusMs' | 'last'>;
const NOT_RECOVERED: Recovery = { recoveryMs: null, recoveredAtMs: null, plusMinusMs: null, last: null };

function recoveryOf(track: SignalTrack, open: OpenBurst, nowMs: number): SignalRecovery {
  const { signal, band, insideSinceMs, left, worst } = track;
  const about = { signal, middle: band.middle, limit: band.limit, worse: band.worse, bandPolls: band.polls, worst };
  const end = open.loadEnd;
  const isUnknown = track.lastKnownMs === null || (end !== null && track.lastKnownMs <= end.atMs && nowMs > end.atMs);
  if (isUnknown) return { ...about, state: 'unknown', recoveryMs: null, plusMinusMs: null };
  if (insideSinceMs === null) return { ...about, state: 'outside', recoveryMs: null, plusMinusMs: null };
  const plusMinusMs = left ? Math.max(track.plusMinusMs, end?.plusMinusMs ?? 0) : (end?.plusMinusMs ?? 0);
  const recoveryMs = end === null ? null : Math.max(0, insideSinceMs - end.atMs);
  return { ...about, state: left ? 'back' : 'kept', recoveryMs, plusMinusMs: end === null ? null : plusMinusMs };
}

/** Known once every judged signal is inside and one of them is the queue. */
function overallOf({ loadEnd }: OpenBurst, signals: readonly SignalRecovery[]): Recovery {
  const judged = signals.filter((each) => each.state !== 'unknown');
  if (loadEnd === null || !judged.some((each) => each.signal === 'waiting')) return NOT_RECOVERED;
  if (judged.some((each) => each.recoveryMs === null)) return NOT_RECOVERED;
  const latest = judged.reduce((a, b) => ((b.recoveryMs ?? 0) > (a.recoveryMs ?? 0) ? b : a));
  const recoveryMs = latest.recoveryMs ?? 0;
  return {
    recoveryMs,
    recoveredAtMs: loadEnd.atMs + recoveryMs,
    plusMinusMs: recoveryMs === 0 ? loadEnd.plusMinusMs : latest.plusMinusMs,
    last: recoveryMs === 0 ? 'load' : latest.signal,
  };
}

type Judged = {
  readonly verdict: BurstVerdict;
  readonly reason: string;
  readonly isConfirming: boolean;
  readonly isOpen: boolean;
  readonly endMs?: number;
};

function judge(open: OpenBurst, signals: readonly SignalRecovery[], recovery: Recovery, nowMs: number): Judged {
  const { loadEnd, restartedAtMs, lastMs } = open;
  const inconclusive = (reason: string): Judged => closed('inconclusive', reason);
  if (restartedAtMs !== null) return inconclusive('the engine restarted before it had recovered');
  if (nowMs - lastMs > BLIND_MS) return inconclusive('no numbers for ten minutes');
  if (loadEnd === null) {
    if (lastMs - open.start.atMs > LONGEST_LOAD_MS) {
      return inconclusive('the load has lasted for half an hour: a new level, not a burst');
    }
    return { verdict: 'ongoing', reason: '', isConfirming: false, isOpen: true };
  }
  const sinceMs = lastMs - loadEnd.atMs;
  const { recoveredAtMs } = recovery;
  if (recoveredAtMs === null) return judgeOutside(signals, sinceMs);
  const isHeld = lastMs - recoveredAtMs >= HOLD_MS && heldPolls(open) >= HOLD_POLLS;
  if (!isHeld) {
    const verdict = sinceMs > UNRECOVERED_MS ? 'did-not-recover' : 'still-recovering';
    return { verdict, reason: '', isConfirming: true, isOpen: true };
  }
  if (open.wasIdle) return inconclusive('the engine was idle before: there is no usual to come back to');
  return { ...closed('recovered', ''), endMs: recoveredAtMs };
}

function judgeOutside(signals: readonly SignalRecovery[], sinceMs: number): Judged {
  const outside = signals.filter((each) => each.state === 'outside').map((each) => each.signal);
  const isOpen = sinceMs <= GIVE_UP_MS;
  if (outside.length === 0 && sinceMs > UNRECOVERED_MS) {
    return closed('inconclusive', 'the number of waiting requests is not known');
  }
  const verdict = sinceMs > UNRECOVERED_MS ? 'did-not-recover' : 'still-recovering';
  return { verdict, reason: '', isConfirming: false, isOpen };
}

function closed(verdict: BurstVerdict, reason: string): Judged {
  return { verdict, reason, isConfirming: false, isOpen: false };
}

/** Polls since the last signal came back and the load ended. */
function heldPolls({ tracks, pollsSinceLoad }: OpenBurst): number {
  const back = tracks.filter((track) => track.left && track.insideSinceMs !== null).map((track) => track.insidePolls);
  return Math.min(pollsSinceLoad, ...back);
}

function depthOf(tracks: readonly SignalTrack[]): number | null {
  const speed = tracks.find((track) => track.signal === 'token_speed');
  if (speed === undefined || speed.worst === null || speed.band.middle <= 0) return null;
  return Math.max(0, (speed.band.middle - speed.worst) / speed.band.middle);
}

function timesOf(tracks: readonly SignalTrack[]): number | null {
  const ttft = tracks.find((track) => track.signal === 'ttft');
  if (ttft === undefined || ttft.worst === null || ttft.band.middle <= 0) return null;
  return ttft.worst / ttft.band.middle;
}
