import { computed, type Figure, figure, input, type Origin, type Quantity, quantity } from '#lib/plan/figure.ts';
import type { ModelShape } from '#lib/plan/model-shape.ts';
import { KV_BYTES, type KvDtype, type Quantisation, STORAGE } from '#lib/plan/quantisation.ts';

/** A model as one engine holds it; each GPU of the engine has its share of weights and KV heads. */
export type ModelUse = {
  /** null: not in the model table; `unknown` says so. */
  readonly shape: ModelShape | null;
  readonly unknown: string;
  readonly quantisation: Quantisation | null;
  readonly quantisationOrigin: Origin;
  readonly kvDtype: KvDtype | null;
  readonly kvDtypeOrigin: Origin;
  /** GPUs that one engine is spread over (tensor parallel). */
  readonly gpus: Quantity;
};

type Field = 'layers' | 'kvHeads' | 'headDim' | 'parameters' | 'hidden' | 'intermediate' | 'vocabulary';

/** A field of the model's config.json, or why it is unknown. */
function shapeField({ shape, unknown }: ModelUse, field: Field): Quantity {
  if (shape === null) return quantity(null, 'model', unknown);
  const value = shape[field];
  return quantity(value, 'model', value === null ? `not given for ${shape.name}` : shape.source);
}

/**
 * Bytes of KV cache that one token takes on one GPU: 2 × layers × KV heads × head size × bytes per element (K and V).
 * Grouped and multi-query attention are in the number of KV heads; latent attention (MLA) is not modelled.
 */
export function bytesPerToken(use: ModelUse): Figure {
  const elementBytes = use.kvDtype === null ? null : KV_BYTES[use.kvDtype];
  return figure(
    {
      id: 'bytes_per_token',
      title: 'KV cache per token, on each GPU',
      unit: 'bytes',
      formula: '2 × layers × ⌈KV heads ÷ GPUs⌉ × head size × bytes per element',
      inputs: [
        input('layers', 'count', shapeField(use, 'layers')),
        input('KV heads', 'count', shapeField(use, 'kvHeads')),
        input('head size', 'count', shapeField(use, 'headDim')),
        input('bytes per element', 'bytes', { value: elementBytes, origin: use.kvDtypeOrigin }),
        input('GPUs of the engine', 'count', use.gpus),
      ],
      reference: 'K and V of every layer; a GPU holds at least one KV head',
    },
    (layers, heads, size, bytes, gpus) => 2 * layers * Math.ceil(heads / gpus) * size * bytes,
  );
}

/**
 * Bytes of weights on one GPU. Linear layers take the bits of the quantisation, embeddings and output head stay at 16 bits
 * (AWQ, GPTQ, FP8 and INT8 checkpoints leave them so); with no vocabulary size every parameter counts as quantised.
 */
export function weightBytes(use: ModelUse): Figure {
  const storage = use.quantisation === null ? null : STORAGE[use.quantisation];
  const bits = (value: number | undefined): Quantity => ({ value: value ?? null, origin: use.quantisationOrigin });
  const embeddings = embeddingParameters(use.shape);
  return figure(
    {
      id: 'weights',
      title: 'Weights, on each GPU',
      unit: 'bytes',
      formula: '((parameters − embeddings) × bits ÷ 8 + embeddings × embedding bits ÷ 8) ÷ GPUs',
      inputs: [
        input('parameters', 'count', shapeField(use, 'parameters')),
        input('embeddings', 'count', embeddings),
        input('bits', 'count', bits(storage?.bits)),
        input('embedding bits', 'count', bits(storage?.embeddingBits)),
        input('GPUs of the engine', 'count', use.gpus),
      ],
      reference: 'a group of 128 four-bit weights shares a 16-bit scale and a 4-bit zero point (AWQ, GPTQ)',
    },
    (all, embedded, each, embeddedEach, gpus) =>
      (Math.max(0, all - embedded) * each + Math.min(all, embedded) * embeddedEach) / 8 / gpus,
  );
}

