import type { KvAnswer, PreflightAnswer } from '#lib/api/plan.ts';
import { formatValue } from '#lib/metrics/unit.ts';

export type Segment = { readonly id: 'weights' | 'activations' | 'kv'; readonly title: string; readonly bytes: number };
export type Limit = { readonly title: string; readonly bytes: number };

export type MemoryPicture = {
  readonly segments: readonly Segment[];
  /** What lies there once more, above the card. */
  readonly totalBytes: number;
  readonly limits: readonly Limit[];
  /** What is not in the picture because it is unknown. */
  readonly unknown: readonly string[];
  readonly cardBytes: number;
};

/** The picture of one GPU's memory; null while its size is unknown. */
export function memoryPicture(
  preflight: PreflightAnswer | undefined,
  kv: KvAnswer | null | undefined,
): MemoryPicture | null {
  const capFigure = preflight?.figures.find(({ id }) => id === 'cap');
  const cardBytes = capFigure?.inputs.find(({ name }) => name === 'card memory')?.value ?? kv?.parts.card ?? null;
  if (cardBytes === null) return null;
  const need = preflight?.figures.find(({ id }) => id === 'need')?.value ?? null;
  const kvBytes = kv?.parts.kvAsked ?? need;
  const parts = [
    { id: 'weights', title: 'Weights', bytes: kv?.parts.weights, asked: kv !== null && kv !== undefined },
    { id: 'activations', title: 'Activations', bytes: kv?.parts.activations, asked: kv !== null && kv !== undefined },
    { id: 'kv', title: 'KV cache of the batch', bytes: kvBytes, asked: true },
  ] as const;
  const segments = parts.flatMap(({ id, title, bytes }) =>
    bytes === null || bytes === undefined ? [] : [{ id, title, bytes }],
  );
  const limits = [
    { title: `${formatValue(capFigure?.inputs[0]?.value ?? 0.8, 'ratio')} cap`, bytes: capFigure?.value ?? null },
    { title: 'vLLM may take', bytes: kv?.parts.reservation ?? null },
    { title: 'Card', bytes: cardBytes },
  ].flatMap(({ title, bytes }) => (bytes === null ? [] : [{ title, bytes }]));
  return {
    segments,
    totalBytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
    limits,
    unknown: parts
      .filter(({ bytes, asked }) => asked && (bytes === null || bytes === undefined))
      .map(({ title }) => title),
    cardBytes,
  };
}

/** The picture in one sentence. */
export function memoryText({ segments, totalBytes, cardBytes, unknown }: MemoryPicture): string {
  const size = (bytes: number) => formatValue(bytes, 'bytes');
  const parts = segments.map(({ title, bytes }) => `${title} ${size(bytes)}`);
  const missing = unknown.length === 0 ? '' : `; not known: ${unknown.join(', ')}`;
  return `${parts.join(', ')}: together ${size(totalBytes)} of ${size(cardBytes)}${missing}`;
}
