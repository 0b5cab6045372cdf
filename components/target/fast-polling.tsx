'use client';

import { Instant } from '#components/status/instant.tsx';
import type { Target } from '#lib/api/targets.ts';
import { formatDurationMs } from '#lib/metrics/duration.ts';

type FastPollingProps = { fast: NonNullable<Target['fast']>; intervalMs: number };

/** "every 1s instead of 5s since 14:05 (burst)" */
export function FastPolling({ fast, intervalMs }: FastPollingProps) {
  return (
    <span className="text-xs">
      <strong className="font-semibold">polled every {formatDurationMs(fast.intervalMs)}</strong> instead of{' '}
      {formatDurationMs(intervalMs)} since <Instant ms={fast.sinceMs} /> ({fast.reason})
    </span>
  );
}
