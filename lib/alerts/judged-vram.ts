import type { SignalRead } from '#lib/rules/reads.ts';

const BYTES: readonly string[] = ['vram_used', 'vram_peak', 'vram_total'];

/** How a GPU's memory is judged: as printed, or above a floor (bytes) that is null while it is not known yet. */
export type VramView =
  | { readonly kind: 'printed' }
  | { readonly kind: 'above-floor'; readonly floorBytes: number | null };

/** The reading that `judgedVram` needs beside those of the rule. */
export const VRAM_TOTAL_READ: SignalRead = { signal: 'vram_total', aggregate: 'default', windowMs: 60_000 };

/**
 * The value of a VRAM reading as a rule judges it. vLLM reserves most of a card at its start; above-floor, what lies over
 * the engine's stable floor is judged against what the floor leaves (rules.yaml, comment of the memory rules). Unknown
 * floor or total: unknown. Readings of other signals are given back as they are.
 */
export function judgedVram(
  read: SignalRead,
  value: number | null,
  view: VramView,
  totalBytes: number | null,
): number | null {
  if (view.kind === 'printed' || value === null) return value;
  const isShare = read.signal === 'vram_utilization';
  if (!isShare && !BYTES.includes(read.signal)) return value;
  const { floorBytes } = view;
  if (floorBytes === null) return null;
  if (!isShare) return Math.max(0, value - floorBytes);
  if (totalBytes === null || totalBytes <= floorBytes) return null;
  return Math.max(0, value * totalBytes - floorBytes) / (totalBytes - floorBytes);
}
