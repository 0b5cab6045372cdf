import { findOnset, isSuspicious } from '#lib/detect/burst-onset.ts';
import { type ArrivalLevel, arrivalLevel } from '#lib/detect/burst-rate.ts';
import type { BurstRecord } from '#lib/detect/burst-record.ts';
import { type Arrivals, arrivalsOf, type BurstSample } from '#lib/detect/burst-sample.ts';
import { recordOf } from '#lib/detect/burst-verdict.ts';
import { addPoll, beginsAfter, nextWave, type OpenBurst, openBurst } from '#lib/detect/open-burst.ts';

/** `burst`: what the open burst says now; when it is not open any more, its last word. */
export type Seen = { readonly burst: BurstRecord | null; readonly isSuspicious: boolean };

/** What came before is remembered this long. */
export const HISTORY_MS = 1_800_000;
const LEVEL_SPAN_MS = 900_000;
/** The newest polls are no part of what is usual: a burst that begins slowly must not raise it. */
const NOT_YET_USUAL_MS = 60_000;
const FEWEST_USUAL_MS = 60_000;
const LEVEL_KEPT_MS = 10_000;
const IDLE_LOOK_MS = 300_000;
const IDLE_PER_MINUTE = 4;

/**
 * Finds bursts in the polls of one engine, one poll after the other (algorithms.md §7): arrivals far above the usual, which
 * is the larger of what came in the quarter of an hour before and the baseline; then the end of that load, and for each
 * signal when it is back where it was before. No clock and no IO: it knows what its polls say.
 */
export class BurstDetector {
  #history: BurstSample[] = [];
  /** Polls of the open burst of the last quarter of an hour. */
  #tail: BurstSample[] = [];
  #open: OpenBurst | null;
  #level: { readonly atMs: number; readonly value: ArrivalLevel | null } | null = null;

  /** `open`: a burst that was open when the process before ended. */
  constructor(open: OpenBurst | null = null) {
    this.#open = open;
  }

  get open(): OpenBurst | null {
    return this.#open;
  }

  /** Polls of the past that are no part of the open burst: what is usual is learned from them, no burst is found in them. */
  remember(samples: readonly BurstSample[]): void {
    const untilMs = this.#open?.start.atMs ?? Number.POSITIVE_INFINITY;
    this.#history.push(...samples.filter((sample) => sample.atMs <= untilMs));
  }

  /** One more poll. `baselineRps` is configured or learned; null while it is not known. */
  add(sample: BurstSample, baselineRps: number | null): Seen {
    const newestMs = this.#open?.lastMs ?? this.#history.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
    if (sample.atMs <= newestMs) return { burst: null, isSuspicious: false };
    return this.#open === null ? this.#watch(sample, baselineRps) : this.#follow(this.#open, sample);
  }

