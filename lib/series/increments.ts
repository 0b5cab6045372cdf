import type { HistogramReading, Reading } from '#lib/metrics/sample.ts';

/** Raw counters of the newest stored sample of a subject: what the next poll is compared with. */
export type Cursor = {
  readonly atMs: number;
  /** Start of the exporter's process in epoch seconds; null where it is not exposed. */
  readonly processStartS: number | null;
  readonly counters: Readonly<Record<string, number>>;
  readonly histograms: Readonly<Record<string, CursorHistogram>>;
  /** Canonical field -> metric name it was read from; a change of name starts the field anew. */
  readonly origins: Readonly<Record<string, string>>;
  /** running + waiting, for arrivals; null when unknown. */
  readonly inFlight: number | null;
  /** The last XID code a GPU showed, for exporters that keep the code and count nothing; null when unknown. */
  readonly xidLast: number | null;
};

export type CursorHistogram = {
  readonly bounds: readonly number[];
  readonly cumulative: ArrayLike<number>;
  readonly sum: number | null;
};

/** Increase of one histogram: per-bucket counts (not cumulative, trailing zeros cut), and the sum's increase. */
export type HistogramIncrease = {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number | null;
};

/** One row to store. Missing keys are unknown. */
export type Sample = {
  readonly atMs: number;
  /** Since the previous sample; null for the first of a subject. */
  readonly elapsedMs: number | null;
  /** Polls missed between the previous sample and this one. */
  readonly missed: number;
  readonly restarted: boolean;
  readonly gauges: Readonly<Record<string, number>>;
  readonly increases: Readonly<Record<string, number>>;
  readonly histograms: Readonly<Record<string, HistogramIncrease>>;
};

export type Increment = {
  readonly sample: Sample;
  readonly cursor: Cursor;
  /** Doubts about the data, in words: "generation_tokens went down without a restart". */
  readonly notes: readonly string[];
};

export type PollTime = { readonly atMs: number; readonly intervalMs: number; readonly processStartS: number | null };

/** Larger increases come from a broken or hostile exporter; stored as unknown. */
const LARGEST_INCREASE = 1e15;
/** process_start_time_seconds is printed with 10 ms; anything beyond this is another process. */
const SAME_PROCESS_S = 1;
/** How far a host's clock may be behind ours before a new process seems older than the poll before it. */
const CLOCK_TOLERANCE_MS = 60_000;
/** Without a process start, a counter that falls below this share of itself was reset. */
const RESET_SHARE = 0.5;

/**
 * Turns one reading into the row to store and the cursor for the next poll.
 *
 * A counter's increase is `now - before`; after a restart it is `now` (Prometheus's reset rule, applied to the whole
 * process at once where its start is known). The first reading of a subject has no increases, nor has the first of a
 * process that ran before the previous poll: several servers behind one address take turns, and what the other one
 * counted is not of this span. A counter that went down although the process is the same is unknown and noted.
 * Over any window, increases add up to what the exporter counted.
 */
export function increment(previous: Cursor | null, reading: Reading, time: PollTime): Increment {
  const notes: string[] = [];
  const restarted = previous !== null && hasRestarted(previous, reading, time.processStartS);
  const base = restarted && isOlderThanPoll(previous, time) ? null : previous;
  if (base !== previous) {
    notes.push(
      'another process answers, which started before the previous poll: several servers behind one address take turns, or a clock is wrong',
    );
  }
  const increases = counterIncreases(base, reading, { restarted, sameProcess: sameProcess(base, time), notes });
  const histograms = histogramIncreases(base, reading, restarted);
  const sinceMs = previous === null ? null : time.atMs - previous.atMs;
  const gauges = finiteOnly(reading.gauges);
  const inFlight = inFlightOf(gauges);
  if (reading.kind === 'engine' && base !== null) addDerived(increases, base, inFlight, restarted);
  if (reading.kind === 'gpu' && base !== null) addXidChange(increases, base, reading);
  return {
    sample: {
      atMs: time.atMs,
      elapsedMs: base === null ? null : sinceMs,
      missed: sinceMs === null ? 0 : Math.max(0, Math.round(sinceMs / time.intervalMs) - 1),
      restarted,
      gauges,
      increases,
      histograms,
    },
    cursor: nextCursor(previous, reading, time, inFlight),
    notes,
  };
}

