'use client';

import { CircleHelp } from 'lucide-react';
import Link from 'next/link';
import { memo } from 'react';
import { IconButton } from '#components/ui/button.tsx';
import { Popover } from '#components/ui/popover.tsx';
import { describeCompute } from '#lib/metrics/describe-compute.ts';
import type { Signal } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';

type PanelHelpProps = { title: string; signals: readonly string[]; note?: string | undefined };

/** What a panel shows, how it is computed and where that comes from. */
export const PanelHelp = memo(function PanelHelp({ title, signals, note }: PanelHelpProps) {
  const known = signals.map(findSignal).filter((signal): signal is Signal => signal !== undefined);
  return (
    <Popover
      label={`About ${title}`}
      className="max-h-96 w-96 overflow-y-auto"
      trigger={
        <IconButton label={`About ${title}`}>
          <CircleHelp size={14} aria-hidden />
        </IconButton>
      }
    >
      {note !== undefined && <p className="mb-2">{note}</p>}
      <dl className="space-y-3">
        {known.map((signal) => (
          <div key={signal.id}>
            <dt className="font-medium">
              {signal.title} <code className="text-xs text-muted">{signal.id}</code>
            </dt>
            <dd>{signal.help}</dd>
            <dd className="mt-1 font-mono text-xs text-muted">{describeCompute(signal.compute, signal.windowMs)}</dd>
            <dd className="text-xs text-muted">Source: {signal.source}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 border-t border-line pt-2 text-xs">
        Line: mean of the bucket; shade: lowest to highest. A break is missing data.{' '}
        <Link href="/signals" className="text-accent underline">
          All signals
        </Link>
      </p>
    </Popover>
  );
});