  /** What the open burst says when no polls come; it may end by that. */
  look(nowMs: number): BurstRecord | null {
    if (this.#open === null) return null;
    const record = recordOf(this.#open, nowMs);
    if (!record.isOpen) this.#close(record);
    return record;
  }

  #watch(sample: BurstSample, baselineRps: number | null): Seen {
    if (sample.restarted) this.#forget();
    this.#history.push(sample);
    this.#cut(sample.atMs);
    const newest = arrivalsOf(sample);
    const level = newest === null ? null : this.#usual(sample.atMs, baselineRps);
    if (newest === null || level === null) return { burst: null, isSuspicious: false };
    const recent = this.#history.filter((each) => each.atMs > sample.atMs - NOT_YET_USUAL_MS);
    const onset = findOnset(knownOf(recent), level);
    if (onset === null) return { burst: null, isSuspicious: isSuspicious(newest, level) };
    const quiet = this.#history.filter((each) => each.atMs <= onset.startMs);
    const own = this.#history.filter((each) => each.atMs > onset.startMs);
    const usualFrom = baselineRps !== null && level.rps === baselineRps ? 'baseline' : 'before';
    let open = openBurst(onset, level, { quiet, usualFrom, wasIdle: isIdle(quiet, onset.startMs) });
    for (const each of own) open = addPoll(open, each);
    this.#open = open;
    this.#history = quiet;
    this.#tail = own;
    return { burst: this.look(sample.atMs), isSuspicious: true };
  }

  #follow(before: OpenBurst, sample: BurstSample): Seen {
    this.#tail.push(sample);
    this.#tail = dropOlder(this.#tail, sample.atMs - LEVEL_SPAN_MS);
    let open = addPoll(before, sample);
    const endMs = open.loadEnd?.atMs;
    if (endMs !== undefined) {
      const after = knownOf(this.#tail).filter((each) => beginsAfter(each, endMs));
      const onset = findOnset(after, open.level);
      if (onset !== null) open = nextWave(open, onset, after);
    }
    this.#open = open;
    return { burst: this.look(sample.atMs), isSuspicious: false };
  }

  /** What is quiet again is what is usual next; after a burst that never ended that is its own newest quarter of an hour. */
  #close({ verdict, recoveredAtMs }: BurstRecord): void {
    const isRestart = this.#open?.restartedAtMs !== null;
    if (isRestart) this.#forget();
    else if (verdict === 'recovered' && recoveredAtMs !== null) {
      this.#history.push(...this.#tail.filter((each) => each.atMs - (each.elapsedMs ?? 0) >= recoveredAtMs));
    } else this.#history = this.#tail;
    this.#open = null;
    this.#tail = [];
    this.#level = null;
  }

  #forget(): void {
    this.#history = [];
    this.#level = null;
  }

  #cut(nowMs: number): void {
    if ((this.#history[0]?.atMs ?? nowMs) > nowMs - HISTORY_MS - NOT_YET_USUAL_MS) return;
    this.#history = dropOlder(this.#history, nowMs - HISTORY_MS);
  }

  #usual(nowMs: number, baselineRps: number | null): ArrivalLevel | null {
    if (this.#level === null || nowMs - this.#level.atMs >= LEVEL_KEPT_MS) {
      this.#level = { atMs: nowMs, value: this.#before(nowMs) };
    }
    const before = this.#level.value;
    if (baselineRps === null || baselineRps <= 0) return before !== null && before.rps > 0 ? before : null;
    return { rps: Math.max(baselineRps, before?.rps ?? 0), dispersion: before?.dispersion ?? 1 };
  }

  /** null from idle: work that begins is no burst. */
  #before(nowMs: number): ArrivalLevel | null {
    const untilMs = nowMs - NOT_YET_USUAL_MS;
    const usual = this.#history.filter((each) => each.atMs > untilMs - LEVEL_SPAN_MS && each.atMs <= untilMs);
    return isIdle(usual, untilMs) ? null : arrivalLevel(knownOf(usual), FEWEST_USUAL_MS);
  }
}

function knownOf(samples: readonly BurstSample[]): Arrivals[] {
  return samples.flatMap((sample) => arrivalsOf(sample) ?? []);
}

/** Whether the engine had next to nothing to do in the five minutes before. */
function isIdle(samples: readonly BurstSample[], beforeMs: number): boolean {
  const near = samples.filter((sample) => sample.atMs > beforeMs - IDLE_LOOK_MS && sample.atMs <= beforeMs);
  const idle = near.filter(({ running, waiting, arrivals }) => !running && !waiting && !arrivals);
  const known = knownOf(near);
  const count = known.reduce((sum, each) => sum + each.count, 0);
  const minutes = known.reduce((sum, each) => sum + each.elapsedMs, 0) / 60_000;
  return idle.length * 2 > near.length && count < minutes * IDLE_PER_MINUTE;
}

function dropOlder(samples: BurstSample[], beforeMs: number): BurstSample[] {
  const first = samples.findIndex((sample) => sample.atMs > beforeMs);
  return first <= 0 ? samples : samples.slice(first);
}
