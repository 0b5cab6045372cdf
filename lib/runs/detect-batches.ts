/** What one poll of an engine says of its work. null: the engine does not say. */
export type Activity = {
  readonly atMs: number;
  readonly running: number | null;
  /** Running and waiting requests. */
  readonly inFlight: number | null;
  /** Requests since the poll before that ended, and that arrived. */
  readonly finished: number | null;
  readonly arrivals: number | null;
};

/** A busy time between two idle ones that was a batch. Ends are those of polls: both may be one interval off. */
export type DetectedBatch = { readonly startMs: number; readonly endMs: number; readonly finished: number };

type Busy = {
  readonly startMs: number;
  /** The first idle poll; null while it works. */
  readonly endMs: number | null;
  readonly finished: number;
  readonly polls: number;
  readonly idlePolls: number;
  /** Idle polls since the last that saw work; they count once work goes on. */
  readonly gapPolls: number;
  readonly inFlightSum: number;
  /** Without the first and the last poll, which see it begin and end. */
  readonly runningPolls: number;
  readonly runningSum: number;
  readonly runningSquares: number;
  readonly lastInFlight: number;
  readonly lastRunning: number;
  /** When the last request arrived, how many were in flight. */
  readonly inFlightAtLastArrival: number;
};

/** What must be remembered of an engine between polls; plain JSON. */
export type ActivityState = {
  readonly untilMs: number | null;
  readonly busy: Busy | null;
  /** Batches that are alike and follow each other closely. */
  readonly alike: readonly DetectedBatch[];
};

export const NO_ACTIVITY: ActivityState = { untilMs: null, busy: null, alike: [] };

/** Idle for this long is the end of a batch. */
const IDLE_MS = 30_000;
const SHORTEST_MS = 60_000;
const FEWEST_REQUESTS = 20;
/** Without a poll for this long nobody knows whether the engine was idle. */
const BLIND_MS = 120_000;
/** Batches further apart are no run. */
const LONGEST_GAP_MS = 30 * 60_000;
/** Batches of a run have durations and counts within this factor. */
const ALIKE = 2;
/** One busy time, or two, may be anything. */
export const FEWEST_BATCHES = 3;
const MOST_BATCHES = 200;
/** Online traffic pauses now and then; a batch does not. */
const MOST_IDLE_SHARE = 0.05;
/** A batch stops at full load; online traffic peters out. */
const LOAD_AT_END = 0.75;
/** What is sent at once runs out from far above its mean. */
const LOAD_OF_ALL_AT_ONCE = 1.5;
/** Else a batch keeps the engine evenly busy: standard deviation of running requests / their mean; random arrivals vary more. */
const MOST_VARIATION = 0.4;

/**
 * Takes one poll in. Busy times are split by 30 s of idle polls; one is a batch when it lasted 60 s, finished 20 requests,
 * hardly paused, kept an even load (or came all at once), and its last request arrived at about full load, so that it
 * drained afterwards. `alike` grows while batches of like duration and count follow each other with gaps under 30 min; three make
 * a run. Anything else in between, or two minutes without a poll, begins anew: a run that is missed costs less than one
 * that is none.
 */
export function takeActivity(state: ActivityState, poll: Activity): ActivityState {
  const { atMs, inFlight, running, finished } = poll;
  if (state.untilMs !== null && atMs <= state.untilMs) return state;
  if (inFlight === null || running === null || finished === null) return state;
  const isBlind = state.untilMs === null || atMs - state.untilMs > BLIND_MS;
  const before = isBlind ? NO_ACTIVITY : state;
  const works = inFlight > 0 || finished > 0 || (poll.arrivals ?? 0) > 0;
  if (works)
    return {
      ...withoutOld(before, atMs),
      untilMs: atMs,
      busy: workOn(before, { ...poll, inFlight, running, finished }),
    };
  const { busy } = before;
  const endMs = busy?.endMs ?? atMs;
  if (busy === null || atMs - endMs < IDLE_MS)
    return {
      ...withoutOld(before, atMs),
      untilMs: atMs,
      busy: busy === null ? null : { ...busy, endMs, gapPolls: busy.gapPolls + 1 },
    };
  return { untilMs: atMs, busy: null, alike: withPeriod(before.alike, { ...busy, endMs }) };
}

/** Rows of alike batches in the order of time: as long as each became before another began. */
export type Followed = { readonly state: ActivityState; readonly rows: readonly (readonly DetectedBatch[])[] };

