'use client';

import { useMemo, useState } from 'react';
import { BatchMemoryChart } from '#components/chart/batch-memory-chart.tsx';
import { csvFileName } from '#components/chart/csv.ts';
import { floorsCsv } from '#components/leak/floors-csv.ts';
import { LeakEvidence } from '#components/leak/leak-evidence.tsx';
import { LegendItem, Picture } from '#components/run/picture.tsx';
import { Chip } from '#components/ui/chips.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { BatchView, RunDetail, RunGpu } from '#lib/api/runs.ts';
import { downloadText } from '#lib/client/download.ts';
import { fittedLine, floorPoints } from '#lib/client/floor-line.ts';
import { VERDICT_WORDS } from '#lib/client/leak-words.ts';
import { memoryText, signedText } from '#lib/client/run-words.ts';

type Row = { readonly batch: BatchView; readonly memory: BatchView['memory'][number] | undefined };

/** One GPU over the batches: the picture, and what the verdict on it rests on. */
export function GpuMemory({ run, gpu }: { run: RunDetail; gpu: RunGpu }) {
  const [peaks, setPeaks] = useState(true);
  const rows = useMemo(
    () => run.batches.map((batch): Row => ({ batch, memory: batch.memory.find(({ gpuId }) => gpuId === gpu.gpu.id) })),
    [run.batches, gpu.gpu.id],
  );
  const line = useMemo(() => fittedLine(gpu.leak, run.batches), [gpu.leak, run.batches]);
  const floors = useMemo(() => floorPoints(gpu.leak, run.batches), [gpu.leak, run.batches]);
  const title = `Memory of ${gpu.gpu.name}`;
  const onDownload = () =>
    downloadText(csvFileName(`${run.name} floors ${gpu.gpu.name}`, run.startedAtMs), 'text/csv', floorsCsv(gpu.leak));
  return (
    <div className="grid grid-cols-1 items-start gap-3 xl:grid-cols-2">
      <Picture
        title={title}
        picture={
          <BatchMemoryChart
            batches={rows.map(({ batch, memory }) => ({
              number: batch.number,
              beforeBytes: memory?.beforeBytes ?? null,
              afterBytes: memory?.afterBytes ?? null,
              peakBytes: memory?.peakBytes ?? null,
              text: rowText(batch, memory),
            }))}
            floors={floors}
            line={line}
            peaks={peaks}
            summary={`${title}: ${VERDICT_WORDS[gpu.leak.verdict]}, ${gpu.leak.reason}. Idle memory ${memoryText(gpu.startBytes)} before the first batch, ${memoryText(gpu.endBytes)} after the last, peak ${memoryText(gpu.peakBytes)}.`}
          />
        }
        table={<Table caption={title} columns={COLUMNS} rows={rows} rowKey={({ batch }) => batch.number} />}
        legend={<MemoryLegend peaks={peaks} hasLine={line !== null} />}
        actions={
          <Chip pressed={peaks} onClick={() => setPeaks(!peaks)} title="Without peaks, idle memory fills the picture">
            Peaks
          </Chip>
        }
      />
      <LeakEvidence gpu={gpu} onDownload={onDownload} />
    </div>
  );
}

const COLUMNS: readonly Column<Row>[] = [
  { id: 'batch', title: 'Batch', heading: true, cell: ({ batch }) => `${batch.number} · ${batch.name}` },
  { id: 'before', title: 'Before', numeric: true, cell: ({ memory }) => memoryText(memory?.beforeBytes ?? null) },
  { id: 'after', title: 'After', numeric: true, cell: ({ memory }) => memoryText(memory?.afterBytes ?? null) },
  { id: 'delta', title: 'Delta', numeric: true, cell: ({ memory }) => signedText(memory?.deltaBytes ?? null, 'bytes') },
  { id: 'peak', title: 'Peak', numeric: true, cell: ({ memory }) => memoryText(memory?.peakBytes ?? null) },
];

function rowText(batch: BatchView, memory: BatchView['memory'][number] | undefined): string {
  if (memory === undefined) return `${batch.name}: not measured`;
  const { beforeBytes, afterBytes, deltaBytes, peakBytes } = memory;
  const delta = signedText(deltaBytes, 'bytes');
  return `${batch.name}: ${memoryText(beforeBytes)} → ${memoryText(afterBytes)} (${delta}), peak ${memoryText(peakBytes)}`;
}

function MemoryLegend({ peaks, hasLine }: { peaks: boolean; hasLine: boolean }) {
  return (
    <>
      <LegendItem mark={<path d="M1 8 15 2" stroke="var(--series-1)" strokeWidth={2.5} />}>before → after</LegendItem>
      <LegendItem mark={<circle cx="8" cy="5" r="3" fill="var(--surface)" stroke="var(--text)" strokeWidth={1.5} />}>
        floors that were judged
      </LegendItem>
      {hasLine && (
        <LegendItem
          mark={
            <>
              <rect width="16" height="10" fill="var(--text)" fillOpacity={0.15} />
              <path d="M0 5H16" stroke="var(--text)" strokeWidth={1.5} strokeDasharray="5 3" />
            </>
          }
        >
          fitted line, 95 % of its slope
        </LegendItem>
      )}
      {peaks && <LegendItem mark={<path d="M1 5H15" stroke="var(--series-2)" strokeWidth={2.5} />}>peak</LegendItem>}
      <li>The axis does not begin at 0.</li>
    </>
  );
}