function isOlderThanPoll(previous: Cursor | null, time: PollTime): boolean {
  if (previous === null || time.processStartS === null) return false;
  return time.processStartS * 1000 < previous.atMs - CLOCK_TOLERANCE_MS;
}

function sameProcess(previous: Cursor | null, time: PollTime): boolean {
  if (previous === null || previous.processStartS === null || time.processStartS === null) return false;
  return Math.abs(previous.processStartS - time.processStartS) < SAME_PROCESS_S;
}

function hasRestarted(previous: Cursor, reading: Reading, processStartS: number | null): boolean {
  if (previous.processStartS !== null && processStartS !== null) {
    return Math.abs(previous.processStartS - processStartS) >= SAME_PROCESS_S;
  }
  const moved = Object.entries(previous.counters).filter(([field, before]) => {
    return before > 0 && reading.counters[field as keyof typeof reading.counters] !== undefined;
  });
  const fallen = moved.filter(([field, before]) => {
    const now = reading.counters[field as keyof typeof reading.counters];
    return now !== undefined && now < before * RESET_SHARE && previous.origins[field] === reading.origins[field];
  });
  return fallen.length > 0 && fallen.length * 2 >= moved.length;
}

type CounterContext = { readonly restarted: boolean; readonly sameProcess: boolean; readonly notes: string[] };

function counterIncreases(previous: Cursor | null, reading: Reading, context: CounterContext): Record<string, number> {
  const increases: Record<string, number> = {};
  if (previous === null) return increases;
  for (const [field, now] of Object.entries(reading.counters)) {
    if (!Number.isFinite(now)) continue;
    const increase = counterIncrease(field, now, previous, reading, context);
    if (increase !== null && increase <= LARGEST_INCREASE) increases[field] = increase;
  }
  return increases;
}

function counterIncrease(
  field: string,
  now: number,
  previous: Cursor,
  reading: Reading,
  context: CounterContext,
): number | null {
  if (context.restarted) return now;
  const before = previous.counters[field];
  if (before === undefined) return reading.lazyCounters ? now : null;
  if (previous.origins[field] !== reading.origins[field]) return null;
  if (now >= before) return now - before;
  if (!context.sameProcess && now < before * RESET_SHARE) return now;
  context.notes.push(`${field} went down from ${before} to ${now} without a restart`);
  return null;
}

function histogramIncreases(
  previous: Cursor | null,
  reading: Reading,
  restarted: boolean,
): Record<string, HistogramIncrease> {
  const increases: Record<string, HistogramIncrease> = {};
  if (previous === null || reading.kind !== 'engine') return increases;
  for (const [field, now] of Object.entries(reading.histograms)) {
    const before = restarted ? EMPTY : previous.histograms[field];
    if (before === undefined && !reading.lazyCounters) continue;
    const sameOrigin = restarted || before === undefined || previous.origins[field] === reading.origins[field];
    const increase = sameOrigin ? histogramIncrease(before ?? EMPTY, now) : null;
    if (increase !== null) increases[field] = increase;
  }
  return increases;
}

const EMPTY: CursorHistogram = { bounds: [], cumulative: [], sum: 0 };

/** null when the bounds changed without a restart: buckets of different bounds cannot be subtracted. */
function histogramIncrease(before: CursorHistogram, now: HistogramReading): HistogramIncrease | null {
  const fresh = before.bounds.length === 0;
  if (!fresh && !sameBounds(before.bounds, now.bounds)) return null;
  const last = now.cumulative.length - 1;
  const reset = !fresh && (now.cumulative[last] ?? 0) < (before.cumulative[last] ?? 0);
  const counts: number[] = [];
  let below = 0;
  for (let i = 0; i <= last; i++) {
    const grown = (now.cumulative[i] ?? 0) - (fresh || reset ? 0 : (before.cumulative[i] ?? 0));
    const inBucket = Math.max(0, grown - below);
    if (!(inBucket <= LARGEST_INCREASE)) return null;
    counts.push(inBucket);
    below = Math.max(below, grown);
  }
  while (counts.length > 0 && counts[counts.length - 1] === 0) counts.pop();
  return { bounds: now.bounds, counts, sum: sumIncrease(before, now, fresh || reset) };
}

