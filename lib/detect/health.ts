import { describeDurationMs } from '#lib/metrics/duration.ts';

/** What is known of a target's polls. */
export type TargetPolls = {
  readonly intervalMs: number;
  readonly paused: boolean;
  /** null before the first poll. */
  readonly lastPoll: {
    readonly atMs: number;
    readonly ok: boolean;
    readonly message: string | null;
    readonly sameValues: number;
  } | null;
  readonly lastOkMs: number | null;
};

export type HealthVerdict = { readonly state: 'ok' | 'stale' | 'down' | 'frozen' | 'unknown'; readonly reason: string };

/** Missing one poll is no news; this many intervals without a sample are. */
const LATE_INTERVALS = 2.5;
const GRACE_MS = 1000;
/** Values of a working exporter do not repeat this often (power is printed to 0.01 W). */
const FROZEN_POLLS = 5;

/** How far a target's numbers can be trusted at `nowMs`. */
export function judgeTarget(polls: TargetPolls, nowMs: number): HealthVerdict {
  const { lastPoll, lastOkMs, intervalMs } = polls;
  if (lastPoll === null) return { state: 'unknown', reason: polls.paused ? 'paused, never polled' : 'not polled yet' };
  const expected = `expected every ${describeDurationMs(intervalMs)}`;
  const late = nowMs - (lastOkMs ?? Number.NEGATIVE_INFINITY) > intervalMs * LATE_INTERVALS + GRACE_MS;
  if (!late) return { state: 'ok', reason: '' };
  const since =
    lastOkMs === null
      ? 'no poll has succeeded yet'
      : `last sample ${describeDurationMs(nowMs - lastOkMs)} ago (${expected})`;
  if (polls.paused) return { state: 'stale', reason: `paused; ${since}` };
  const pollIsFresh = nowMs - lastPoll.atMs <= intervalMs * LATE_INTERVALS + GRACE_MS + 10_000;
  if (!lastPoll.ok && pollIsFresh)
    return { state: 'down', reason: `${since}: ${lastPoll.message ?? 'the poll failed'}` };
  return { state: 'stale', reason: `${since}: no collector polls it` };
}

/** One subject of a target: the target may answer and no longer show it, or show values that do not move while it works. */
export function judgeSubject(
  target: HealthVerdict,
  polls: TargetPolls,
  subject: { readonly lastSampleMs: number | null; readonly busy: boolean },
  nowMs: number,
): HealthVerdict {
  if (target.state !== 'ok') return target;
  const { lastSampleMs } = subject;
  if (lastSampleMs === null) return { state: 'unknown', reason: 'no sample yet' };
  if (nowMs - lastSampleMs > polls.intervalMs * LATE_INTERVALS + GRACE_MS) {
    return {
      state: 'stale',
      reason: `the target answers but has not shown it for ${describeDurationMs(nowMs - lastSampleMs)}`,
    };
  }
  const sameValues = polls.lastPoll?.sameValues ?? 0;
  if (isFrozen(sameValues, subject.busy)) {
    const forMs = sameValues * polls.intervalMs;
    return {
      state: 'frozen',
      reason: `the exporter answers, but values have not changed for ${describeDurationMs(forMs)} although it is busy`,
    };
  }
  return { state: 'ok', reason: '' };
}

/** Idle subjects may repeat themselves for hours; busy ones cannot. */
export function isFrozen(sameValues: number, busy: boolean): boolean {
  return busy && sameValues >= FROZEN_POLLS;
}
