/** Answers to GET /v1/batches as each server writes them (its own source: see reference in the tests), times in 2026. */
export const CREATED_S = 1_795_000_000;

const OPENAI_NULLS = {
  errors: null,
  output_file_id: null,
  error_file_id: null,
  finalizing_at: null,
  completed_at: null,
  failed_at: null,
  expired_at: null,
  cancelling_at: null,
  cancelled_at: null,
};

/** openai-openapi, `Batch`. */
export const OPENAI_RUNNING = {
  id: 'batch_abc',
  object: 'batch',
  endpoint: '/v1/chat/completions',
  model: 'qwen',
  input_file_id: 'file-1',
  completion_window: '24h',
  status: 'in_progress',
  ...OPENAI_NULLS,
  created_at: CREATED_S,
  in_progress_at: CREATED_S + 30,
  expires_at: CREATED_S + 86_400,
  request_counts: { total: 100, completed: 40, failed: 2 },
  usage: {
    input_tokens: 1000,
    input_tokens_details: { cached_tokens: 300 },
    output_tokens: 500,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 1500,
  },
  metadata: { batch_description: 'nightly eval' },
};

/** production-stack, `BatchInfo.to_dict`: no object, flat counts that its local processor never fills. */
export const PRODUCTION_STACK_DONE = {
  id: 'batch_1a2b3c',
  status: 'completed',
  input_file_id: 'file-1',
  created_at: CREATED_S,
  endpoint: '/v1/chat/completions',
  completion_window: '5s',
  output_file_id: 'file-2',
  error_file_id: null,
  in_progress_at: null,
  expires_at: null,
  finalizing_at: null,
  completed_at: CREATED_S + 600,
  failed_at: null,
  expired_at: null,
  cancelling_at: null,
  cancelled_at: null,
  total_requests: null,
  completed_requests: 0,
  failed_requests: 0,
  metadata: {},
};

/** AIBrix, `BatchResponse`: request_counts and usage are null until something is counted. */
export const AIBRIX_WAITING = {
  id: '7c1e',
  object: 'batch',
  endpoint: '/v1/rerank',
  model: 'llama3-70b-prod',
  input_file_id: 'file-1',
  completion_window: '2h',
  status: 'validating',
  ...OPENAI_NULLS,
  created_at: CREATED_S,
  in_progress_at: null,
  expires_at: CREATED_S + 7200,
  request_counts: null,
  usage: null,
  metadata: null,
};

/** batch-gateway, `openai.Batch`: counts are always there, zero while validating. */
export const GATEWAY_FAILED = {
  id: 'batch_g',
  object: 'batch',
  endpoint: '/v1/completions',
  input_file_id: 'file-1',
  completion_window: '24h',
  status: 'failed',
  ...OPENAI_NULLS,
  created_at: CREATED_S,
  failed_at: CREATED_S + 5,
  in_progress_at: null,
  expires_at: null,
  request_counts: { total: 0, completed: 0, failed: 0 },
  errors: {
    object: 'list',
    data: [
      { code: 'invalid_json_line', message: 'line 3', param: null, line: 3 },
      { code: 'invalid_json_line', message: 'line 9', param: null, line: 9 },
      { code: 'duplicate_custom_id', message: 'line 11', param: null, line: 11 },
    ],
  },
  usage: null,
};

export const listOf = (...data: readonly unknown[]): string =>
  JSON.stringify({ object: 'list', data, first_id: null, last_id: null, has_more: false });
