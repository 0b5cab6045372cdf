import { z } from 'zod';
import { WrittenId } from '#lib/api/id.ts';
import { BURST_VERDICTS } from '#lib/detect/burst-record.ts';
import { BURST_SIGNALS } from '#lib/detect/burst-sample.ts';

const timing = z.object({ atMs: z.number(), plusMinusMs: z.number() });
const known = z.number().nullable();

/** As `BurstRecord` in lib/detect, which says what each is. */
export const BurstRecordView = z.object({
  start: timing,
  usualRps: z.number(),
  usualFrom: z.enum(['baseline', 'before']),
  usualSpreadRps: z.number(),
  peakRps: z.number(),
  peakAtMs: z.number(),
  multiplier: z.number(),
  meanRps: known,
  waves: z.int(),
  queuePeak: known,
  queuePeakAtMs: known,
  loadEnd: timing.nullable(),
  drainMs: known,
  recoveryMs: known,
  recoveredAtMs: known,
  plusMinusMs: known,
  last: z.enum([...BURST_SIGNALS, 'load']).nullable(),
  signals: z.array(
    z.object({
      signal: z.enum(BURST_SIGNALS),
      middle: z.number(),
      limit: z.number(),
      worse: z.enum(['more', 'less']),
      bandPolls: z.int(),
      state: z.enum(['kept', 'back', 'outside', 'unknown']),
      recoveryMs: known,
      plusMinusMs: known,
      worst: known,
    }),
  ),
  arrived: z.number(),
  served: z.number(),
  failed: known,
  speedDepth: known,
  ttftTimes: known,
  lostS: known,
  verdict: z.enum(BURST_VERDICTS),
  reason: z.string(),
  isConfirming: z.boolean(),
  untilMs: z.number(),
  isOpen: z.boolean(),
});

/** Lowest used memory of the engine's GPUs together, in the five minutes before and once recovered. */
export const VramFloorChange = z.object({ beforeBytes: z.number(), afterBytes: z.number() });
export type VramFloorChange = z.infer<typeof VramFloorChange>;

export const BurstView = z.object({
  id: z.int(),
  subject: z.object({ id: z.int(), name: z.string() }),
  burst: BurstRecordView,
  /** null while it is open, and where no GPU with known memory is linked. */
  vramFloor: VramFloorChange.nullable(),
});
export type BurstView = z.infer<typeof BurstView>;

/** Polls of a burst, one entry each, from a minute before it. null is unknown; rates are per second since the poll before. */
export const BurstPoints = z.object({
  t: z.array(z.number()),
  arrivalRps: z.array(known),
  servedRps: z.array(known),
  waiting: z.array(known),
});
export type BurstPoints = z.infer<typeof BurstPoints>;

/** `GET /bursts/{id}` */
export const BurstDetail = BurstView.extend({ points: BurstPoints });
export type BurstDetail = z.infer<typeof BurstDetail>;

/** `GET /bursts`: those that began in [from, to), newest first. */
export const BurstsQuery = z.strictObject({
  subject: z.array(WrittenId).max(200).default([]),
  from: z.string().default('now-7d'),
  to: z.string().default('now'),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type BurstsQuery = z.infer<typeof BurstsQuery>;

export const BurstList = z.object({ atMs: z.number(), items: z.array(BurstView), nextCursor: z.string().nullable() });
export type BurstList = z.infer<typeof BurstList>;
