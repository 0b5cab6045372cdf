import type { ApiBatch } from '#lib/runs/api-batch.ts';

/** A batch of which its API tells nothing but id and state. */
export const BARE_BATCH: Omit<ApiBatch, 'externalId' | 'state'> = {
  name: null,
  stateWord: null,
  createdMs: null,
  startedMs: null,
  endedMs: null,
  expiresMs: null,
  total: null,
  completed: null,
  failed: null,
  promptTokens: null,
  completionTokens: null,
  cachedTokens: null,
  model: null,
  errors: {},
};
