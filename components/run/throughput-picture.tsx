'use client';

import { BatchBarChart, isBelow, OPEN_LOOK } from '#components/chart/batch-bar-chart.tsx';
import { csvFileName, csvNumber, csvText } from '#components/chart/csv.ts';
import { LegendItem, Picture } from '#components/run/picture.tsx';
import { Shape } from '#components/status/shape.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { BatchView, RunDetail } from '#lib/api/runs.ts';
import { downloadText } from '#lib/client/download.ts';
import { throughputBand } from '#lib/client/throughput-band.ts';
import { displayUnit, formatValue } from '#lib/metrics/unit.ts';

const UNIT = 'requests_per_second';
const rate = (value: number | null) => formatValue(value, UNIT);

/** Requests per second of each batch against the 10 % that report 003 lets them differ. */
export function ThroughputPicture({ run }: { run: RunDetail }) {
  const band = throughputBand(run.batches);
  const expected = run.expectation.requestsPerSecond;
  const bars = run.batches.map((batch) => ({ ...barOf(batch), number: batch.number, text: barText(batch) }));
  const low = bars.filter((bar) => band !== null && isBelow(bar, band.low));
  const ended = bars.filter(({ isOpen }) => !isOpen);
  const summary =
    band === null
      ? 'Requests per second of each batch: fewer than two are measured.'
      : `Requests per second of ${ended.length} batches, ${rate(run.totals.rps.min)} to ${rate(band.high)}: ${low.length === 0 ? 'all' : `${ended.length - low.length}`} within 10 % of the fastest.`;
  const columns: readonly Column<BatchView>[] = [
    { id: 'batch', title: 'Batch', heading: true, cell: ({ number, name }) => `${number} · ${name}` },
    {
      id: 'rate',
      title: 'Throughput',
      numeric: true,
      cell: ({ requestsPerSecond }) => formatValue(requestsPerSecond, UNIT, displayUnit(UNIT, 1)),
    },
    {
      id: 'share',
      title: 'Of the fastest',
      numeric: true,
      cell: ({ requestsPerSecond }) =>
        requestsPerSecond === null || band === null ? '–' : formatValue(requestsPerSecond / band.high, 'ratio'),
    },
    {
      id: 'band',
      title: 'Within 10 %',
      cell: (batch) => <WithinBand bar={barOf(batch)} low={band?.low ?? null} />,
    },
  ];
  const onDownload = () =>
    downloadText(csvFileName(`${run.name} throughput`, run.startedAtMs), 'text/csv', throughputCsv(run.batches));
  return (
    <Picture
      title="Throughput by batch"
      picture={<BatchBarChart bars={bars} unit={UNIT} band={band} expected={expected} summary={summary} />}
      table={
        <Table caption="Throughput by batch" columns={columns} rows={run.batches} rowKey={({ number }) => number} />
      }
      legend={
        <>
          <LegendItem mark={<rect width="16" height="10" fill="var(--text)" fillOpacity={0.15} />}>
            {band === null
              ? 'no band: fewer than two rates'
              : `${rate(band.low)} to ${rate(band.high)}: 10 % below the fastest`}
          </LegendItem>
          {low.length > 0 && (
            <LegendItem mark={<path d="M8 1 14 9.5H2Z" fill="var(--warn)" />}>below the band</LegendItem>
          )}
          {ended.length < bars.length && (
            <LegendItem mark={<rect width="16" height="10" fill="var(--series-1)" {...OPEN_LOOK} />}>
              still runs, so far
            </LegendItem>
          )}
          {expected !== null && (
            <LegendItem mark={<path d="M0 5H16" stroke="var(--text)" strokeWidth={1.5} strokeDasharray="2 4" />}>
              expected {rate(expected)}
            </LegendItem>
          )}
        </>
      }
      onDownload={onDownload}
    />
  );
}

const barOf = ({ requestsPerSecond, endedAtMs }: BatchView) => ({
  value: requestsPerSecond,
  isOpen: endedAtMs === null,
});

function barText({ name, requestsPerSecond, endedAtMs }: BatchView): string {
  if (requestsPerSecond === null) return `${name}: not measured`;
  return `${name}: ${rate(requestsPerSecond)}${endedAtMs === null ? ' so far' : ''}`;
}

function WithinBand({ bar, low }: { bar: ReturnType<typeof barOf>; low: number | null }) {
  if (bar.isOpen) return <span className="text-muted">still runs</span>;
  if (bar.value === null || low === null) return <span className="text-muted">not measured</span>;
  const isLow = isBelow(bar, low);
  return (
    <span className="inline-flex items-center gap-1.5">
      <Shape name={isLow ? 'warning' : 'ok'} size={10} />
      {isLow ? 'no' : 'yes'}
    </span>
  );
}

function throughputCsv(batches: readonly BatchView[]): string {
  const rows = batches.map((batch) =>
    [
      batch.number,
      csvText(batch.name),
      new Date(batch.startedAtMs).toISOString(),
      csvNumber(batch.requestsPerSecond),
    ].join(','),
  );
  return `${['batch,name,started,throughput (requests_per_second)', ...rows].join('\r\n')}\r\n`;
}
