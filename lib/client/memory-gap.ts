import { memoryText } from '#lib/client/run-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** Memory of one GPU: what its engine took at the start, what is used now, and the KV blocks inside. null is unknown. */
export type MemoryUse = {
  readonly reservedBytes: number | null;
  readonly usedBytes: number | null;
  /** Of the engines on it whose numbers are known. */
  readonly kvUsedTokens: number | null;
  readonly kvCapacityTokens: number | null;
};

const MIB = 1024 ** 2;
/** Rounding of nvidia-smi and of the floor. */
const NEAR_BYTES = 2 * MIB;

/** Used less reserved; below 0 when the engine gave memory back. */
export function aboveReservedBytes({ reservedBytes, usedBytes }: MemoryUse): number | null {
  return reservedBytes === null || usedBytes === null ? null : usedBytes - reservedBytes;
}

/**
 * The gap between what is held and what is needed, in words. How many bytes a KV token takes is printed by no exporter,
 * so blocks are told in tokens and in share.
 */
export function memoryGapText(use: MemoryUse): string {
  const { reservedBytes, kvUsedTokens, kvCapacityTokens } = use;
  const parts: string[] = [];
  if (kvUsedTokens !== null && kvCapacityTokens !== null && kvCapacityTokens > 0) {
    const free = kvCapacityTokens - kvUsedTokens;
    const share = formatValue(free / kvCapacityTokens, 'ratio');
    parts.push(`room for ${formatValue(free, 'tokens')} (${share} of the KV blocks) is held and empty`);
  }
  const above = aboveReservedBytes(use);
  if (reservedBytes === null) parts.push('what an engine reserved is not known');
  else if (above === null) parts.push('used memory is not known');
  else if (Math.abs(above) <= NEAR_BYTES) parts.push('nothing came on top of the reservation');
  else if (above > 0) parts.push(`${memoryText(above)} came on top of the reservation and are no KV blocks`);
  else parts.push(`${memoryText(-above)} of the reservation were given back: sleeping, or another process began`);
  return parts.join('; ');
}
