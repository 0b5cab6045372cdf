'use client';

import type { AlertSummary } from '#lib/api/alerts.ts';
import { sinceMs } from '#lib/client/alert-order.ts';
import { shortInstant } from '#lib/client/alert-words.ts';
import { useNowMs } from '#lib/client/now.ts';
import { useUtc } from '#lib/client/url-state.ts';
import { instantLabel } from '#lib/client/wall-clock.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';

/** When it began and for how long, of a resolved one for how long it lasted. */
export function Since({ alert }: { alert: AlertSummary }) {
  const nowMs = useNowMs();
  const [utc] = useUtc();
  if (nowMs === null) return null;
  const from = sinceMs(alert);
  const lasted = (alert.resolvedAtMs ?? nowMs) - from;
  return (
    <time dateTime={new Date(from).toISOString()} title={instantLabel(from, utc)} className="whitespace-nowrap">
      {shortInstant(from, nowMs, utc)}
      <span className="ml-1.5 text-xs text-muted lg:ml-0 lg:block">
        {alert.state === 'resolved' ? 'for ' : ''}
        {describeDurationMs(Math.max(0, lasted))}
      </span>
    </time>
  );
}
