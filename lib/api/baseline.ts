import { z } from 'zod';
import { ENGINE_PHASES } from '#lib/detect/engine-phase.ts';

const spread = z.object({ low: z.number(), middle: z.number(), high: z.number() }).nullable();

/** As `PhaseBaseline` in lib/detect. */
export const PhaseBaselineView = z.object({
  phase: z.enum(ENGINE_PHASES),
  minutes: z.int(),
  fromMs: z.number().nullable(),
  toMs: z.number().nullable(),
  requestsPerSecond: spread,
  tokensPerSecond: spread,
  secondsPerToken: spread,
  waitingMax: spread,
});

/** As `Slowdown` in lib/detect. */
export const SlowdownView = z.object({
  times: z.number().nullable(),
  reason: z.string(),
  newestMinutes: z.int(),
  reference: z
    .object({
      ...{ sinceMs: z.number(), fromMs: z.number(), toMs: z.number(), minutes: z.int() },
      promptShare: z.number().nullable(),
      byLoad: z.array(z.object({ load: z.number(), secondsPerToken: z.number(), minutes: z.int() })),
    })
    .nullable(),
});

/** `GET /subjects/{id}/baseline`: what is usual of an engine, and from which evidence. */
export const BaselineView = z.object({
  /** What rules use; null while it is being learned. */
  rps: z.number().nullable(),
  from: z.enum(['configured', 'learned', 'learning']),
  configuredRps: z.number().nullable(),
  learnedRps: z.number().nullable(),
  /** Busy minutes that the learned one comes from; 60 are needed. */
  busyMinutes: z.int(),
  learnedAtMs: z.number().nullable(),
  phases: z.array(PhaseBaselineView),
  slowdown: SlowdownView.nullable(),
});
export type BaselineView = z.infer<typeof BaselineView>;
