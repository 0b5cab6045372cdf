import { z } from 'zod';
import { SHAPES } from '#lib/detect/growth-shapes.ts';
import { LEAK_VERDICTS } from '#lib/detect/leak-judgement.ts';

const ms = z.number();
const interval = z.object({ estimate: z.number(), low: z.number(), high: z.number() });
const beside = z.enum(['load', 'tooth']).nullable();
const floor = z.object({ atMs: ms, bytes: z.number(), load: z.number().nullable() });

/** A verdict on growing memory with its evidence, as `LeakJudgement` in lib/detect. */
export const LeakView = z.object({
  verdict: z.enum(LEAK_VERDICTS),
  reason: z.string(),
  floorsPer: z.enum(['window', 'batch']),
  floors: z.array(floor),
  model: z
    .object({
      shape: z.enum(SHAPES),
      /** What was fitted beside the shape: the load, or a saw-tooth of the memory itself. */
      beside,
      sinceMs: ms,
      step: z.object({ atMs: ms, bytes: z.number() }).nullable(),
      bytesPerLoad: z.number(),
      candidates: z.array(z.object({ shape: z.enum(SHAPES), beside, bic: z.number() })),
    })
    .nullable(),
  slopeMibPerHour: interval.nullable(),
  slopeMibPerBatch: interval.nullable(),
  pValue: z.number().nullable(),
  quantumBytes: z.number(),
  /** How long from now; `latestMs` null: the interval has no upper end. */
  timeToLimit: z.discriminatedUnion('known', [
    z.object({ known: z.literal(true), expectedMs: ms, earliestMs: ms, latestMs: ms.nullable() }),
    z.object({ known: z.literal(false), reason: z.string() }),
  ]),
  reservedBytes: z.number().nullable(),
  floorNowBytes: z.number().nullable(),
  aboveReservedBytes: z.number().nullable(),
  restarts: z.array(z.object({ atMs: ms, cause: z.string() })),
  warmUp: z.object({ fromMs: ms, toMs: ms }).nullable(),
  moreFloors: z.int().nullable(),
});
export type LeakView = z.infer<typeof LeakView>;
