'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { Shape } from '#components/status/shape.tsx';
import { firingQuery } from '#lib/client/alert-queries.ts';

/** How many fire and are nobody's: the number in the navigation. */
export function useUnackedCount(): { readonly unacked: number; readonly critical: boolean } {
  const { data } = useQuery(firingQuery());
  const critical =
    data?.items.some(({ severity, handling }) => severity === 'critical' && handling.state === 'open') === true;
  return { unacked: data?.counts.unacked ?? 0, critical };
}

export function AlertBadge() {
  const { unacked, critical } = useUnackedCount();
  if (unacked === 0) return null;
  return (
    <span className="ml-auto inline-flex items-center gap-1 rounded-sm bg-danger-soft px-1.5 text-xs text-text">
      <Shape name={critical ? 'danger' : 'warning'} size={9} />
      {unacked}
      <span className="sr-only"> firing, not acknowledged</span>
    </span>
  );
}

/** The same number in the bar of small screens, where the navigation is folded away. */
export function HeaderAlerts() {
  const { unacked } = useUnackedCount();
  if (unacked === 0) return null;
  return (
    <Link href="/alerts" aria-label={`${unacked} firing alerts, not acknowledged`} className="inline-flex min-h-6">
      <AlertBadge />
    </Link>
  );
}