/** Takes polls in, oldest first. The last row goes on when it is the state's. */
export function followActivity(before: ActivityState, polls: readonly Activity[]): Followed {
  let state = before;
  const rows: (readonly DetectedBatch[])[] = before.alike.length === 0 ? [] : [before.alike];
  for (const poll of polls) {
    const { alike } = state;
    state = takeActivity(state, poll);
    if (state.alike === alike || state.alike.length === 0) continue;
    if (rows.at(-1)?.[0]?.startMs === state.alike[0]?.startMs) rows.pop();
    rows.push(state.alike);
  }
  return { state, rows };
}

/** An engine that is not polled any more, or idle for long, has no row that could go on. */
export function restActivity(state: ActivityState, nowMs: number): ActivityState {
  const last = state.alike.at(-1);
  const isOld = last !== undefined && nowMs - last.endMs > LONGEST_GAP_MS;
  const isAtWork = state.busy !== null && nowMs - (state.untilMs ?? 0) <= BLIND_MS;
  return isOld && !isAtWork ? { ...state, busy: null, alike: [] } : state;
}

/** While the engine is idle the last batch grows old; a batch at work is judged by its begin. */
function withoutOld(state: ActivityState, atMs: number): ActivityState {
  const last = state.alike.at(-1);
  if (last === undefined || (state.busy?.startMs ?? atMs) - last.endMs <= LONGEST_GAP_MS) return state;
  return { ...state, alike: [] };
}

type Counted = Activity & { readonly inFlight: number; readonly running: number; readonly finished: number };

function workOn({ busy, untilMs }: ActivityState, { atMs, inFlight, running, finished, arrivals }: Counted): Busy {
  const before: Busy = busy ?? {
    startMs: untilMs ?? atMs,
    endMs: null,
    finished: 0,
    polls: 0,
    idlePolls: 0,
    gapPolls: 0,
    inFlightSum: 0,
    runningPolls: 0,
    runningSum: 0,
    runningSquares: 0,
    lastInFlight: 0,
    lastRunning: 0,
    inFlightAtLastArrival: 0,
  };
  const arrived = (arrivals ?? finished) > 0;
  return {
    startMs: before.startMs,
    endMs: inFlight === 0 ? atMs : null,
    finished: before.finished + finished,
    polls: before.polls + 1 + before.gapPolls,
    idlePolls: before.idlePolls + before.gapPolls,
    gapPolls: 0,
    inFlightSum: before.inFlightSum + inFlight,
    runningPolls: before.runningPolls + (before.polls > 1 ? 1 : 0) + before.gapPolls,
    runningSum: before.runningSum + (before.polls > 1 ? before.lastRunning : 0),
    runningSquares: before.runningSquares + (before.polls > 1 ? before.lastRunning ** 2 : 0),
    lastInFlight: inFlight,
    lastRunning: running,
    inFlightAtLastArrival: arrived ? Math.max(inFlight, before.lastInFlight) : before.inFlightAtLastArrival,
  };
}

function withPeriod(
  alike: readonly DetectedBatch[],
  busy: Busy & { readonly endMs: number },
): readonly DetectedBatch[] {
  const durationMs = busy.endMs - busy.startMs;
  const isLong = durationMs >= SHORTEST_MS;
  // A health check or a single question between two batches.
  if (!isLong && busy.finished < FEWEST_REQUESTS) return alike;
  if (!isLong || busy.finished < FEWEST_REQUESTS || !isBatch(busy)) return [];
  const batch = { startMs: busy.startMs, endMs: busy.endMs, finished: Math.round(busy.finished) };
  return follows(alike, batch) ? [...alike, batch] : [batch];
}

function isBatch(busy: Busy): boolean {
  const { polls, idlePolls, inFlightSum, inFlightAtLastArrival } = busy;
  const meanInFlight = inFlightSum / polls;
  const isEven = variationOf(busy) <= MOST_VARIATION || inFlightAtLastArrival >= meanInFlight * LOAD_OF_ALL_AT_ONCE;
  return isEven && idlePolls <= polls * MOST_IDLE_SHARE && inFlightAtLastArrival >= meanInFlight * LOAD_AT_END;
}

function variationOf({ runningPolls, runningSum, runningSquares }: Busy): number {
  const mean = runningSum / runningPolls;
  if (!(mean > 0)) return Number.POSITIVE_INFINITY;
  return Math.sqrt(Math.max(0, runningSquares / runningPolls - mean ** 2)) / mean;
}

function follows(alike: readonly DetectedBatch[], batch: DetectedBatch): boolean {
  const last = alike.at(-1);
  if (last === undefined || alike.length >= MOST_BATCHES || batch.startMs - last.endMs > LONGEST_GAP_MS) return false;
  const all = [...alike, batch];
  return isWithin(all.map((each) => each.endMs - each.startMs)) && isWithin(all.map((each) => each.finished));
}

const isWithin = (values: readonly number[]): boolean => Math.max(...values) <= ALIKE * Math.min(...values);
