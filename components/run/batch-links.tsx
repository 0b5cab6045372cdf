'use client';

import { ChartLine } from 'lucide-react';
import Link from 'next/link';
import { IconButton } from '#components/ui/button.tsx';
import { Popover } from '#components/ui/popover.tsx';
import type { BatchView, RunDetail } from '#lib/api/runs.ts';
import { batchPanelLinks } from '#lib/client/batch-panel-links.ts';

/** The panels cut to the time of one batch. */
export function BatchLinks({ run, batch }: { run: RunDetail; batch: BatchView }) {
  const label = `Panels of batch ${batch.number}`;
  return (
    <Popover
      label={label}
      align="end"
      className="w-64"
      trigger={
        <IconButton label={label}>
          <ChartLine size={14} aria-hidden />
        </IconButton>
      }
    >
      <p className="mb-1 font-medium">{label}, cut to its time</p>
      <ul>
        {batchPanelLinks(run, batch).map(({ href, text }) => (
          <li key={href}>
            <Link href={href} className="inline-flex min-h-7 items-center underline [overflow-wrap:anywhere]">
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </Popover>
  );
}