function sumIncrease(before: CursorHistogram, now: HistogramReading, fromZero: boolean): number | null {
  if (!Number.isFinite(now.sum) || before.sum === null) return null;
  const increase = fromZero ? now.sum : now.sum - before.sum;
  return increase >= 0 ? increase : null;
}

function sameBounds(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((bound, index) => bound === b[index]));
}

function finiteOnly(gauges: Reading['gauges']): Record<string, number> {
  const finite: Record<string, number> = {};
  for (const [field, value] of Object.entries(gauges)) if (Number.isFinite(value)) finite[field] = value;
  return finite;
}

function inFlightOf(gauges: Readonly<Record<string, number>>): number | null {
  const { running_requests: running, waiting_requests: waiting } = gauges;
  return running === undefined || waiting === undefined ? null : running + waiting;
}

const FINISH_REASONS = ['finished_stop', 'finished_length', 'finished_abort', 'finished_error', 'finished_other'];

/** `finished` over all reasons, and `arrivals` = finished + change of requests in flight (never negative). */
function addDerived(
  increases: Record<string, number>,
  previous: Cursor,
  inFlight: number | null,
  restarted: boolean,
): void {
  const known = FINISH_REASONS.filter((reason) => increases[reason] !== undefined);
  if (known.length === 0) return;
  const finished = known.reduce((total, reason) => total + (increases[reason] ?? 0), 0);
  increases.finished = finished;
  const inFlightBefore = restarted ? 0 : previous.inFlight;
  if (inFlight !== null && inFlightBefore !== null) {
    increases.arrivals = Math.max(0, finished + inFlight - inFlightBefore);
  }
}

/**
 * DCGM shows the last XID code for ever and counts nothing: a change to another code is one error. A code that was there
 * before the first poll is old, and the same code twice cannot be told from once.
 */
function addXidChange(increases: Record<string, number>, previous: Cursor, reading: Reading): void {
  if (reading.kind !== 'gpu' || reading.counters.xid_errors !== undefined) return;
  const now = reading.gauges.xid_last;
  if (now === undefined || !Number.isFinite(now) || previous.xidLast === null) return;
  increases.xid_errors = now !== 0 && now !== previous.xidLast ? 1 : 0;
}

/** Fields absent from this reading keep their old count, so that they continue when they come back. */
function nextCursor(previous: Cursor | null, reading: Reading, time: PollTime, inFlight: number | null): Cursor {
  const counters: Record<string, number> = { ...previous?.counters };
  for (const [field, now] of Object.entries(reading.counters)) if (Number.isFinite(now)) counters[field] = now;
  const histograms: Record<string, CursorHistogram> = { ...previous?.histograms };
  if (reading.kind === 'engine') {
    for (const [field, now] of Object.entries(reading.histograms)) {
      const sum = Number.isFinite(now.sum) ? now.sum : null;
      histograms[field] = { bounds: now.bounds, cumulative: now.cumulative, sum };
    }
  }
  return {
    atMs: time.atMs,
    processStartS: time.processStartS ?? previous?.processStartS ?? null,
    counters,
    histograms,
    origins: nextOrigins(previous?.origins ?? {}, reading.origins),
    inFlight,
    xidLast: xidLastOf(reading) ?? previous?.xidLast ?? null,
  };
}

function xidLastOf(reading: Reading): number | null {
  const code = reading.kind === 'gpu' ? reading.gauges.xid_last : undefined;
  return code !== undefined && Number.isFinite(code) ? code : null;
}

/** The same object while nothing changes, so that its text is made once. */
function nextOrigins(before: Cursor['origins'], now: Cursor['origins']): Cursor['origins'] {
  for (const field in now) if (before[field] !== now[field]) return { ...before, ...now };
  return before;
}