function embeddingParameters(shape: ModelShape | null): Quantity {
  if (shape === null) return quantity(0, 'model', 'no model');
  const { vocabulary, hidden, tied } = shape;
  if (vocabulary === null || hidden === null)
    return quantity(0, 'default', 'vocabulary or hidden size not given: all parameters count as quantised');
  const words = `vocabulary × hidden size${tied ? ', shared by input and output' : ' × 2, input and output'}`;
  return quantity(vocabulary * hidden * (tied ? 1 : 2), 'model', `${words}; ${shape.source}`);
}

export type StepSize = {
  /** Tokens of one engine step: max_num_batched_tokens. */
  readonly stepTokens: Quantity;
  /** max_num_seqs */
  readonly sequences: Quantity;
  /** What vLLM's own profile run measured, where a person knows it. */
  readonly measured: Quantity | null;
};

/**
 * Peak of the activations of one step: the widest moment is the MLP (residual and its norm, gate and up, their product, in
 * 16 bits), then the logits of every sequence in 32 bits. A lower bound: kernels and the sampler add their own buffers.
 */
export function activationBytes(use: ModelUse, step: StepSize): Figure {
  const head = { id: 'activations', title: 'Activations, on each GPU', unit: 'bytes' } as const;
  if (step.measured !== null) {
    const inputs = [input('activations', 'bytes', step.measured)];
    return figure(
      { ...head, formula: 'as entered', inputs, reference: "vLLM's log: PyTorch activation peak" },
      (bytes) => bytes,
    );
  }
  return figure(
    {
      ...head,
      formula: 'tokens per step × (2 × hidden + 3 × intermediate) × 2 B + sequences × vocabulary × 4 B',
      inputs: [
        input('tokens per step', 'tokens', step.stepTokens),
        input('hidden', 'count', shapeField(use, 'hidden')),
        input('intermediate', 'count', shapeField(use, 'intermediate')),
        input('sequences', 'count', step.sequences),
        input('vocabulary', 'count', shapeField(use, 'vocabulary')),
      ],
      reference: 'an estimate from below; vLLM measures the real peak with a profile run at its start',
    },
    (tokens, hidden, intermediate, sequences, words) =>
      tokens * (2 * hidden + 3 * intermediate) * 2 + sequences * words * 4,
  );
}

export type CardShare = {
  readonly cardBytes: Quantity;
  /** gpu_memory_utilization, 0..1 */
  readonly utilization: Quantity;
};

/** Bytes that are left for the KV cache on one GPU: what vLLM may take less weights and activations. */
export function kvRoomBytes(card: CardShare, weights: Figure, activations: Figure): Figure {
  return figure(
    {
      id: 'kv_room',
      title: 'Left for the KV cache, on each GPU',
      unit: 'bytes',
      formula: 'card memory × gpu_memory_utilization − weights − activations',
      inputs: [
        input('card memory', 'bytes', card.cardBytes),
        input('gpu_memory_utilization', 'ratio', card.utilization),
        computed('weights', weights),
        computed('activations', activations),
      ],
      reference: 'vLLM: determine_available_memory; the CUDA context and graphs are not counted here',
    },
    (bytes, share, weight, activation) => bytes * share - weight - activation,
  );
}

const CAPACITY = { id: 'kv_capacity', title: 'KV cache holds', unit: 'tokens' } as const;

/** Tokens that the KV cache of a live engine holds, as it prints them. */
export function readCapacity(blocks: Quantity, blockTokens: Quantity): Figure {
  return figure(
    {
      ...CAPACITY,
      formula: 'num_gpu_blocks × block_size',
      inputs: [input('num_gpu_blocks', 'count', blocks), input('block_size', 'tokens', blockTokens)],
      reference: 'vllm:cache_config_info of the live engine',
    },
    (count, tokens) => count * tokens,
  );
}

/** Tokens that would fit into the room that is left; 0 when nothing is left. */
export function computedCapacity(room: Figure, perToken: Figure): Figure {
  return figure(
    {
      ...CAPACITY,
      formula: 'left for the KV cache ÷ bytes per token, rounded down',
      inputs: [computed('left for the KV cache', room), computed('bytes per token', perToken)],
      reference: 'no live engine to read it from',
    },
    (bytes, each) => Math.max(0, Math.floor(bytes / each)),
  );
}
