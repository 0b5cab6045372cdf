import type { Recognised } from '#lib/api/targets.ts';
import { type ApiBatch, hasEnded } from '#lib/runs/api-batch.ts';
import type { BatchProblems } from '#lib/scrape/batch-api/batch-problems.ts';
import type { BatchShape } from '#lib/scrape/batch-api/read-batch.ts';

/** What the pages of one poll held together. */
export type BatchListing = {
  readonly batches: readonly ApiBatch[];
  readonly shapes: ReadonlySet<BatchShape>;
  readonly entryCount: number;
  readonly problems: BatchProblems;
  /** Doubts about the listing as a whole. */
  readonly notes: readonly string[];
};

const SERVERS: Readonly<Record<BatchShape, string>> = {
  openai: 'OpenAI batch API',
  'production-stack': 'vLLM production-stack batch API',
};

/** What the target page shows of a batch API: whose form it has, how many batches, what its server does not tell and why. */
export function describeBatches(listing: BatchListing): Recognised {
  const { batches, shapes, entryCount, problems, notes } = listing;
  return {
    text: `${serverOf(shapes)}: ${countWords(batches)}`,
    unit: 'batches',
    storedSeries: batches.length,
    totalSeries: entryCount,
    ignored: [],
    missing: missingOf(batches, shapes),
    notes: [...notes, ...unknownWords(batches)],
    problems: [...problems.shown],
    problemCount: problems.count,
  };
}

function serverOf(shapes: ReadonlySet<BatchShape>): string {
  if (shapes.size === 0) return 'batch API';
  return [...shapes].map((shape) => SERVERS[shape]).join(' and ');
}

function countWords(batches: readonly ApiBatch[]): string {
  if (batches.length === 0) return 'no batches';
  const ended = batches.filter(hasEnded).length;
  const parts = [
    [batches.filter((batch) => batch.state === 'waiting').length, 'waiting'],
    [batches.filter((batch) => batch.state === 'running').length, 'running'],
    [ended, 'ended'],
    [batches.filter((batch) => batch.state === 'unknown' && !hasEnded(batch)).length, 'in an unknown state'],
  ] as const;
  const words = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return `${batches.length} ${batches.length === 1 ? 'batch' : 'batches'} (${words.join(', ')})`;
}

type Missing = Recognised['missing'][number];

/** A field is missing when no batch that should have it has it; a batch that waits has neither counts nor a start yet. */
function missingOf(batches: readonly ApiBatch[], shapes: ReadonlySet<BatchShape>): Missing[] {
  const begun = batches.filter((batch) => batch.state === 'running' || batch.state === 'finished');
  const finished = batches.filter((batch) => batch.state === 'finished');
  const only = shapes.size === 1 && shapes.has('production-stack');
  const lacks = (of: readonly ApiBatch[], field: keyof ApiBatch): boolean =>
    of.length > 0 && of.every((batch) => batch[field] === null);
  const found: readonly (readonly [boolean, string, string])[] = [
    [
      lacks(begun, 'total') && lacks(begun, 'completed'),
      only ? 'total_requests' : 'request_counts',
      'no request counts on this server: progress and time to the end are not known, requests are counted by the engine',
    ],
    [
      lacks(finished, 'promptTokens') && lacks(finished, 'completionTokens'),
      'usage',
      'no tokens on this server: they are counted by the engine',
    ],
    [
      lacks(begun, 'startedMs'),
      'in_progress_at',
      'no begin on this server: a batch begins when a poll first sees it run, else when it was created',
    ],
    [lacks(batches, 'expiresMs'), 'expires_at', 'no deadline on this server: none is forecast'],
    [lacks(batches, 'model'), 'model', 'no model on this server: engines are found by host only'],
  ];
  return found.flatMap(([isMissing, field, reason]) => (isMissing ? [{ field, reason }] : []));
}

const SHOWN_WORDS = 10;

function unknownWords(batches: readonly ApiBatch[]): string[] {
  const words = Map.groupBy(
    batches.filter((batch) => batch.stateWord !== null),
    (batch) => batch.stateWord,
  );
  return [...words]
    .slice(0, SHOWN_WORDS)
    .map(
      ([word, of]) => `status "${word}" of ${of.length === 1 ? 'a batch' : `${of.length} batches`} is not known here`,
    );
}
