'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { VerdictLine } from '#components/fleet/verdict-line.tsx';
import { slaQuery } from '#lib/client/sla-query.ts';
import { slaVerdicts } from '#lib/client/sla-words.ts';
import { useCarriedHref } from '#lib/client/url-state.ts';

/** SLA and error budget in words, with the way to the numbers. */
export function SlaStrip({ names }: { names: ReadonlyMap<number, string> }) {
  const href = useCarriedHref();
  const { data } = useQuery(slaQuery());
  if (data === undefined) return null;
  return (
    <section aria-label="SLA and error budget" className="space-y-1.5">
      <VerdictLine verdicts={slaVerdicts(data, names)} label="State of the promises" />
      <p className="px-3 text-xs text-muted">
        <Link href={href('/sla')} className="underline">
          SLA, error budgets and open batches
        </Link>
      </p>
    </section>
  );
}
