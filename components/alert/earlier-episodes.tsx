'use client';

import Link from 'next/link';
import { Instant } from '#components/status/instant.tsx';
import { Card } from '#components/ui/card.tsx';
import type { AlertDetail } from '#lib/api/alerts.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import { formatValue, isWords } from '#lib/metrics/unit.ts';

/** The same rule on the same subject before, with what people wrote then. */
export function EarlierEpisodes({ alert }: { alert: AlertDetail }) {
  const { earlier, unit } = alert;
  return (
    <Card title={`Earlier episodes (${earlier.length})`}>
      {earlier.length === 0 ? (
        <p className="px-3 pb-3 text-muted">The first time that this rule fires here.</p>
      ) : (
        <ul className="max-h-80 divide-y divide-line overflow-y-auto px-3 pb-2">
          {earlier.map((episode) => (
            <li key={episode.id} className="py-1.5">
              <p className="flex flex-wrap gap-x-2">
                <Link href={`/alerts/${episode.id}`} className="inline-flex min-h-6 items-center underline">
                  {episode.firedAtMs === null ? 'did not fire' : <Instant ms={episode.firedAtMs} />}
                </Link>
                {episode.firedAtMs !== null && episode.resolvedAtMs !== null && (
                  <span className="self-center">
                    for {describeDurationMs(episode.resolvedAtMs - episode.firedAtMs)}
                  </span>
                )}
                {episode.peakValue !== null && !isWords(unit) && (
                  <span className="self-center text-muted">worst {formatValue(episode.peakValue, unit)}</span>
                )}
              </p>
              {episode.notes.map((note, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: notes of one episode never change their order
                <p key={index} className="border-l-2 border-line pl-2 [overflow-wrap:anywhere]">
                  {note}
                </p>
              ))}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
