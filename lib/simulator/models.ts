import type { EngineFormat } from '#lib/simulator/bounds.ts';
import type { EngineSettings } from '#lib/simulator/engine-settings.ts';
import type { Load } from '#lib/simulator/load.ts';

type Model = Omit<EngineSettings, 'name' | 'rank' | 'format' | 'load'>;

/** What the reports measured: Qwen2.5-0.5B in INT4 on an RTX 3090, 202 requests a second. */
export const QWEN_05B: Model = {
  model: 'Qwen/Qwen2.5-0.5B-Instruct',
  maxModelTokens: 32_768,
  maxRunning: 256,
  kvBlocks: 20_000,
  blockTokens: 16,
  prompt: { mean: 320, sigma: 0.5 },
  output: { mean: 48, sigma: 0.5 },
  prefixHit: 0.9,
  stepBaseS: 0.0022,
  stepPerRequestS: 0.000_012,
  prefillTokensPerS: 90_000,
  lengthShare: 0.06,
  abortShare: 0.004,
};

export const LLAMA_8B: Model = {
  ...QWEN_05B,
  model: 'meta-llama/Llama-3.1-8B-Instruct',
  maxModelTokens: 16_384,
  maxRunning: 128,
  kvBlocks: 27_412,
  prompt: { mean: 900, sigma: 0.7 },
  output: { mean: 220, sigma: 0.6 },
  prefixHit: 0.86,
  stepBaseS: 0.0085,
  stepPerRequestS: 0.000_09,
  prefillTokensPerS: 32_000,
};

export const MISTRAL_7B: Model = {
  ...LLAMA_8B,
  model: 'mistralai/Mistral-7B-Instruct-v0.3',
  maxModelTokens: 8192,
  kvBlocks: 9800,
  prefixHit: null,
  stepBaseS: 0.012,
  prefillTokensPerS: 18_000,
};

/** Long prompts on a small pool: it lives near the end of its KV cache. */
export const CODER_14B: Model = {
  ...LLAMA_8B,
  model: 'Qwen/Qwen2.5-Coder-14B-Instruct-AWQ',
  maxModelTokens: 32_768,
  maxRunning: 64,
  kvBlocks: 6200,
  prompt: { mean: 2900, sigma: 0.6 },
  output: { mean: 480, sigma: 0.5 },
  prefixHit: 0.9,
  stepBaseS: 0.017,
  stepPerRequestS: 0.000_2,
  prefillTokensPerS: 14_000,
};

/** One engine of a model. */
export function engineOf(model: Model, name: string, format: EngineFormat, load: Load, rank = '0'): EngineSettings {
  return { ...model, name, rank, format, load };
}
