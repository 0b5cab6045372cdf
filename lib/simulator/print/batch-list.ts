import { type BatchJobs, type Job, VALIDATION_S } from '#lib/simulator/batch-jobs.ts';
import type { PageTime } from '#lib/simulator/print/python-process.ts';

export const BATCH_FORMS = ['openai', 'production-stack'] as const;
export type BatchForm = (typeof BATCH_FORMS)[number];

const WINDOW_S = 86_400;
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

type Moment = { readonly epochS: number; readonly nowS: number };

/**
 * The answer to `GET /v1/batches?limit=&after=`: as OpenAI's specification has it, or as vLLM's production-stack prints
 * `BatchInfo.to_dict`: other words, no object, no counts while its processor keeps none, and a cursor that finds nothing.
 */
export function batchListPage(batches: BatchJobs, time: PageTime, form: BatchForm, query: URLSearchParams): string {
  const print = form === 'openai' ? openaiBatch : productionStackBatch;
  const all = batches.submitted(time.nowS);
  const limit = Math.min(MAX_LIMIT, Math.max(1, Number(query.get('limit') ?? DEFAULT_LIMIT) || DEFAULT_LIMIT));
  const after = query.get('after');
  const from = after === null ? 0 : form === 'openai' ? all.findIndex((job) => job.id === after) + 1 : all.length;
  const jobs = all.slice(from, from + limit);
  return JSON.stringify({
    object: 'list',
    data: jobs.map((job) => print(job, batches.settings.model, time)),
    first_id: jobs[0]?.id ?? null,
    last_id: jobs.at(-1)?.id ?? null,
    has_more: form === 'openai' ? from + limit < all.length : jobs.length === limit,
  });
}

/** Finished requests of the engine; the load of a scenario ends by time, a few requests before or after the file's last. */
function countsOf({ requests, counts, drainedS }: Job) {
  const failed = Math.min(requests, counts.finishedError);
  const completed =
    drainedS === null ? Math.min(requests - failed, counts.finished - counts.finishedError) : requests - failed;
  return { total: requests, completed, failed };
}

function openaiBatch(job: Job, model: string, { epochS, nowS }: Moment): object {
  const at = (s: number | null): number | null => (s === null ? null : Math.floor(epochS + s));
  const started = nowS >= job.startS;
  const status = !started ? 'validating' : job.drainedS === null ? 'in_progress' : 'completed';
  const { promptTokens, generationTokens, prefixHits } = job.counts;
  return {
    id: job.id,
    object: 'batch',
    endpoint: '/v1/chat/completions',
    model,
    errors: null,
    input_file_id: `file-${job.id}`,
    completion_window: '24h',
    status,
    output_file_id: job.drainedS === null ? null : `file-${job.id}-output`,
    error_file_id: null,
    created_at: at(job.startS - VALIDATION_S),
    in_progress_at: started ? at(job.startS) : null,
    expires_at: at(job.startS - VALIDATION_S + WINDOW_S),
    finalizing_at: at(job.drainedS),
    completed_at: at(job.drainedS),
    failed_at: null,
    expired_at: null,
    cancelling_at: null,
    cancelled_at: null,
    request_counts: started ? countsOf(job) : { total: 0, completed: 0, failed: 0 },
    usage: {
      input_tokens: promptTokens,
      input_tokens_details: { cached_tokens: prefixHits },
      output_tokens: generationTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: promptTokens + generationTokens,
    },
    metadata: null,
  };
}

function productionStackBatch(job: Job, _model: string, { epochS, nowS }: Moment): object {
  const status = nowS < job.startS ? 'pending' : job.drainedS === null ? 'running' : 'completed';
  return {
    id: job.id,
    status,
    input_file_id: `file-${job.id}`,
    created_at: Math.floor(epochS + job.startS - VALIDATION_S),
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    output_file_id: job.drainedS === null ? null : `file-${job.id}-output`,
    error_file_id: null,
    in_progress_at: null,
    expires_at: null,
    finalizing_at: null,
    completed_at: job.drainedS === null ? null : Math.floor(epochS + job.drainedS),
    failed_at: null,
    expired_at: null,
    cancelling_at: null,
    cancelled_at: null,
    total_requests: null,
    completed_requests: 0,
    failed_requests: 0,
    metadata: {},
  };
}
