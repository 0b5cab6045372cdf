import type { Recognised } from '#lib/api/targets.ts';
import type { CursorRow } from '#lib/db/cursors.ts';
import type { SampleRow, ScrapeRow } from '#lib/db/sample-store.ts';
import type { ApiBatch } from '#lib/runs/api-batch.ts';

export type NewMark = {
  readonly atMs: number;
  readonly kind: 'restart' | 'version' | 'first-seen' | 'gone' | 'note';
  readonly targetId: number;
  readonly subjectId: number | null;
  readonly text: string;
};

/** Everything that one poll leaves behind; written as a whole or not at all. */
export type PollRecord = {
  readonly targetId: number;
  readonly scrape: ScrapeRow;
  readonly samples: readonly SampleRow[];
  readonly cursors: readonly CursorRow[];
  readonly marks: readonly NewMark[];
  /** Only when it changed since the record before. */
  readonly recognised: Recognised | null;
  /** Of a batch API: what it listed. */
  readonly batches?: readonly ApiBatch[];
};
