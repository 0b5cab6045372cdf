import type { EvaluatedPoll } from '#lib/collector/rule-cases.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';

/** Polls this close together are evaluated as one. */
const SLICE_MS = 1000;
/** After a long outage of the database the oldest polls beyond this are passed over. */
const MAX_SLICES = 600;

/** Stored polls that wait to be evaluated, in the order of time: a backlog is replayed poll by poll, so that no breach in it is missed. */
export class PollQueue {
  #waiting: EvaluatedPoll[] = [];

  add(records: readonly PollRecord[]): void {
    for (const { targetId, scrape, samples } of records) {
      const shown = new Set(samples.map((row) => row.subjectId));
      const { atMs, ok, message, sameBody } = scrape;
      this.#waiting.push({ targetId, atMs, ok, message, sameBody, shown });
    }
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Forgets the polls of a target that another collector has now. */
  drop(targetId: number): void {
    this.#waiting = this.#waiting.filter((poll) => poll.targetId !== targetId);
  }

  /** Everything that waits, oldest slice first; a target is in a slice at most once. */
  take(): readonly (readonly EvaluatedPoll[])[] {
    const sorted = this.#waiting.sort((a, b) => a.atMs - b.atMs);
    this.#waiting = [];
    const slices: EvaluatedPoll[][] = [];
    let slice: EvaluatedPoll[] = [];
    for (const poll of sorted) {
      const [first] = slice;
      const isFull = first !== undefined && poll.atMs - first.atMs >= SLICE_MS;
      if (isFull || slice.some((other) => other.targetId === poll.targetId)) {
        slices.push(slice);
        slice = [];
      }
      slice.push(poll);
    }
    if (slice.length > 0) slices.push(slice);
    return slices.slice(-MAX_SLICES);
  }

  /** Puts slices back that could not be evaluated. */
  putBack(slices: readonly (readonly EvaluatedPoll[])[]): void {
    this.#waiting = [...slices.flat(), ...this.#waiting];
  }
}
