import { type Band, beyondBand } from '#lib/detect/burst-band.ts';
import { type BurstSample, type BurstSignal, signalOf } from '#lib/detect/burst-sample.ts';

/** A signal's way out of its band and back, over the polls of a burst. Plain data: it is stored while the burst is open. */
export type SignalTrack = {
  readonly signal: BurstSignal;
  readonly band: Band;
  /** Since when it has been inside; null while outside. The begin of the burst when it never left. */
  readonly insideSinceMs: number | null;
  /** How exactly that is known: the poll, or the gap, in which it came back. */
  readonly plusMinusMs: number;
  /** Polls inside in a row, up to now. */
  readonly insidePolls: number;
  /** One poll outside after several inside: noise when the next one is inside again. */
  readonly doubt: { readonly insideSinceMs: number; readonly plusMinusMs: number } | null;
  readonly left: boolean;
  /** How long the newest poll outside took. */
  readonly outsidePollMs: number;
  /** The value farthest out. */
  readonly worst: number | null;
  readonly lastKnownMs: number | null;
};

/** Polls inside after which one outside is first taken for noise, unless it is this many half-widths of the band outside. */
const SETTLED_POLLS = 3;
const CLEARLY = 1;

export function startTrack(signal: BurstSignal, band: Band, startMs: number): SignalTrack {
  return {
    ...{ signal, band, insideSinceMs: startMs, plusMinusMs: 0, insidePolls: 0, doubt: null },
    ...{ left: false, outsidePollMs: 0, worst: null, lastKnownMs: null },
  };
}

/** The track after one more poll. A poll in which the signal is unknown changes nothing. */
export function follow(track: SignalTrack, sample: BurstSample): SignalTrack {
  const value = signalOf(sample, track.signal);
  if (value === null) return track;
  const { band } = track;
  const worst =
    track.worst === null ? value : band.worse === 'more' ? Math.max(track.worst, value) : Math.min(track.worst, value);
  const next = { ...track, worst, lastKnownMs: sample.atMs };
  const beyond = beyondBand(track.signal, band, value, sample.elapsedMs);
  return beyond > 0
    ? outside({ ...next, outsidePollMs: sample.elapsedMs ?? 0 }, beyond)
    : inside(next, sample, track.lastKnownMs);
}

function outside(track: SignalTrack, beyond: number): SignalTrack {
  const { insideSinceMs, plusMinusMs, insidePolls } = track;
  const isNoise = insideSinceMs !== null && insidePolls >= SETTLED_POLLS && beyond < CLEARLY;
  const doubt = isNoise ? { insideSinceMs, plusMinusMs } : null;
  return { ...track, insideSinceMs: null, insidePolls: 0, doubt, left: track.left || !isNoise };
}

/** It came back between two polls: the middle is nearest to it. What a poll counts was over before that poll. */
function inside(track: SignalTrack, { atMs, elapsedMs }: BurstSample, lastKnownMs: number | null): SignalTrack {
  if (track.doubt !== null) {
    return { ...track, ...track.doubt, doubt: null, insidePolls: SETTLED_POLLS };
  }
  if (track.insideSinceMs !== null) return { ...track, insidePolls: track.insidePolls + 1 };
  const sinceKnownMs = Math.max(elapsedMs ?? 0, lastKnownMs === null ? 0 : atMs - lastKnownMs);
  const isOfTheMoment = IS_OF_THE_MOMENT[track.signal];
  const outsideMs = isOfTheMoment ? sinceKnownMs : Math.max(track.outsidePollMs, elapsedMs ?? 0);
  const sinceMs = atMs - outsideMs / 2 - (isOfTheMoment ? 0 : sinceKnownMs);
  return {
    ...track,
    insideSinceMs: sinceMs,
    plusMinusMs: Math.max(sinceKnownMs, outsideMs),
    insidePolls: 1,
    left: true,
  };
}

const IS_OF_THE_MOMENT: Readonly<Record<BurstSignal, boolean>> = {
  waiting: true,
  kv_cache: true,
  ttft: false,
  token_speed: false,
  preemptions: false,
};
