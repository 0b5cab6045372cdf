import { z } from 'zod';

export const MAX_STRIPS = 200;
export const STRIP_HOURS = 24;

/** `ids=1,2,3`: alerts whose last day is wanted, of the same rule on the same subject. */
export const StripsQuery = z.strictObject({
  ids: z
    .string()
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.int().positive()).min(1).max(MAX_STRIPS)),
});

/** Shares (0..1) of each hour, oldest first, the last hour ends now. */
export const AlertStrips = z.object({
  toMs: z.number(),
  items: z.array(
    z.object({
      id: z.int(),
      firing: z.array(z.number()),
      acked: z.array(z.number()),
      muted: z.array(z.number()),
    }),
  ),
});
export type AlertStrips = z.infer<typeof AlertStrips>;
export type AlertStripView = AlertStrips['items'][number];
