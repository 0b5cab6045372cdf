'use client';

import { BurstStatus } from '#components/bursts/burst-status.tsx';
import { Instant } from '#components/status/instant.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { BurstView } from '#lib/api/bursts.ts';
import { lastText, recoveryText } from '#lib/client/burst-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';

type BurstTableProps = {
  bursts: readonly BurstView[];
  shown: number | null;
  onShow: (id: number) => void;
};

/** One row a burst, newest first; its engine's name shows it above. */
export function BurstTable({ bursts, shown, onShow }: BurstTableProps) {
  const columns: readonly Column<BurstView>[] = [
    {
      id: 'engine',
      title: 'Engine',
      heading: true,
      cell: ({ id, subject }) => (
        <button
          type="button"
          aria-pressed={id === shown}
          className="min-h-6 text-left font-medium underline [overflow-wrap:anywhere] aria-pressed:no-underline"
          onClick={() => onShow(id)}
        >
          {subject.name}
        </button>
      ),
    },
    { id: 'began', title: 'Began', cell: ({ burst }) => <Instant ms={burst.start.atMs} /> },
    { id: 'verdict', title: 'Verdict', cell: ({ burst }) => <BurstStatus verdict={burst.verdict} /> },
    {
      id: 'peak',
      title: 'Peak',
      numeric: true,
      cell: ({ burst }) => formatValue(burst.peakRps, 'requests_per_second'),
    },
    { id: 'times', title: 'Multiple', numeric: true, cell: ({ burst }) => formatValue(burst.multiplier, 'multiple') },
    {
      id: 'queue',
      title: 'Queue peak',
      numeric: true,
      cell: ({ burst }) => formatValue(burst.queuePeak, 'requests'),
    },
    {
      id: 'recovery',
      title: 'Recovery',
      numeric: true,
      cell: ({ burst }) => recoveryText(burst.recoveryMs, burst.plusMinusMs),
    },
    { id: 'last', title: 'Back last', cell: ({ burst }) => lastText(burst) },
  ];
  return (
    <Table
      caption="Bursts"
      columns={columns}
      rows={bursts}
      rowKey={({ id }) => id}
      rowClass={({ id }) => (id === shown ? 'bg-accent-soft' : undefined)}
    />
  );
}
