'use client';

import { type BatchLine, BatchLineChart } from '#components/chart/batch-line-chart.tsx';
import { LineKey } from '#components/chart/chart-tooltip.tsx';
import { plainStyle } from '#components/chart/series-style.ts';
import { Picture } from '#components/run/picture.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { RunDetail } from '#lib/api/runs.ts';
import { worstGpu } from '#lib/client/compare-runs.ts';
import { floorPoints } from '#lib/client/floor-line.ts';
import { memoryText, signedText } from '#lib/client/run-words.ts';
import { formatValue, type Unit } from '#lib/metrics/unit.ts';

/** Requests per second of the runs over each other, batch 1 at batch 1. */
export function CompareThroughput({ runs }: { runs: readonly RunDetail[] }) {
  const lines = runs.map((run) => ({
    id: String(run.id),
    label: run.name,
    points: run.batches.map(({ number, requestsPerSecond }) => ({ x: number, value: requestsPerSecond })),
  }));
  return (
    <Overlay
      title="Throughput over each other"
      lines={lines}
      unit="requests_per_second"
      fromZero
      show={(value) => formatValue(value, 'requests_per_second')}
    />
  );
}

/** What idle memory gained since the first floor: cards of different size are compared by it. */
export function CompareFloors({ runs }: { runs: readonly RunDetail[] }) {
  const lines = runs.map((run): BatchLine => {
    const gpu = worstGpu(run);
    const floors = gpu === null ? [] : floorPoints(gpu.leak, run.batches);
    const start = floors[0]?.bytes ?? 0;
    const where = run.gpus.length > 1 && gpu !== null ? `, ${gpu.gpu.name}` : '';
    return {
      id: String(run.id),
      label: floors.length === 0 ? `${run.name}: no floors` : `${run.name}${where}, from ${memoryText(start)}`,
      points: floors.map(({ x, bytes }) => ({ x, value: bytes - start })),
    };
  });
  return (
    <Overlay
      title="Idle memory gained since the first floor"
      lines={lines}
      unit="bytes"
      fromZero={false}
      show={(value) => signedText(value, 'bytes')}
    />
  );
}

type OverlayProps = {
  title: string;
  lines: readonly BatchLine[];
  unit: Unit;
  fromZero: boolean;
  show: (value: number | null) => string;
};

type Row = { readonly x: number; readonly values: readonly (number | null)[] };

function Overlay({ title, lines, unit, fromZero, show }: OverlayProps) {
  const places = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].toSorted((a, b) => a - b);
  const rows = places.map(
    (x): Row => ({ x, values: lines.map(({ points }) => points.find((point) => point.x === x)?.value ?? null) }),
  );
  const columns: readonly Column<Row>[] = [
    { id: 'at', title: 'At', heading: true, cell: ({ x }) => placeText(x) },
    ...lines.map(
      (line, index): Column<Row> => ({
        id: line.id,
        title: line.label,
        numeric: true,
        cell: ({ values }) => show(values[index] ?? null),
      }),
    ),
  ];
  const lasts = lines.map(({ label, points }) => `${label}: ${show(points.at(-1)?.value ?? null)} last`);
  return (
    <Picture
      title={title}
      picture={
        <BatchLineChart lines={lines} unit={unit} fromZero={fromZero} summary={`${title}. ${lasts.join('; ')}.`} />
      }
      table={<Table caption={title} columns={columns} rows={rows} rowKey={({ x }) => x} />}
      legend={lines.map((line, index) => (
        <li key={line.id} className="flex min-w-0 items-center gap-1.5">
          <LineKey style={plainStyle(index, lines.length)} />
          <span className="[overflow-wrap:anywhere]">{line.label}</span>
        </li>
      ))}
    />
  );
}

/** Whole numbers are batches, halves are the idle time around them. */
function placeText(x: number): string {
  if ((x * 2) % 2 !== 1) return `batch ${Math.round(x)}`;
  return x < 1 ? 'before batch 1' : `after batch ${Math.floor(x)}`;
}
