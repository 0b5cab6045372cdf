import { performance } from 'node:perf_hooks';
import type { Recognised } from '#lib/api/targets.ts';
import { type ApiBatch, hasEnded } from '#lib/runs/api-batch.ts';
import { BatchProblems } from '#lib/scrape/batch-api/batch-problems.ts';
import { batchListUrl } from '#lib/scrape/batch-api/batch-url.ts';
import { type BatchListing, describeBatches } from '#lib/scrape/batch-api/describe-batches.ts';
import type { BatchShape } from '#lib/scrape/batch-api/read-batch.ts';
import { type BatchPage, readBatchList } from '#lib/scrape/batch-api/read-batch-list.ts';
import type { Fetcher, FetchRequest } from '#lib/scrape/fetch.ts';
import type { PollOutcome } from '#lib/scrape/poll.ts';

/** 500 batches with the limit of 100 that servers have. */
const MAX_PAGES = 5;
const HINT = 'Is this a batch API? Expected a list of batches at /v1/batches.';

/** Lists the batches of one batch API; `requestOf` gives address and access, anew for each poll. Never throws. */
export function createBatchPoll(fetcher: Fetcher): (request: FetchRequest) => Promise<PollOutcome> {
  let before: readonly ApiBatch[] = [];
  let recognised: Recognised | null = null;
  return async (request) => {
    const result = await listBatches(fetcher, request, before);
    if (!result.ok) return result.outcome;
    const { listing, bytes, durationMs } = result;
    before = listing.batches;
    const now = describeBatches(listing);
    // The same object while nothing changed: it is stored only when it is another.
    if (recognised === null || JSON.stringify(now) !== JSON.stringify(recognised)) recognised = now;
    const seen = { bytes, durationMs, recognised };
    if (listing.batches.length === 0 && listing.entryCount > 0) {
      const first = listing.problems.shown[0]?.problem ?? '';
      const message = `none of the ${listing.entryCount} entries of the list is a batch (${first}). ${HINT}`;
      return { ok: false, kind: 'not-batches', message, ...seen };
    }
    const { count: problems } = listing.problems;
    return { ok: true, readings: [], batches: listing.batches, samples: listing.batches.length, problems, ...seen };
  };
}

type Listed =
  | { readonly ok: true; readonly listing: BatchListing; readonly bytes: number; readonly durationMs: number }
  | { readonly ok: false; readonly outcome: PollOutcome & { readonly ok: false } };

/** All pages within the time of one poll. A later page that fails leaves what came before it, and says so. */
async function listBatches(fetcher: Fetcher, request: FetchRequest, before: readonly ApiBatch[]): Promise<Listed> {
  const start = performance.now();
  const problems = new BatchProblems();
  const batches = new Map<string, ApiBatch>();
  const shapes = new Set<BatchShape>();
  const notes: string[] = [];
  let entryCount = 0;
  let bytes = 0;
  let after: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const timeoutMs = Math.max(1, Math.ceil(request.timeoutMs - (performance.now() - start)));
    const page = await fetchList(fetcher, { ...request, timeoutMs }, { after, entryCount }, problems);
    bytes += page.bytes;
    if (!page.ok && pages === 0) return { ok: false, outcome: page.outcome };
    if (!page.ok) {
      problems.add(0, page.outcome.message, `page ${pages + 1} of the list is left out`);
      break;
    }
    const known = batches.size;
    for (const batch of page.list.batches) if (!batches.has(batch.externalId)) batches.set(batch.externalId, batch);
    for (const shape of page.list.shapes) shapes.add(shape);
    entryCount += page.list.entryCount;
    after = page.list.after;
    // A server that ignores the cursor gives the same page for ever.
    if (after === null || batches.size === known || !hasNews(page.list.batches, batches, before)) break;
    if (pages === MAX_PAGES - 1) notes.push(`only the first ${entryCount} batches are read: the server has more`);
  }
  const listing = { batches: [...batches.values()], shapes, entryCount, problems, notes };
  return { ok: true, listing, bytes, durationMs: performance.now() - start };
}

/** Whether the next page may hold something new: not when this one holds only what had ended before, and nothing is missed. */
function hasNews(
  page: readonly ApiBatch[],
  listed: ReadonlyMap<string, ApiBatch>,
  before: readonly ApiBatch[],
): boolean {
  const endedBefore = new Set(before.filter(hasEnded).map((batch) => batch.externalId));
  const isOld = page.every((batch) => endedBefore.has(batch.externalId));
  const isMissed = before.some((batch) => !hasEnded(batch) && !listed.has(batch.externalId));
  return !isOld || isMissed;
}

type Fetched =
  | { readonly ok: true; readonly list: BatchPage; readonly bytes: number }
  | { readonly ok: false; readonly outcome: PollOutcome & { readonly ok: false }; readonly bytes: number };

async function fetchList(
  fetcher: Fetcher,
  request: FetchRequest,
  { after, entryCount }: { readonly after: string | null; readonly entryCount: number },
  problems: BatchProblems,
): Promise<Fetched> {
  const answer = await fetcher.fetchPage({
    ...request,
    url: batchListUrl(request.url, after),
    connection: request.url,
    expect: 'any',
    notFoundHint: HINT,
  });
  const { bytes, durationMs } = answer;
  if (!answer.ok) return { ok: false, outcome: answer, bytes };
  const result = readBatchList(answer.body, problems, entryCount);
  if (result.ok) return { ok: true, list: result.page, bytes };
  const message = `${new URL(request.url).host} answered with ${result.found} instead of a list of batches. ${HINT}`;
  return { ok: false, outcome: { ok: false, kind: 'not-batches', message, bytes, durationMs }, bytes };
}
