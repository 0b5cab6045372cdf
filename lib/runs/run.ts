/** What kinds of runs there are; each kind has its own criteria. */
export const RUN_KINDS = ['multi-batch'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/** Who told of a run: a person or a script over the API, a batch API that is polled, or the engine's own busy periods. */
export const RUN_ORIGINS = ['api', 'batch-api', 'detected'] as const;
export type RunOrigin = (typeof RUN_ORIGINS)[number];

/** States of a batch: those of the OpenAI batch API, by their meaning. `unknown`: a word that we do not know. */
export const BATCH_STATES = ['waiting', 'running', 'finished', 'failed', 'expired', 'cancelled', 'unknown'] as const;
export type BatchState = (typeof BATCH_STATES)[number];
