'use client';

import Link from 'next/link';
import { AlertStatus } from '#components/status/alert-status.tsx';
import { Card } from '#components/ui/card.tsx';
import type { AlertDetail } from '#lib/api/alerts.ts';
import { sinceMs } from '#lib/client/alert-order.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';

const MAX_SHOWN = 12;

/** What else began around here within ten minutes: often the cause, sometimes the extent. */
export function Neighbours({ alert }: { alert: AlertDetail }) {
  const { neighbours } = alert;
  return (
    <Card title={`Same host, GPU or model, ± 10 min (${neighbours.length})`}>
      {neighbours.length === 0 && <p className="px-3 pb-3 text-muted">Nothing else began around that time.</p>}
      {neighbours.length > 0 && (
        <ul className="divide-y divide-line px-3 pb-2">
          {neighbours.slice(0, MAX_SHOWN).map((other) => (
            <li key={other.id} className="py-1.5">
              <Link href={`/alerts/${other.id}`} className="block [overflow-wrap:anywhere] hover:underline">
                {other.headline}
              </Link>
              <span className="flex flex-wrap items-center gap-x-3 text-xs">
                <AlertStatus alert={other} />
                <span className="text-muted">{offsetText(sinceMs(other) - sinceMs(alert))}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {neighbours.length > MAX_SHOWN && (
        <p className="px-3 pb-3 text-muted">and {neighbours.length - MAX_SHOWN} more</p>
      )}
    </Card>
  );
}

function offsetText(ms: number): string {
  if (Math.abs(ms) < 1000) return 'at the same time';
  return `${describeDurationMs(Math.abs(ms))} ${ms < 0 ? 'before' : 'after'}`;
}
