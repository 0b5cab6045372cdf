import type { EngineHistogram } from '#lib/metrics/sample.ts';

/** What an engine speaks: a vLLM release whose page differs from the one before, its Rust front end, or SGLang. */
export const ENGINE_FORMATS = ['0.6.6', '0.8.5', '0.10.2', '0.11.0', '0.23.0', 'rust', 'sglang'] as const;
export type EngineFormat = (typeof ENGINE_FORMATS)[number];

const TTFT_OLD = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const TTFT = [...TTFT_OLD, 20, 40, 80, 160, 640, 2560];
const ITL_OLD = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];
const ITL = [...ITL_OLD, 5, 7.5, 10, 20, 40, 80];
const REQUEST_OLD = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60];
const REQUEST = [...REQUEST_OLD, 120, 240, 480, 960, 1920, 7680];
const STEP_TOKENS = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];
/** 8096 is vLLM's own slip of that time. */
const STEP_TOKENS_OLD = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8096];
const TTFT_SGLANG = [...TTFT_OLD, 15, 20, 25, 30];
const ITL_SGLANG = [
  0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
];
/** Milliseconds, V0's model_forward and model_execute. */
export const MODEL_TIME_MS = [1, 2, 3, 5, 8, 10, 20, 30, 50, 80, 100, 200, 300, 500, 800, 1000, 2000, 3000];
/** http_request_duration_seconds, by handler. */
export const HTTP_S = [0.1, 0.5, 1];
export const REQUEST_N = [1, 2, 5, 10, 20];
const RUST_MAX_TOKENS = 131_072;

/** 1, 2, 5, 10, 20 … up to the longest sequence, so token bounds differ from deployment to deployment. */
export function tokenBounds(maxModelTokens: number): number[] {
  const bounds: number[] = [];
  for (let power = 1; ; power *= 10) {
    for (const mantissa of [1, 2, 5]) {
      if (mantissa * power > maxModelTokens) return bounds;
      bounds.push(mantissa * power);
    }
  }
}

/** Finite bounds of every histogram that an engine of this format keeps. */
export function boundsOf(format: EngineFormat, maxModelTokens: number): Record<EngineHistogram, readonly number[]> {
  const old = format === '0.6.6';
  const sglang = format === 'sglang';
  const request = old || sglang ? REQUEST_OLD : REQUEST;
  const itl = old ? ITL_OLD : sglang ? ITL_SGLANG : ITL;
  const tokens = format === 'rust' ? [...tokenBounds(RUST_MAX_TOKENS), RUST_MAX_TOKENS] : tokenBounds(maxModelTokens);
  return {
    ttft_s: old ? TTFT_OLD : sglang ? TTFT_SGLANG : TTFT,
    itl_s: itl,
    tpot_s: itl,
    e2e_s: request,
    queue_s: request,
    prefill_s: request,
    decode_s: request,
    inference_s: request,
    request_prompt_tokens: tokens,
    request_generation_tokens: tokens,
    iteration_tokens: old ? STEP_TOKENS_OLD : STEP_TOKENS,
    kv_block_lifetime_s: [],
  };
}
