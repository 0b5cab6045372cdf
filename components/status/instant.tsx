'use client';

import { shortInstant } from '#lib/client/alert-words.ts';
import { useNowMs } from '#lib/client/now.ts';
import { useUtc } from '#lib/client/url-state.ts';
import { instantLabel } from '#lib/client/wall-clock.ts';

/** `14:05`, or with the day when it is not today; UTC on hover. */
export function Instant({ ms }: { ms: number }) {
  const nowMs = useNowMs();
  const [utc] = useUtc();
  if (nowMs === null) return null;
  return (
    <time
      dateTime={new Date(ms).toISOString()}
      title={`${instantLabel(ms, utc)}${utc ? '' : ` (${instantLabel(ms, true)} UTC)`}`}
      className="whitespace-nowrap"
    >
      {shortInstant(ms, nowMs, utc)}
    </time>
  );
}
