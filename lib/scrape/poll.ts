import { readFile } from 'node:fs/promises';
import type { Recognised } from '#lib/api/targets.ts';
import type { Reading } from '#lib/metrics/sample.ts';
import type { ApiBatch } from '#lib/runs/api-batch.ts';
import { TooManySeriesError } from '#lib/scrape/exposition.ts';
import type { Fetcher, FetchFailure, FetchOutcome, FetchRequest } from '#lib/scrape/fetch.ts';
import { EXPOSITION_LIMITS, PageReader, type PageResult } from '#lib/scrape/page-reader.ts';
import { createBatchPoll } from '#lib/scrape/poll-batches.ts';
import { createSmiPoll } from '#lib/scrape/poll-smi.ts';
import { type Secret, type TargetAuth, type TargetSettings, timeoutMsOf } from '#lib/target/target.ts';

export type PollFailureKind =
  | FetchFailure['kind']
  | 'secret'
  | 'too-many-series'
  | 'nothing-recognised'
  | 'not-batches';

/** What one attempt gave. A failure is data like any other. */
export type PollOutcome =
  | {
      readonly ok: true;
      readonly readings: readonly Reading[];
      /** Of a batch API: what it lists. */
      readonly batches?: readonly ApiBatch[];
      readonly recognised: Recognised;
      readonly samples: number;
      readonly problems: number;
      readonly bytes: number;
      readonly durationMs: number;
    }
  | {
      readonly ok: false;
      readonly kind: PollFailureKind;
      readonly message: string;
      readonly bytes: number;
      readonly durationMs: number;
      /** Present when the page was read but holds nothing that a source knows. */
      readonly recognised?: Recognised;
    };

const MAX_BODY_BYTES = 16 * 1024 * 1024;

export type PollOptions = { readonly fetcher: Fetcher; readonly smiCommand: string };

/** A function that polls the target once; it remembers the page's shape between calls. Never throws. */
export function createPoll(target: TargetSettings, options: PollOptions): () => Promise<PollOutcome> {
  if (target.source === 'nvidia-smi') return createSmiPoll(options.smiCommand, timeoutMsOf(target.intervalMs));
  const read = createReader(target.source, options.fetcher);
  return async () => {
    let request: FetchRequest;
    try {
      request = await requestOf(target);
    } catch (error) {
      return { ok: false, kind: 'secret', message: secretText(error), bytes: 0, durationMs: 0 };
    }
    return read(request);
  };
}

/** Reads what the address answers; remembers the page's shape between calls. */
function createReader(
  source: Exclude<TargetSettings['source'], 'nvidia-smi'>,
  fetcher: Fetcher,
): (request: FetchRequest) => Promise<PollOutcome> {
  if (source === 'openai-batch') return createBatchPoll(fetcher);
  const reader = new PageReader(source);
  return async (request) => readPage(reader, await fetcher.fetchPage(request));
}

function readPage(reader: PageReader, outcome: FetchOutcome): PollOutcome {
  if (!outcome.ok) return outcome;
  const { bytes, durationMs } = outcome;
  try {
    const page = reader.read(outcome.body);
    const isWaiting = page.waits && page.problemCount === 0;
    if (page.readings.length === 0 && page.recognised.storedSeries === 0 && !isWaiting) {
      const message = `${page.recognised.text.replace(/^nothing/, 'nothing is recognised on the page')}${faultsOf(page)}`;
      return { ok: false, kind: 'nothing-recognised', message, bytes, durationMs, recognised: page.recognised };
    }
    return {
      ok: true,
      readings: page.readings,
      recognised: page.recognised,
      samples: page.totalSeries,
      problems: page.problemCount,
      bytes,
      durationMs,
    };
  } catch (error) {
    if (!(error instanceof TooManySeriesError)) throw error;
    const message = `${error.message}: the limit is ${EXPOSITION_LIMITS.maxSeries} samples a poll`;
    return { ok: false, kind: 'too-many-series', message, bytes, durationMs };
  }
}

function faultsOf({ waits, problemCount, recognised }: PageResult): string {
  const [first] = recognised.problems;
  if (!waits || first === undefined) return '';
  return `; ${problemCount} line${problemCount === 1 ? '' : 's'} left out, the first: ${first.problem}`;
}

async function requestOf(target: TargetSettings): Promise<FetchRequest> {
  return {
    url: target.url ?? '',
    timeoutMs: timeoutMsOf(target.intervalMs),
    maxBodyBytes: MAX_BODY_BYTES,
    auth: target.auth === null ? null : await authOf(target.auth),
    tls:
      target.tls === null
        ? null
        : {
            ca: target.tls.caFile === null ? null : await readFile(target.tls.caFile, 'utf8'),
            serverName: target.tls.serverName,
            insecureSkipVerify: target.tls.insecureSkipVerify,
          },
  };
}

async function authOf(auth: TargetAuth): Promise<NonNullable<FetchRequest['auth']>> {
  switch (auth.kind) {
    case 'bearer':
      return { kind: 'bearer', token: await readSecret(auth.token) };
    case 'basic':
      return { kind: 'basic', username: auth.username, password: await readSecret(auth.password) };
    case 'header':
      return { kind: 'header', name: auth.name, value: await readSecret(auth.value) };
  }
}

async function readSecret(secret: Secret): Promise<string> {
  return 'text' in secret ? secret.text : (await readFile(secret.file, 'utf8')).trim();
}

function secretText(error: unknown): string {
  return `a file that the target needs cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
