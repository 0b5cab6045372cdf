import type { AlertStripView } from '#lib/api/alert-strips.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';

const HOUR_MS = 3_600_000;

/** The strip in a sentence: "fired in 3 of the last 24 hours, 1 h 12 min in all, acked 40 min, muted never". */
export function stripSummary(strip: Pick<AlertStripView, 'firing' | 'acked' | 'muted'>): string {
  const hours = strip.firing.filter((share) => share > 0).length;
  if (hours === 0) return 'did not fire in the last 24 hours';
  const firing = `fired in ${hours} of the last 24 hours, ${total(strip.firing)} in all`;
  const acked = strip.acked.some((share) => share > 0) ? `, acked ${total(strip.acked)}` : '';
  const muted = strip.muted.some((share) => share > 0) ? `, muted ${total(strip.muted)}` : '';
  return firing + acked + muted;
}

function total(shares: readonly number[]): string {
  const ms = shares.reduce((sum, share) => sum + share * HOUR_MS, 0);
  return describeDurationMs(Math.max(1000, Math.round(ms / 60_000) * 60_000));
}
