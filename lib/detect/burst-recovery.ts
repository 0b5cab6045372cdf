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
  /** The newest two values outside, oldest first: how fast it comes back. */
  readonly outsideValues: readonly { readonly atMs: number; readonly value: number }[];
  /** The value farthest out. */
  readonly worst: number | null;
  readonly lastKnownMs: number | null;
};

/** Polls inside after which one outside is first taken for noise, unless it is this many half-widths of the band outside. */
const SETTLED_POLLS = 2;
const CLEARLY = 1;

export function startTrack(signal: BurstSignal, band: Band, startMs: number): SignalTrack {
  return {
    ...{ signal, band, insideSinceMs: startMs, plusMinusMs: 0, insidePolls: 0, doubt: null },
    ...{ left: false, outsidePollMs: 0, outsideValues: [], worst: null, lastKnownMs: null },
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
    ? outside({ ...next, ...outsideWith(track, sample, value) }, beyond)
    : inside(next, sample, value, track.lastKnownMs);
}

function outsideWith(
  { outsideValues }: SignalTrack,
  { atMs, elapsedMs }: BurstSample,
  value: number,
): Pick<SignalTrack, 'outsidePollMs' | 'outsideValues'> {
  return { outsidePollMs: elapsedMs ?? 0, outsideValues: [...outsideValues.slice(-1), { atMs, value }] };
}

function outside(track: SignalTrack, beyond: number): SignalTrack {
  const { insideSinceMs, plusMinusMs, insidePolls } = track;
  const isNoise = insideSinceMs !== null && insidePolls >= SETTLED_POLLS && beyond < CLEARLY;
  const doubt = isNoise ? { insideSinceMs, plusMinusMs } : null;
  return { ...track, insideSinceMs: null, insidePolls: 0, doubt, left: track.left || !isNoise };
}

/** It came back between two polls. What a poll counts was over before that poll: the middle of the last one outside is nearest. */
function inside(
  track: SignalTrack,
  { atMs, elapsedMs }: BurstSample,
  value: number,
  lastKnownMs: number | null,
): SignalTrack {
  if (track.doubt !== null) {
    return { ...track, ...track.doubt, doubt: null, insidePolls: SETTLED_POLLS };
  }
  if (track.insideSinceMs !== null) return { ...track, insidePolls: track.insidePolls + 1 };
  const sinceKnownMs = Math.max(elapsedMs ?? 0, lastKnownMs === null ? 0 : atMs - lastKnownMs);
  const isOfTheMoment = IS_OF_THE_MOMENT[track.signal];
  const outsideMs = isOfTheMoment ? sinceKnownMs : Math.max(track.outsidePollMs, elapsedMs ?? 0);
  const sinceMs = isOfTheMoment
    ? crossingMs(track, { atMs, value }, sinceKnownMs)
    : atMs - sinceKnownMs - outsideMs / 2;
  return {
    ...track,
    insideSinceMs: sinceMs,
    plusMinusMs: Math.max(sinceKnownMs, outsideMs),
    insidePolls: 1,
    left: true,
  };
}

/**
 * When a value that is read at a moment crossed its edge: on the line to the value inside, or earlier where it came nearer
 * faster before (a queue cannot fall below nothing). The middle where it did not come nearer.
 */
function crossingMs(
  { band, outsideValues }: SignalTrack,
  now: { atMs: number; value: number },
  sinceKnownMs: number,
): number {
  const [before, last] = outsideValues;
  const middleMs = now.atMs - sinceKnownMs / 2;
  if (before === undefined || last === undefined) return middleMs;
  const reaches = [
    [before, last],
    [last, now],
  ].map(([from, to]) =>
    from === undefined || to === undefined
      ? Number.NaN
      : ((last.value - band.limit) * (to.atMs - from.atMs)) / (from.value - to.value),
  );
  if (!reaches.every((ms) => ms > 0 && Number.isFinite(ms))) return middleMs;
  return Math.min(last.atMs + Math.min(...reaches), now.atMs);
}

const IS_OF_THE_MOMENT: Readonly<Record<BurstSignal, boolean>> = {
  waiting: true,
  kv_cache: true,
  ttft: false,
  token_speed: false,
  preemptions: false,
};
