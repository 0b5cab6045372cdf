import type { BatchState } from '#lib/runs/run.ts';

/**
 * Words of servers for the states of a batch: OpenAI's eight, which AIBrix and batch-gateway share; `pending` and `running`
 * of vLLM's production-stack; what AIBrix calls a job inside; and spellings seen elsewhere.
 */
const STATES: ReadonlyMap<string, BatchState> = new Map([
  ['validating', 'waiting'],
  ['pending', 'waiting'],
  ['queued', 'waiting'],
  ['created', 'waiting'],
  ['scheduling', 'waiting'],
  ['in_progress', 'running'],
  ['running', 'running'],
  ['finalizing', 'running'],
  ['cancelling', 'running'],
  ['completed', 'finished'],
  ['failed', 'failed'],
  ['expired', 'expired'],
  ['cancelled', 'cancelled'],
  ['canceled', 'cancelled'],
]);

const WORD_CHARACTERS = 100;

/** The state that a word stands for; with an unknown word the word itself, cut, for people to read. */
export function stateOf(word: string): { readonly state: BatchState; readonly stateWord: string | null } {
  const state = STATES.get(word.trim().toLowerCase());
  return state === undefined
    ? { state: 'unknown', stateWord: word.slice(0, WORD_CHARACTERS) }
    : { state, stateWord: null };
}

/** The field that holds when a state was entered; null for a state that is no end. */
export const END_FIELDS: Readonly<Record<BatchState, readonly string[]>> = {
  waiting: [],
  running: [],
  finished: ['completed_at'],
  // production-stack writes completed_at whatever the end was.
  failed: ['failed_at', 'completed_at'],
  expired: ['expired_at'],
  cancelled: ['cancelled_at', 'completed_at'],
  unknown: ['completed_at', 'failed_at', 'expired_at', 'cancelled_at'],
};
