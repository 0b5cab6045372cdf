import type { FleetSubject } from '#lib/db/fleet-state.ts';
import { countedWindow, countSlo } from '#lib/db/measure-slo.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { SignalRead } from '#lib/rules/reads.ts';
import { type Measured, UNKNOWN } from '#lib/series/measure.ts';
import { measureSlo, type SloCounts } from '#lib/series/measure-slo.ts';

const REFRESH_MS = 60_000;
/** A burn rate that could not be measured anew for this long is unknown. */
const OLD_MS = 300_000;

type Measurement = { readonly atMs: number; readonly counts: ReadonlyMap<number, SloCounts> };

/**
 * Long windows of promises for rules: hours and days of roll-ups, measured once a minute for all engines that are asked
 * about and kept in between. While they are measured again, evaluation goes on with the last ones.
 */
export class SloReadings {
  readonly #context: MeasureContext;
  readonly #onError: (error: unknown) => void;
  readonly #subjects = new Map<number, FleetSubject>();
  readonly #byWindow = new Map<number | null, Measurement>();
  #refreshing: Promise<void> | null = null;

  constructor(context: MeasureContext, onError: (error: unknown) => void) {
    this.#context = context;
    this.#onError = onError;
  }

  /** Reads what these engines' rules need, at once where they were never read. */
  async use(subjects: readonly FleetSubject[], reads: readonly SignalRead[], nowMs: number): Promise<void> {
    const windows = [...new Set(reads.map(windowOf))];
    const isNew =
      subjects.some(({ id }) => !this.#subjects.has(id)) || windows.some((window) => !this.#byWindow.has(window));
    // Their promise may have changed.
    for (const subject of subjects) this.#subjects.set(subject.id, subject);
    if (windows.length === 0) return;
    const oldestMs = Math.min(...windows.map((window) => this.#byWindow.get(window)?.atMs ?? 0));
    if (!isNew && nowMs - oldestMs < REFRESH_MS) return;
    this.#refreshing ??= this.#refresh(windows, nowMs).finally(() => {
      this.#refreshing = null;
    });
    if (isNew) await this.#refreshing;
  }

  read(subjectId: number, read: SignalRead, nowMs: number): Measured {
    const compute = findSignal(read.signal)?.compute;
    const measured = this.#byWindow.get(windowOf(read));
    if (compute?.type !== 'slo' || measured === undefined || nowMs - measured.atMs > OLD_MS) return UNKNOWN;
    const counts = measured.counts.get(subjectId);
    return measureSlo(compute.form, counts === undefined ? [] : [counts]);
  }

  /** Another collector evaluates these from now on. */
  forget(targetId: number): void {
    for (const [id, subject] of this.#subjects) if (subject.targetId === targetId) this.#subjects.delete(id);
  }

  async #refresh(windows: readonly (number | null)[], nowMs: number): Promise<void> {
    try {
      for (const windowMs of windows) {
        const counts = await countSlo(this.#context, [...this.#subjects.values()], windowMs, nowMs);
        this.#byWindow.set(windowMs, { atMs: nowMs, counts });
      }
    } catch (error) {
      this.#onError(error);
    }
  }
}

function windowOf({ signal, windowMs }: SignalRead): number | null {
  const compute = findSignal(signal)?.compute;
  return compute?.type === 'slo' ? countedWindow(compute.form, windowMs) : windowMs;
}
