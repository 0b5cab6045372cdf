import { z } from 'zod';
import { SLO_LATENCY_NAMES, type SloLatency } from '#lib/metrics/slo.ts';

const duration = z.string().max(50).optional();

/** What is promised of engines: `{ttft: 500ms, tpot: 50ms, objective: 99%, window: 30d}`. */
export const SloInput = z.strictObject({
  /** Time to first token, per output token (mean of a request), between tokens, whole request, prefill: each within this for `objective` of the requests. */
  ttft: duration,
  tpot: duration,
  itl: duration,
  e2e: duration,
  prefill: duration,
  /** Served per second while requests wait. */
  requests_per_second: z.number().positive().optional(),
  /** "99%" or 0.99. */
  objective: z.union([z.string().max(20), z.number()]).optional(),
  /** Over which the error budget is counted; 30d where it is not given. */
  window: duration,
} satisfies Record<SloLatency | 'requests_per_second' | 'objective' | 'window', z.ZodType>);
export type SloInput = z.infer<typeof SloInput>;

/** As it is stored and read back. */
export const StoredSlo = z.object({
  latencies: z.partialRecord(z.enum(SLO_LATENCY_NAMES), z.number()),
  requestsPerSecond: z.number().optional(),
  objective: z.number().optional(),
  windowMs: z.number().optional(),
});
