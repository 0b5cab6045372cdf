/** What one cell of a matrix was run with: `context_tokens`, `concurrency`, `scenario`, `gpu` … Names in lower case. */
export type CellParams = Readonly<Record<string, string | number>>;

/** The parameters that tables and criteria know. Others may be given; they name the cell and are shown. */
export const KNOWN_PARAMS = [
  'scenario',
  'model',
  'gpu',
  'quantization',
  'context_tokens',
  'prompt_tokens',
  'output_tokens',
  'concurrency',
  'request_rate',
  'batch',
  'seq',
  'generate',
  'chunk_tokens',
  'baseline_rps',
  'gpu_gb',
] as const;
export type KnownParam = (typeof KNOWN_PARAMS)[number];

export const PARAM_NAME = /^[a-z][a-z0-9_]{0,39}$/;
export const MOST_PARAMS = 30;
export const MOST_PARAM_CHARS = 200;

/** A number, also where it was written as text ("50"); null where it is none. */
export function numberParam(params: CellParams, name: KnownParam): number | null {
  const value = params[name];
  if (value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

export function textParam(params: CellParams, name: KnownParam): string | null {
  const value = params[name];
  return value === undefined || value === '' ? null : String(value);
}

/** `key=value` as it is typed; a value that is a number becomes one. Throws RangeError with what was expected. */
export function parseParam(text: string): readonly [string, string | number] {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at)).trim();
  const value = text.slice(at + 1).trim();
  if (at < 0 || !PARAM_NAME.test(name))
    throw new RangeError(`"${text}" is not NAME=VALUE with a name of a-z, 0-9 and _, as concurrency=50`);
  if (value === '' || value.length > MOST_PARAM_CHARS)
    throw new RangeError(`${name}: the value must have 1 to ${MOST_PARAM_CHARS} characters`);
  return [name, /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value];
}

/** Measured prompt lengths are never round: 1027 tokens on average is the row of 1024. 2 % is our choice. */
const NEAR = 0.02;

/** Tokens of context: the power of two where it is within 2 % of one, else as given. */
export function contextOf(params: CellParams): number | null {
  const tokens = numberParam(params, 'context_tokens');
  if (tokens === null || tokens <= 0) return null;
  const power = 2 ** Math.round(Math.log2(tokens));
  return Math.abs(tokens - power) <= power * NEAR ? power : tokens;
}

const WORDS: Partial<Record<string, (value: string | number) => string>> = {
  scenario: String,
  model: String,
  gpu: String,
  quantization: String,
  context_tokens: (value) => `${value} tokens`,
  prompt_tokens: (value) => `prompt ${value}`,
  concurrency: (value) => `C=${value}`,
  request_rate: (value) => `${value} req/s`,
  batch: (value) => `batch ${value}`,
  seq: (value) => `sequence ${value}`,
  chunk_tokens: (value) => `chunk ${value}`,
};

/** A cell in a few words, "1024 tokens × C=50"; null where nothing is known of it. */
export function cellName(params: CellParams): string | null {
  const isSaid = ['context_tokens', 'concurrency', 'chunk_tokens'].some((name) => params[name] !== undefined);
  const names = params.scenario === undefined ? KNOWN_PARAMS : (['scenario', 'batch'] as const);
  const words = names.flatMap((name) => {
    // Names of models are long, and of one run mostly the same.
    if (name === 'model' && isSaid) return [];
    const value = params[name];
    const word = WORDS[name];
    return value === undefined || word === undefined ? [] : [word(value)];
  });
  return words.length === 0 ? null : words.join(' × ');
}
