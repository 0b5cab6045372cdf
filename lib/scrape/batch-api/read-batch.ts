import type { ApiBatch } from '#lib/runs/api-batch.ts';
import { BatchFields, isObject, type JsonObject } from '#lib/scrape/batch-api/batch-fields.ts';
import { type BatchProblems, shortText } from '#lib/scrape/batch-api/batch-problems.ts';
import { END_FIELDS, stateOf } from '#lib/scrape/batch-api/batch-status.ts';

const ID_CHARACTERS = 200;
const TEXT_CHARACTERS = 1024;
const ERROR_CODES = 100;
const CODE_CHARACTERS = 200;

/** How a server writes its batches; AIBrix, batch-gateway and others write them as OpenAI does. */
export type BatchShape = 'openai' | 'production-stack';

export function shapeOf(batch: JsonObject): BatchShape {
  const flat = ['total_requests', 'completed_requests', 'failed_requests'].some((field) => Object.hasOwn(batch, field));
  return flat && !Object.hasOwn(batch, 'object') ? 'production-stack' : 'openai';
}

/**
 * One entry of a list of batches. null when it has no id, for nothing can be kept of it then; every other loss is a problem
 * and a null field. Shapes: OpenAI's specification, and `services/batch_service/batch.py` of production-stack. Never throws.
 */
export function readBatch(entry: unknown, line: number, problems: BatchProblems): ApiBatch | null {
  if (!isObject(entry)) {
    problems.add(line, entry, 'expected a batch object');
    return null;
  }
  const fields = new BatchFields(entry, line, problems);
  const externalId = fields.text('id', TEXT_CHARACTERS);
  if (externalId === null || externalId.length > ID_CHARACTERS) {
    problems.add(line, entry, `has no id of at most ${ID_CHARACTERS} characters: it is left out`);
    return null;
  }
  const word = fields.text('status', TEXT_CHARACTERS);
  if (word === null) problems.add(line, externalId, 'has no status');
  const { state, stateWord } = word === null ? ({ state: 'unknown', stateWord: null } as const) : stateOf(word);
  if (stateWord !== null) problems.add(line, stateWord, 'status: a word that is not known');
  const ends = END_FIELDS[state].map((field) => fields.timeMs(field));
  return {
    externalId,
    name: nameOf(fields),
    state,
    stateWord,
    createdMs: fields.timeMs('created_at'),
    startedMs: fields.timeMs('in_progress_at'),
    endedMs: ends.find((endedMs) => endedMs !== null) ?? null,
    expiresMs: fields.timeMs('expires_at'),
    ...countsOf(fields, shapeOf(entry), line, problems),
    ...tokensOf(fields),
    model: fields.text('model', TEXT_CHARACTERS),
    errors: errorsOf(fields, line, problems),
  };
}

function nameOf(fields: BatchFields): string | null {
  const metadata = fields.inside('metadata');
  return metadata.text('name', ID_CHARACTERS) ?? metadata.text('batch_description', ID_CHARACTERS);
}

type Counts = Pick<ApiBatch, 'total' | 'completed' | 'failed'>;

/** A total of 0, or none, says that nothing was counted yet: the zeros beside it are no counts. */
function countsOf(fields: BatchFields, shape: BatchShape, line: number, problems: BatchProblems): Counts {
  const nested = fields.inside('request_counts');
  const counts: Counts =
    shape === 'production-stack'
      ? {
          total: fields.count('total_requests'),
          completed: fields.count('completed_requests'),
          failed: fields.count('failed_requests'),
        }
      : { total: nested.count('total'), completed: nested.count('completed'), failed: nested.count('failed') };
  const done = (counts.completed ?? 0) + (counts.failed ?? 0);
  const total = counts.total === 0 ? null : counts.total;
  if (total === null && done === 0) return { total: null, completed: null, failed: null };
  if (total === null || done <= total) return { ...counts, total };
  problems.add(line, `${done} of ${total}`, 'completed and failed requests are more than the total');
  return { ...counts, total: null };
}

/** All zero while nothing was counted. */
function tokensOf(fields: BatchFields): Pick<ApiBatch, 'promptTokens' | 'completionTokens' | 'cachedTokens'> {
  const usage = fields.inside('usage');
  const promptTokens = usage.count('input_tokens') ?? usage.count('prompt_tokens');
  const completionTokens = usage.count('output_tokens') ?? usage.count('completion_tokens');
  if ((promptTokens ?? 0) + (completionTokens ?? 0) === 0)
    return { promptTokens: null, completionTokens: null, cachedTokens: null };
  return { promptTokens, completionTokens, cachedTokens: usage.inside('input_tokens_details').count('cached_tokens') };
}

function errorsOf(fields: BatchFields, line: number, problems: BatchProblems): Record<string, number> {
  const counts = new Map<string, number>();
  for (const error of fields.inside('errors').list('data')) {
    const code = isObject(error) && typeof error.code === 'string' && error.code !== '' ? error.code : null;
    if (code === null) problems.add(line, shortText(error), 'an error without a code');
    const key = (code ?? 'no code').slice(0, CODE_CHARACTERS);
    if (counts.has(key) || counts.size < ERROR_CODES) counts.set(key, (counts.get(key) ?? 0) + 1);
    else problems.add(line, key, `more than ${ERROR_CODES} kinds of errors: the others are left out`);
  }
  return Object.fromEntries(counts);
}
