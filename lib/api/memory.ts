import { z } from 'zod';
import { LeakView } from '#lib/api/leak.ts';

const growth = z.object({ pid: z.string(), name: z.string(), growthBytes: z.number() });

/** Which process grew, as `GrowthAttribution` in lib/detect. */
export const AttributionView = z.object({
  grower: growth.extend({ share: z.number() }).nullable(),
  processes: z.array(growth),
  unattributedBytes: z.number(),
});
export type AttributionView = z.infer<typeof AttributionView>;

/** `GET /subjects/{id}/memory`: the rolling leak verdict on a GPU's memory, or an engine's host memory. */
export const MemoryView = z.object({
  /** What the evidence covers ends here; null while nothing was judged yet. */
  judgedAtMs: z.number().nullable(),
  /** Judged too long ago to speak of now. */
  isOld: z.boolean(),
  leak: LeakView.nullable(),
  /** null where growth is no leak, or the exporter lists no processes. */
  attribution: AttributionView.nullable(),
  /** Memory of the card; null for an engine. */
  totalBytes: z.number().nullable(),
});
export type MemoryView = z.infer<typeof MemoryView>;
