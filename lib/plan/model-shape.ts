/** What the arithmetic needs of a model: fields of its config.json. null is unknown. */
export type ModelShape = {
  readonly name: string;
  readonly parameters: number;
  /** num_hidden_layers */
  readonly layers: number;
  /** num_key_value_heads */
  readonly kvHeads: number;
  /** head_dim, or hidden_size ÷ num_attention_heads */
  readonly headDim: number;
  /** hidden_size */
  readonly hidden: number | null;
  /** intermediate_size */
  readonly intermediate: number | null;
  /** vocab_size */
  readonly vocabulary: number | null;
  /** tie_word_embeddings: input and output share one table. */
  readonly tied: boolean;
  /** sliding_window of at least some layers, in tokens. */
  readonly slidingWindow: number | null;
  /** Where the numbers are from. */
  readonly source: string;
};

export type TableModel = ModelShape & {
  readonly id: string;
  /** Other names of the same shape, as `matchModel` compares them. */
  readonly aliases: readonly string[];
};

/** Endings that change what a model was taught or how it is stored, not its shape. */
const ENDINGS =
  /-(?:instruct|chat|it|base|hf|v0\.\d|\d{4}|awq|gptq|fp8|dynamic|int[48]|w[48]a(?:8|16)|bnb|[48]bit|quantized|bf16|fp16)$/;

/** `Qwen/Qwen2.5-Coder-14B-Instruct-AWQ` → `qwen2.5-coder-14b`. */
export function plainName(name: string): string {
  let plain = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  while (ENDINGS.test(plain)) plain = plain.replace(ENDINGS, '');
  return plain;
}

/** The model that a served name means: the whole plain name must agree. null when the table has none, never the nearest. */
export function matchModel<M extends ModelShape & { readonly aliases?: readonly string[] }>(
  name: string,
  models: readonly M[],
): M | null {
  const wanted = plainName(name);
  const names = (model: M) => [model.name, ...(model.aliases ?? [])].map(plainName);
  return models.find((model) => names(model).includes(wanted)) ?? null;
}
