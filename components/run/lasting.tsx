'use client';

import { useNowMs } from '#lib/client/now.ts';
import { useUtc } from '#lib/client/url-state.ts';
import { instantLabel } from '#lib/client/wall-clock.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';

/** For how long something goes on already; the instant on hover. */
export function Lasting({ sinceMs }: { sinceMs: number }) {
  const nowMs = useNowMs();
  const [utc] = useUtc();
  if (nowMs === null) return null;
  return (
    <time dateTime={new Date(sinceMs).toISOString()} title={instantLabel(sinceMs, utc)} className="whitespace-nowrap">
      {describeDurationMs(Math.max(0, Math.round((nowMs - sinceMs) / 1000) * 1000))}
    </time>
  );
}
