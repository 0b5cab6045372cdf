/** A batch by its times. `endMs` is null while it runs, `submittedMs` where nobody said it. */
export type BatchTimes = {
  readonly number: number;
  readonly submittedMs: number | null;
  readonly startMs: number;
  readonly endMs: number | null;
};

/** A batch between its neighbours in time. */
export type BatchWindow = BatchTimes & {
  /** The latest end among those that began before it; null where there is none, or it still runs. */
  readonly previousEndMs: number | null;
  readonly nextStartMs: number | null;
};

/** Idle memory is looked for this long before a batch and after it. */
export const IDLE_LOOK_MS = 10 * 60_000;
/** Samples of a time are stored by then. */
const LATE_MS = 60_000;

/** The batches of a run with their neighbours, by start. Input in any order. */
export function windowsOf(batches: readonly BatchTimes[]): readonly BatchWindow[] {
  const sorted = batches.toSorted((a, b) => a.startMs - b.startMs || a.number - b.number);
  let previousEndMs: number | null = null;
  return sorted.map((batch, i) => {
    const window = { ...batch, previousEndMs, nextStartMs: sorted[i + 1]?.startMs ?? null };
    if (batch.endMs !== null) previousEndMs = Math.max(previousEndMs ?? batch.endMs, batch.endMs);
    return window;
  });
}

export type Span = { readonly fromMs: number; readonly toMs: number };

/** Where idle memory before a batch is looked for: at most ten minutes, and not while the batch before it ran. */
export function idleBefore({ startMs, previousEndMs }: BatchWindow): Span {
  return { fromMs: Math.min(startMs, Math.max(previousEndMs ?? 0, startMs - IDLE_LOOK_MS)), toMs: startMs };
}

/** Where idle memory after it is looked for: at most ten minutes, until the next begins; null while it runs. */
export function idleAfter({ endMs, nextStartMs }: BatchWindow, nowMs: number): Span | null {
  if (endMs === null) return null;
  const toMs = Math.min(endMs + IDLE_LOOK_MS, nextStartMs ?? Number.POSITIVE_INFINITY, nowMs);
  return { fromMs: endMs, toMs: Math.max(endMs, toMs) };
}

/** Whether nothing that is measured of it can change any more: it ended, and its idle time is over. */
export function isSettled({ endMs, nextStartMs }: BatchWindow, nowMs: number): boolean {
  if (endMs === null) return false;
  return nowMs >= Math.max(endMs, Math.min(endMs + IDLE_LOOK_MS, nextStartMs ?? Number.POSITIVE_INFINITY)) + LATE_MS;
}
