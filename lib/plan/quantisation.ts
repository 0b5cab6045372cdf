/** How the weights are stored. */
export const QUANTISATIONS = ['fp32', 'fp16', 'fp8', 'int8', 'int4'] as const;
export type Quantisation = (typeof QUANTISATIONS)[number];

type Storage = {
  readonly title: string;
  /** Bits of a weight of the linear layers, its share of scales and zero points included. */
  readonly bits: number;
  /** Bits of the embeddings and the output head: what quantises weights leaves these at 16. */
  readonly embeddingBits: number;
  /** Report 001 counts every parameter at this many bits. */
  readonly reportBits: number | null;
};

/** A group of 128 weights of AWQ and GPTQ shares a 16-bit scale and a 4-bit zero point. */
const GROUP_BITS = (16 + 4) / 128;

export const STORAGE: Readonly<Record<Quantisation, Storage>> = {
  fp32: { title: 'FP32', bits: 32, embeddingBits: 32, reportBits: 32 },
  fp16: { title: 'FP16 / BF16', bits: 16, embeddingBits: 16, reportBits: 16 },
  fp8: { title: 'FP8', bits: 8, embeddingBits: 16, reportBits: null },
  int8: { title: 'INT8', bits: 8, embeddingBits: 16, reportBits: 8 },
  int4: { title: 'INT4 (AWQ, GPTQ)', bits: 4 + GROUP_BITS, embeddingBits: 16, reportBits: 4 },
};

/** What a K or V element takes. Weights in 4 bits still have a cache of 16 unless it is set. */
export const KV_DTYPES = ['fp32', 'fp16', 'fp8', 'int8', 'int4'] as const;
export type KvDtype = (typeof KV_DTYPES)[number];

export const KV_BYTES: Readonly<Record<KvDtype, number>> = { fp32: 4, fp16: 2, fp8: 1, int8: 1, int4: 0.5 };

/**
 * The dtype that `cache_dtype` of vllm:cache_config_info names; `auto` is the model's own, 16 bits in every model of the
 * table. null for a word that is not known.
 */
export function kvDtypeOf(cacheDtype: string): KvDtype | null {
  const word = cacheDtype.toLowerCase();
  if (word === 'auto' || word === 'bfloat16' || word === 'float16' || word === 'half') return 'fp16';
  if (word === 'float32' || word === 'float') return 'fp32';
  if (word.startsWith('fp8')) return 'fp8';
  return word === 'int8' ? 'int8' : null;
}

/** What the name of a checkpoint says about its weights; null when it says nothing. */
export function quantisationOfName(name: string): Quantisation | null {
  const words = name.toLowerCase();
  if (/fp8/.test(words)) return 'fp8';
  if (/int8|w8a8|w8a16|8bit/.test(words)) return 'int8';
  return /awq|gptq|int4|w4a16|4bit|bnb-4/.test(words) ? 'int4' : null;
}
