'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { AlertStatus } from '#components/status/alert-status.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { parseMatchers, printMatchers } from '#lib/alerts/matchers.ts';
import { useRested } from '#lib/client/debounce.ts';
import { toProblem } from '#lib/client/problem.ts';
import { silencePreviewQuery } from '#lib/client/silence-queries.ts';

const MAX_LISTED = 8;

/** What the matchers hit right now and would have hit in the last week, while they are typed. */
export function SilencePreview({ matchers }: { matchers: string }) {
  const rested = useRested(matchers);
  const parsed = parseMatchers(rested);
  const text = parsed.ok ? printMatchers(parsed.matchers) : '';
  const { data, error, isFetching } = useQuery(silencePreviewQuery(text));
  if (text === '') return <p className="text-muted">Give a matcher to see what it would mute.</p>;
  if (error !== null) return <Notice tone="warning">{toProblem(error).detail}</Notice>;
  if (data === undefined) return <p className="text-muted">Looking what it would mute…</p>;
  return (
    <section aria-label="What it would mute" className={isFetching ? 'opacity-70' : undefined}>
      <p role="status">
        Mutes <strong>{data.now}</strong> open {data.now === 1 ? 'alert' : 'alerts'} now; would have muted{' '}
        <strong>{data.lastWeek}</strong> in the last 7 days.
      </p>
      {data.now === 0 && data.lastWeek === 0 && <p className="text-muted">It matches nothing: is a name misspelt?</p>}
      <ul className="mt-2 divide-y divide-line rounded-md border border-line empty:hidden">
        {data.alerts.slice(0, MAX_LISTED).map((alert) => (
          <li key={alert.id} className="flex items-start gap-3 px-2 py-1">
            <AlertStatus alert={alert} />
            <Link href={`/alerts/${alert.id}`} className="min-w-0 flex-1 [overflow-wrap:anywhere] hover:underline">
              {alert.headline}
            </Link>
          </li>
        ))}
      </ul>
      {data.now > MAX_LISTED && <p className="mt-1 text-xs text-muted">and {data.now - MAX_LISTED} more</p>}
    </section>
  );
}
