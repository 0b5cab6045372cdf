'use client';

import { useNowMs } from '#lib/client/now.ts';
import { useUtc } from '#lib/client/url-state.ts';
import { instantLabel } from '#lib/client/wall-clock.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';

/** "12 s ago", with the instant on hover. */
export function Age({ atMs }: { atMs: number | null }) {
  const nowMs = useNowMs();
  const [utc] = useUtc();
  if (atMs === null) return <span className="text-muted">never</span>;
  if (nowMs === null) return null;
  const ageMs = nowMs - atMs;
  return (
    <time dateTime={new Date(atMs).toISOString()} title={instantLabel(atMs, utc)} className="whitespace-nowrap">
      {ageMs < 2000 ? 'just now' : `${describeDurationMs(Math.round(ageMs / 1000) * 1000)} ago`}
    </time>
  );
}
