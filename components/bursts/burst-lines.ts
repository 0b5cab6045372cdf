import type { Level } from '#lib/client/band-level.ts';

/** Report 000, "Burst Alert Thresholds", relative to its baseline of 202 req/s. */
export const BURST_LINES = [
  { multiple: 2.475, text: 'burst', reportRps: 500 },
  { multiple: 4.95, text: 'critical burst', reportRps: 1000 },
  { multiple: 7.425, text: 'scale out', reportRps: 1500 },
] as const;

/** What a multiple of the baseline is called. */
export function burstWord(multiple: number | null): { readonly level: Level; readonly word: string } {
  if (multiple === null) return { level: 'unknown', word: 'baseline not known yet' };
  const passed = BURST_LINES.filter((line) => multiple >= line.multiple).at(-1);
  if (passed === undefined) return { level: 'safe', word: 'no burst' };
  return { level: passed.multiple >= 4.95 ? 'danger' : 'warning', word: passed.text };
}
