import { z } from 'zod';
import { UNITS } from '#lib/metrics/unit.ts';

const Part = z.object({ ok: z.boolean(), detail: z.string(), ageMs: z.number().nullable() });

/** `GET /health`: 200 when every part is ok, 503 otherwise; the body is the same. */
export const Health = z.object({
  status: z.enum(['ok', 'failing']),
  atMs: z.number(),
  version: z.string(),
  /** The fleet on screen is simulated. */
  demo: z.boolean(),
  parts: z.object({ database: Part, collector: Part, evaluator: Part, outbox: Part }),
  /** Supervised processes of this installation: restarts and the newest exit. */
  processes: z.array(
    z.object({
      name: z.string(),
      pid: z.int().nullable(),
      restarts: z.int(),
      state: z.string(),
      lastExit: z.string().nullable(),
    }),
  ),
  configuration: z.object({
    file: z.string().nullable(),
    loadedAtMs: z.number().nullable(),
    error: z.string().nullable(),
    /** Of a good file: a discovery entry whose targets are those of before, a target that is left out. */
    faults: z.array(z.object({ from: z.string(), error: z.string() })),
  }),
});
export type Health = z.infer<typeof Health>;

const Band = z.object({
  level: z.enum(['safe', 'recommended', 'warning', 'danger']),
  from: z.number().nullable(),
  to: z.number().nullable(),
  label: z.string(),
});

export const SignalInfo = z.object({
  id: z.string(),
  title: z.string(),
  unit: z.enum(UNITS),
  kind: z.enum(['engine', 'gpu']),
  windowMs: z.number(),
  help: z.string(),
  source: z.string(),
  compute: z.string(),
  bands: z.array(Band),
  targets: z.array(z.object({ op: z.string(), value: z.number(), label: z.string() })),
});
export const SignalList = z.object({ items: z.array(SignalInfo), nextCursor: z.string().nullable() });
export type SignalList = z.infer<typeof SignalList>;

/** `GET /events` (SSE): hints only; the page refetches, polling is the fallback. */
export const EVENT_TOPICS = [
  'samples',
  'targets',
  'health',
  'alerts',
  'rules',
  'silences',
  'runs',
  'models',
  'bursts',
] as const;
export const EventHint = z.object({ topic: z.enum(EVENT_TOPICS) });
export type EventHint = z.infer<typeof EventHint>;
