import type { Subject } from '#lib/api/subjects.ts';
import type { CurrentIndex } from '#lib/client/current-index.ts';

export const KV_SIGNALS = ['kv_tokens_used', 'kv_tokens_capacity'] as const;

/** KV tokens of the engines on a GPU, by those of them whose numbers are known. */
export type KvUse = {
  readonly linked: number;
  readonly known: number;
  readonly usedTokens: number | null;
  readonly capacityTokens: number | null;
};

/** Tokens in the cache and what fits, of the engines on this GPU. */
export function kvUseOf(gpu: Subject, engines: CurrentIndex): KvUse {
  const linked = gpu.links.filter(({ kind }) => kind === 'engine');
  let [usedTokens, capacityTokens, known] = [0, 0, 0];
  for (const { id } of linked) {
    const [tokens, fits] = [engines.value(id, 'kv_tokens_used'), engines.value(id, 'kv_tokens_capacity')];
    if (tokens === null || fits === null || fits <= 0) continue;
    usedTokens += tokens;
    capacityTokens += fits;
    known++;
  }
  const isKnown = known > 0;
  return {
    linked: linked.length,
    known,
    usedTokens: isKnown ? usedTokens : null,
    capacityTokens: isKnown ? capacityTokens : null,
  };
}

export function kvShareOf({ usedTokens, capacityTokens }: KvUse): number | null {
  return usedTokens === null || capacityTokens === null ? null : usedTokens / capacityTokens;
}
