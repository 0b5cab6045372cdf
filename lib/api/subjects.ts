import { z } from 'zod';
import { SUBJECT_KINDS } from '#lib/metrics/sample.ts';

/** How far the numbers of a subject can be trusted right now. `unknown`: never polled yet. */
export const HEALTH_STATES = ['ok', 'stale', 'down', 'frozen', 'unknown'] as const;
export const HealthState = z.enum(HEALTH_STATES);
export type HealthState = z.infer<typeof HealthState>;

export const SubjectHealth = z.object({
  state: HealthState,
  /** In words: "last sample 3 min ago (expected every 5 s): connection refused". Empty when ok. */
  reason: z.string(),
  lastSampleMs: z.number().nullable(),
});

export const Subject = z.object({
  id: z.int(),
  kind: z.enum(SUBJECT_KINDS),
  /** Shown name, unique enough: "qwen-a · Qwen2.5-7B" or "gpu-01 · GPU 0". */
  name: z.string(),
  target: z.object({ id: z.int(), name: z.string() }),
  labels: z.record(z.string(), z.string()),
  attributes: z.record(z.string(), z.string()),
  /** Engine -> its GPUs, GPU -> its engines. */
  links: z.array(z.object({ id: z.int(), kind: z.enum(SUBJECT_KINDS), name: z.string(), by: z.string() })),
  health: SubjectHealth,
  /** signal id -> latest value; null is unknown. */
  latest: z.record(z.string(), z.number().nullable()),
  baselineRps: z.number().nullable(),
});
export type Subject = z.infer<typeof Subject>;

export const SubjectsQuery = z.strictObject({ kind: z.enum(SUBJECT_KINDS).optional() });
export const SubjectList = z.object({ atMs: z.number(), items: z.array(Subject), nextCursor: z.string().nullable() });
export type SubjectList = z.infer<typeof SubjectList>;
