'use client';

import { useQuery } from '@tanstack/react-query';
import { memo } from 'react';
import { MeterBar } from '#components/chart/meter-bar.tsx';
import { GPU_COLUMNS_SIGNALS } from '#components/fleet/fleet-signals.ts';
import { HEALTH_RANK } from '#components/fleet/health-rank.ts';
import { useSortParam } from '#components/fleet/sort-param.ts';
import {
  nameColumn,
  STATE_COLUMN,
  subjectRowClass,
  subjectRowKey,
  valueColumn,
} from '#components/fleet/subject-columns.tsx';
import { nowOf, type SubjectRow, sameSubjectRow, subjectRows } from '#components/fleet/subject-row.ts';
import { LevelMark, ValueCell } from '#components/fleet/value-cell.tsx';
import { Shape } from '#components/status/shape.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { levelOf } from '#lib/client/band-level.ts';
import { indexCurrent } from '#lib/client/current-index.ts';
import { currentQuery } from '#lib/client/queries.ts';
import { shortNames } from '#lib/client/subject-name.ts';
import { type SortValue, sortRows } from '#lib/client/table-state.ts';
import { displayUnit, formatValue } from '#lib/metrics/unit.ts';

const SIGNALS: Readonly<Record<string, string>> = {
  vram: 'vram_utilization',
  busy: 'gpu_utilization',
  temperature: 'gpu_temperature',
  power: 'gpu_power',
  xid: 'gpu_xid',
};

const value = (id: string, title: string): Column<SubjectRow> => valueColumn(id, title, SIGNALS[id] ?? '');

const COLUMNS: readonly Column<SubjectRow>[] = [
  STATE_COLUMN,
  nameColumn('GPU'),
  {
    id: 'product',
    title: 'Card',
    sortable: true,
    from: 'xl',
    cell: ({ subject }) => <span className="block max-w-56 truncate text-muted">{productOf(subject)}</span>,
  },
  { id: 'vram', title: 'VRAM used', numeric: true, sortable: true, cell: (row) => <VramCell row={row} /> },
  value('busy', 'Busy'),
  value('temperature', 'Temp.'),
  value('power', 'Power'),
  {
    id: 'notes',
    title: 'Faults',
    cell: (row) => <Faults xid={nowOf(row, 'gpu_xid')} throttled={nowOf(row, 'gpu_throttled')} />,
  },
];
const SORTABLE = ['state', 'name', 'product', ...Object.keys(SIGNALS)];

export const GpuTable = memo(function GpuTable({ gpus, total }: { gpus: readonly Subject[]; total: number }) {
  const { data } = useQuery(currentQuery({ signals: GPU_COLUMNS_SIGNALS, kind: 'gpu' }));
  const { sort, onSort } = useSortParam('gpus', SORTABLE, { column: 'state', descending: true });
  const rows = subjectRows(gpus, shortNames(gpus), indexCurrent(data), GPU_COLUMNS_SIGNALS);
  return (
    <Card title={`GPUs (${gpus.length === total ? total : `${gpus.length} of ${total}`})`}>
      {total === 0 ? (
        <p className="px-3 pb-3 text-muted">
          No GPU is polled yet. Add an nvidia_gpu_exporter, DCGM exporter or the local nvidia-smi under Targets.
        </p>
      ) : (
        <Table
          caption="GPUs"
          columns={COLUMNS}
          rows={sortRows(rows, (row) => sortValue(row, sort.column), sort.descending)}
          rowKey={subjectRowKey}
          sort={sort}
          onSort={onSort}
          rowClass={subjectRowClass}
          sameRow={sameSubjectRow}
        />
      )}
    </Card>
  );
});

function VramCell({ row }: { row: SubjectRow }) {
  const [used, total] = [nowOf(row, 'vram_used'), nowOf(row, 'vram_total')];
  const share = nowOf(row, 'vram_utilization');
  const level = levelOf('vram_utilization', share);
  const display = displayUnit('bytes', total ?? used ?? 0);
  return (
    <span className="inline-flex items-center gap-2 max-sm:flex-wrap max-sm:gap-y-0">
      <MeterBar value={share} label="VRAM used" level={level} signalId="vram_utilization" className="h-1.5 w-16" />
      <span className="min-w-24 text-right max-sm:min-w-0 max-sm:text-left">
        {used === null ? (
          <ValueCell item={row.now.vram_used} signal="vram_used" />
        ) : (
          <>
            <LevelMark level={level} />
            {formatValue(used, 'bytes', { ...display, suffix: '' })}
            <span className="text-muted"> / {formatValue(total, 'bytes', display)}</span>
          </>
        )}
      </span>
    </span>
  );
}

function Faults({ xid, throttled }: { xid: number | null; throttled: number | null }) {
  if (xid === null && throttled === null) return <span className="text-muted">–</span>;
  const faults = [
    ...(xid !== null && xid > 0 ? [{ text: `XID ${xid}`, shape: 'danger' as const }] : []),
    ...(throttled !== null && throttled >= 0.5 ? [{ text: 'slowed', shape: 'warning' as const }] : []),
  ];
  if (faults.length === 0) return <span className="text-muted">none</span>;
  return (
    <span className="inline-flex gap-2">
      {faults.map(({ text, shape }) => (
        <span key={text} className="inline-flex items-center gap-1 whitespace-nowrap">
          <Shape name={shape} size={10} />
          {text}
        </span>
      ))}
    </span>
  );
}

const productOf = (gpu: Subject): string =>
  gpu.attributes.product ?? gpu.attributes.model ?? gpu.attributes.name ?? gpu.attributes.modelName ?? '';

function sortValue(row: SubjectRow, column: string): SortValue {
  if (column === 'state') return HEALTH_RANK[row.subject.health.state];
  if (column === 'name') return row.subject.name;
  if (column === 'product') return productOf(row.subject);
  return nowOf(row, SIGNALS[column] ?? '');
}
