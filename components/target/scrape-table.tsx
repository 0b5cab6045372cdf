'use client';

import { Shape } from '#components/status/shape.tsx';
import { ScrollArea } from '#components/ui/scroll-area.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { Scrape } from '#lib/api/targets.ts';
import { useUtc } from '#lib/client/url-state.ts';
import { instantLabel } from '#lib/client/wall-clock.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** The newest polls, newest first. */
export function ScrapeTable({ scrapes }: { scrapes: readonly Scrape[] }) {
  const [utc] = useUtc();
  const columns: readonly Column<Scrape>[] = [
    { id: 'at', title: `Time (${utc ? 'UTC' : 'local'})`, heading: true, cell: (row) => instantLabel(row.atMs, utc) },
    {
      id: 'ok',
      title: 'Result',
      cell: (row) => (
        <span className="inline-flex items-center gap-1.5">
          <Shape name={row.ok ? 'ok' : 'danger'} size={10} />
          {row.ok ? 'OK' : (row.errorKind ?? 'failed')}
        </span>
      ),
    },
    { id: 'took', title: 'Took', numeric: true, cell: (row) => formatValue(row.durationMs / 1000, 'seconds') },
    { id: 'bytes', title: 'Size', numeric: true, cell: (row) => formatValue(row.bytes, 'bytes') },
    { id: 'samples', title: 'Samples', numeric: true, cell: (row) => formatValue(row.samples, 'count') },
    {
      id: 'message',
      title: 'Message',
      cell: (row) => <span className="break-words text-muted">{row.message ?? ''}</span>,
    },
  ];
  if (scrapes.length === 0) return <p className="px-3 pb-3 text-muted">No poll yet.</p>;
  return (
    <ScrollArea label="Recent polls" className="max-h-96">
      <Table caption="Recent polls" columns={columns} rows={scrapes} rowKey={({ atMs }) => atMs} />
    </ScrollArea>
  );
}
