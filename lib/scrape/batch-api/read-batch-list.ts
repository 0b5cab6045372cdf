import type { ApiBatch } from '#lib/runs/api-batch.ts';
import { isObject } from '#lib/scrape/batch-api/batch-fields.ts';
import { type BatchProblems, shortText } from '#lib/scrape/batch-api/batch-problems.ts';
import { type BatchShape, readBatch, shapeOf } from '#lib/scrape/batch-api/read-batch.ts';

/** Servers answer at most 100 a page; one that ignores the limit is cut here. */
export const MAX_BATCHES_A_PAGE = 1000;

/** One answer to `GET /v1/batches`. */
export type BatchPage = {
  readonly batches: readonly ApiBatch[];
  /** Of every entry that could be looked at. */
  readonly shapes: ReadonlySet<BatchShape>;
  /** How many entries the answer had, read or not. */
  readonly entryCount: number;
  /** The cursor of the next page; null on the last one. */
  readonly after: string | null;
};

export type BatchPageResult =
  | { readonly ok: true; readonly page: BatchPage }
  /** `found` in words: what came instead of a list of batches. */
  | { readonly ok: false; readonly found: string };

/** Reads one page; `entriesBefore` came on pages before it. Entries that are no batches are problems; an answer that is no list is refused as a whole. Never throws. */
export function readBatchList(body: string, problems: BatchProblems, entriesBefore = 0): BatchPageResult {
  const json = jsonOf(body);
  if (json === undefined) return { ok: false, found: notJson(body) };
  const data = isObject(json) ? json.data : json;
  if (!Array.isArray(data)) return { ok: false, found: notList(json) };
  const entries = data.slice(0, MAX_BATCHES_A_PAGE);
  if (data.length > entries.length)
    problems.add(
      0,
      `${data.length} batches`,
      `more than ${MAX_BATCHES_A_PAGE} batches in one answer: the rest is left out`,
    );
  const batches = new Map<string, ApiBatch>();
  const shapes = new Set<BatchShape>();
  entries.forEach((entry, i) => {
    if (isObject(entry)) shapes.add(shapeOf(entry));
    const line = entriesBefore + i + 1;
    const batch = readBatch(entry, line, problems);
    if (batch === null) return;
    if (batches.has(batch.externalId)) problems.add(line, batch.externalId, 'the same id again: it is left out');
    else batches.set(batch.externalId, batch);
  });
  return {
    ok: true,
    page: { batches: [...batches.values()], shapes, entryCount: data.length, after: cursorOf(json, data) },
  };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function notJson(body: string): string {
  const start = body.slice(0, 300).trimStart();
  if (start === '') return 'an empty answer';
  if (/^<(?:!doctype|html|head|body|\?xml)/i.test(start)) return 'an HTML page';
  if (/^# (?:HELP|TYPE) /.test(start)) return 'a metrics page';
  if (start.startsWith('{') || start.startsWith('[')) return 'JSON that is cut off or broken';
  return `something that is no JSON ("${shortText(start).slice(0, 40)}")`;
}

function notList(json: unknown): string {
  if (!isObject(json)) return `JSON that is ${json === null ? 'null' : `a ${typeof json}`}`;
  if (Object.hasOwn(json, 'error')) {
    const { error } = json;
    const message = isObject(error) ? error.message : error;
    return typeof message === 'string' ? `an error ("${shortText(message)}")` : 'an error';
  }
  if (Object.hasOwn(json, 'data')) return `JSON whose "data" is no list but ${shortText(json.data) || 'null'}`;
  if (Object.hasOwn(json, 'status') && Object.hasOwn(json, 'id')) return 'a single batch, no list of them';
  return `JSON without a list "data" (${shortText(json)})`;
}

/** `last_id` where the server gives it, else the last entry's id. */
function cursorOf(json: unknown, data: readonly unknown[]): string | null {
  if (!isObject(json) || json.has_more !== true) return null;
  const last = data.at(-1);
  const id = typeof json.last_id === 'string' ? json.last_id : isObject(last) ? last.id : null;
  return typeof id === 'string' && id !== '' && id.length <= 1024 ? id : null;
}
