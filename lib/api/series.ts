import { z } from 'zod';
import { WrittenId } from '#lib/api/id.ts';
import { SUBJECT_KINDS } from '#lib/metrics/sample.ts';
import { UNITS } from '#lib/metrics/unit.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';

const value = z.number().nullable();

/** `signals=a,b&subject=1&subject=2 | kind=engine&from=now-6h&to=now&points=300&group=subject|fleet&format=json|csv` */
export const SeriesQuery = z.strictObject({
  signals: z.string().min(1),
  subject: z.array(WrittenId).default([]),
  kind: z.enum(SUBJECT_KINDS).optional(),
  from: z.string().default('now-6h'),
  to: z.string().default('now'),
  points: z.coerce.number().int().min(2).max(2000).default(300),
  group: z.enum(['subject', 'fleet']).default('subject'),
  format: z.enum(['json', 'csv']).default('json'),
});
export type SeriesQuery = z.infer<typeof SeriesQuery>;

export const Series = z.object({
  signal: z.string(),
  unit: z.enum(UNITS),
  /** Subject id; null for the whole fleet (`group=fleet`). */
  subject: z.int().nullable(),
  /** Bucket starts, epoch ms; null values are gaps. */
  t: z.array(z.number()),
  mean: z.array(value),
  min: z.array(value),
  max: z.array(value),
  /** Of values below this only that is known: they fell into the lowest bucket of their histogram. Absent when there are none. */
  coarseBelow: z.number().optional(),
});
export type Series = z.infer<typeof Series>;

/** Something that happened to a subject, or to all that are shown (`subject` null): drawn as a vertical line. */
export const MARK_KINDS = ['restart', 'version', 'first-seen', 'gone', 'note', 'batch-start', 'batch-end'] as const;
export const Mark = z.object({
  atMs: z.number(),
  kind: z.enum(MARK_KINDS),
  subject: z.int().nullable(),
  text: z.string(),
});
export type Mark = z.infer<typeof Mark>;

/** A span without samples and why: "timeout after 5 s", "collector was not running". */
export const Gap = z.object({ fromMs: z.number(), toMs: z.number(), subject: z.int().nullable(), reason: z.string() });
export type Gap = z.infer<typeof Gap>;

/** An alert that fired on a shown subject, or on its target as a whole (`subject` null), from firing to its end. */
export const SeriesAlert = z.object({
  id: z.int(),
  rule: z.string(),
  title: z.string(),
  severity: z.enum(SEVERITIES),
  subject: z.int().nullable(),
  fromMs: z.number(),
  toMs: z.number().nullable(),
  ackedAtMs: z.number().nullable(),
});
export type SeriesAlert = z.infer<typeof SeriesAlert>;

export const SeriesAnswer = z.object({
  from: z.number(),
  to: z.number(),
  stepMs: z.number(),
  /** Which rows answered: raw, or roll-ups of this width. */
  tier: z.enum(['raw', '1m', '10m', '1h']),
  series: z.array(Series),
  marks: z.array(Mark),
  gaps: z.array(Gap),
  /** The newest 500. */
  alerts: z.array(SeriesAlert),
  /** Subjects that a fleet number is made of, and those missing from it now. */
  partial: z.object({ of: z.int(), missing: z.array(z.string()) }),
});
export type SeriesAnswer = z.infer<typeof SeriesAnswer>;

export const CurrentQuery = z.strictObject({
  signals: z.string().optional(),
  subject: z.array(WrittenId).default([]),
  kind: z.enum(SUBJECT_KINDS).optional(),
});

export const CurrentValue = z.object({
  signal: z.string(),
  unit: z.enum(UNITS),
  subject: z.int(),
  name: z.string(),
  value,
  min: value,
  max: value,
  /** Present when of the value only that is known: it is below this, the bound of its histogram's lowest bucket. */
  coarseBelow: z.number().optional(),
  /** Time of the newest sample in it, and the window it covers. */
  atMs: z.number().nullable(),
  windowMs: z.number(),
  /** Why the value is null or not to be trusted: "learning", "target down", "not exposed by this version: …"; "" otherwise. */
  reason: z.string(),
});
export type CurrentValue = z.infer<typeof CurrentValue>;
export const CurrentAnswer = z.object({
  atMs: z.number(),
  items: z.array(CurrentValue),
  nextCursor: z.string().nullable(),
});
export type CurrentAnswer = z.infer<typeof CurrentAnswer>;
