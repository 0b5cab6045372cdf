/**
 * What kinds of runs there are; each kind has its own criteria. `multi-batch` is report 003; the others are matrices whose
 * batches are cells: bursts and OOM cases of 000, concurrency × context of 004, KV-cache scenarios of 002, chunked prefill
 * and model × GPU × quantisation of 001.
 */
export const RUN_KINDS = ['multi-batch', 'burst', 'concurrency', 'kv-stress', 'oom', 'chunked-prefill', 'fit'] as const;
export type RunKind = (typeof RUN_KINDS)[number];
export type MatrixKind = Exclude<RunKind, 'multi-batch'>;

export function isMatrix(kind: RunKind): kind is MatrixKind {
  return kind !== 'multi-batch';
}

/** Who told of a run: a person or a script over the API, a batch API that is polled, the engine's own busy periods, a result file. */
export const RUN_ORIGINS = ['api', 'batch-api', 'detected', 'file'] as const;
export type RunOrigin = (typeof RUN_ORIGINS)[number];

/** States of a batch: those of the OpenAI batch API, by their meaning. `unknown`: a word that we do not know. */
export const BATCH_STATES = ['waiting', 'running', 'finished', 'failed', 'expired', 'cancelled', 'unknown'] as const;
export type BatchState = (typeof BATCH_STATES)[number];
