'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { Since } from '#components/alert/since.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { AlertStatus } from '#components/status/alert-status.tsx';
import { Card } from '#components/ui/card.tsx';
import { compareAlerts } from '#lib/client/alert-order.ts';
import { firingQuery } from '#lib/client/alert-queries.ts';

const MAX_SHOWN = 6;

/** On the fleet page: what fires, what nobody has first. Takes no room while nothing fires. */
export function FiringAlerts() {
  const { data, error, refetch } = useQuery(firingQuery());
  if (data === undefined) {
    return error === null ? null : <PanelError error={error} onRetry={() => void refetch()} keepsData={false} />;
  }
  if (data.items.length === 0) return null;
  const { firing, unacked } = data.counts;
  const items = data.items.toSorted(compareAlerts);
  return (
    <Card
      title={`Firing (${firing}${unacked > 0 ? `, ${unacked} nobody has` : ', all acknowledged or muted'})`}
      actions={
        <Link href="/alerts" className="inline-flex min-h-6 items-center underline">
          All alerts
        </Link>
      }
    >
      <ul className="divide-y divide-line px-3 pb-1">
        {items.slice(0, MAX_SHOWN).map((alert) => (
          <li key={alert.id} className="flex flex-wrap items-start gap-x-4 py-1.5">
            <span className="w-40 shrink-0">
              <AlertStatus alert={alert} />
            </span>
            <Link
              href={`/alerts/${alert.id}`}
              prefetch={false}
              className="min-w-0 flex-1 basis-60 [overflow-wrap:anywhere] hover:underline"
            >
              {alert.headline}
            </Link>
            <span className="shrink-0">
              <Since alert={alert} />
            </span>
          </li>
        ))}
      </ul>
      {firing > MAX_SHOWN && <p className="px-3 pb-2 text-xs text-muted">and {firing - MAX_SHOWN} more</p>}
    </Card>
  );
}
