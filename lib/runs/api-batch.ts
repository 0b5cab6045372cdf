import type { BatchState } from '#lib/runs/run.ts';

/** One batch as a batch API told of it at one poll. null: it did not say, or said something that cannot be true. */
export type ApiBatch = {
  readonly externalId: string;
  /** What its owner called it. */
  readonly name: string | null;
  readonly state: BatchState;
  /** The server's own word, where it is not one of ours. */
  readonly stateWord: string | null;
  readonly createdMs: number | null;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  /** Its deadline: it is ended then, done or not. */
  readonly expiresMs: number | null;
  readonly total: number | null;
  readonly completed: number | null;
  readonly failed: number | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cachedTokens: number | null;
  readonly model: string | null;
  /** Code of an error -> how often. */
  readonly errors: Readonly<Record<string, number>>;
};

const ENDED: readonly BatchState[] = ['finished', 'failed', 'expired', 'cancelled'];

/** Whether nothing of it runs any more. A word that we do not know counts as ended only with a time of its end. */
export function hasEnded({ state, endedMs }: Pick<ApiBatch, 'state' | 'endedMs'>): boolean {
  return ENDED.includes(state) || (state === 'unknown' && endedMs !== null);
}
