import { errorText, type Log } from '#lib/collector/log.ts';
import { Pause } from '#lib/collector/pause.ts';
import type { Recorder } from '#lib/collector/recorder.ts';
import type { Writer } from '#lib/collector/writer.ts';
import type { PollOutcome } from '#lib/scrape/poll.ts';
import { nextSlotMs, pollOffsetMs } from '#lib/target/target.ts';

export type PollerOptions = {
  readonly target: { readonly id: number; readonly name: string; readonly intervalMs: number };
  readonly poll: () => Promise<PollOutcome>;
  readonly recorder: Recorder;
  readonly writer: Writer;
  readonly log: Log;
  readonly clock: () => number;
};

/** A poll is written within this share of the interval: what comes often, alerts wait for. */
const WRITE_SHARE = 0.1;
const SOONEST_WRITE_MS = 250;

/** A poll that starts this close to its slot is stamped with the slot, so that spacing is even (Prometheus does the same). */
const SLOT_TOLERANCE = 0.01;

/** One loop per target: polls at once, then at the target's slots; awaits each poll, so two never run together. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #pause = new Pause();
  #isStopped = false;
  #fastMs: number | null = null;
  #done: Promise<void> = Promise.resolve();
  #wasOk: boolean | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#done = this.#loop();
  }

  /** Ends the loop; resolves when the poll in flight is over. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#pause.cut();
    await this.#done;
  }

  /** Polls at this interval from now on when it is shorter than the target's; null: at the target's own again. */
  setFast(intervalMs: number | null): void {
    if (intervalMs === this.#fastMs) return;
    this.#fastMs = intervalMs;
    this.#pause.cut();
  }

  async #loop(): Promise<void> {
    const { target, clock } = this.#options;
    let lastMs = clock();
    await this.#pollAt(lastMs);
    while (!this.#isStopped) {
      const intervalMs = this.#intervalMs();
      const offsetMs = pollOffsetMs(target.name, intervalMs);
      // A timer may fire a millisecond early: the slot that was just used must not come again.
      const slotMs = nextSlotMs(offsetMs, intervalMs, Math.max(clock(), lastMs));
      if ((await this.#pause.wait(slotMs - clock())) === 'cut short') continue;
      const nowMs = clock();
      lastMs = Math.abs(nowMs - slotMs) <= intervalMs * SLOT_TOLERANCE ? slotMs : Math.max(nowMs, lastMs + 1);
      await this.#pollAt(lastMs);
    }
  }

  #intervalMs(): number {
    return Math.min(this.#options.target.intervalMs, this.#fastMs ?? Number.POSITIVE_INFINITY);
  }

  async #pollAt(atMs: number): Promise<void> {
    const { poll, writer, log, target } = this.#options;
    try {
      const outcome = await poll();
      this.#logChange(outcome);
      if (!writer.hasRoom()) {
        writer.countDropped();
        return;
      }
      await this.#record(atMs, outcome);
    } catch (error) {
      writer.countDropped();
      log.warn(`${target.name}: a poll is left out, the next one carries its counts: ${errorText(error)}`);
    }
  }

  async #record(atMs: number, outcome: PollOutcome): Promise<void> {
    const { recorder, writer } = this.#options;
    const withinMs = Math.max(SOONEST_WRITE_MS, WRITE_SHARE * this.#intervalMs());
    if (outcome.ok) {
      writer.add(await recorder.good({ ...outcome, atMs }), withinMs);
    } else {
      const record = recorder.bad({ ...outcome, errorKind: outcome.kind, atMs });
      writer.add(outcome.recognised === undefined ? record : { ...record, recognised: outcome.recognised }, withinMs);
    }
  }

  /** A target that goes away or comes back is one line, not one per poll. */
  #logChange(outcome: PollOutcome): void {
    const { log, target } = this.#options;
    if (outcome.ok === this.#wasOk) return;
    if (!outcome.ok) log.warn(`${target.name}: ${outcome.kind}: ${outcome.message}`);
    else log.info(`${target.name}: answers: ${outcome.recognised.text}`);
    this.#wasOk = outcome.ok;
  }
}
