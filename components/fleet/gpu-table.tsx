'use client';

import { MeterBar } from '#components/chart/meter-bar.tsx';
import { HEALTH_RANK } from '#components/fleet/health-rank.ts';
import { useSortParam } from '#components/fleet/sort-param.ts';
import { NameCell, rowClass, StateCell } from '#components/fleet/subject-cell.tsx';
import { LevelMark, ValueCell } from '#components/fleet/value-cell.tsx';
import { Shape } from '#components/status/shape.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { levelOf } from '#lib/client/band-level.ts';
import type { CurrentIndex } from '#lib/client/current-index.ts';
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
const COLUMNS = ['state', 'name', 'product', ...Object.keys(SIGNALS)];

export function GpuTable({ gpus, total, current }: { gpus: readonly Subject[]; total: number; current: CurrentIndex }) {
  const names = shortNames(gpus);
  const { sort, onSort } = useSortParam('gpus', COLUMNS, { column: 'state', descending: true });
  const rows = sortRows(gpus, (gpu) => sortValue(gpu, sort.column, current), sort.descending);
  const value = (id: string, title: string): Column<Subject> => ({
    id,
    title,
    numeric: true,
    sortable: true,
    cell: (row) => <ValueCell current={current} subject={row.id} signal={SIGNALS[id] ?? ''} />,
  });
  const columns: readonly Column<Subject>[] = [
    { id: 'state', title: 'State', sortable: true, cell: (row) => <StateCell subject={row} /> },
    {
      id: 'name',
      title: 'GPU',
      sortable: true,
      heading: true,
      cell: (row) => <NameCell subject={row} text={names.get(row.id) ?? row.name} />,
    },
    {
      id: 'product',
      title: 'Card',
      sortable: true,
      from: 'xl',
      cell: (row) => <span className="block max-w-56 truncate text-muted">{productOf(row)}</span>,
    },
    {
      id: 'vram',
      title: 'VRAM used',
      numeric: true,
      sortable: true,
      cell: (row) => <VramCell gpu={row} current={current} />,
    },
    value('busy', 'Busy'),
    value('temperature', 'Temp.'),
    value('power', 'Power'),
    {
      id: 'notes',
      title: 'Faults',
      cell: (row) => (
        <Faults xid={current.value(row.id, 'gpu_xid')} throttled={current.value(row.id, 'gpu_throttled')} />
      ),
    },
  ];
  return (
    <Card title={`GPUs (${gpus.length === total ? total : `${gpus.length} of ${total}`})`}>
      {total === 0 ? (
        <p className="px-3 pb-3 text-muted">
          No GPU is polled yet. Add an nvidia_gpu_exporter, DCGM exporter or the local nvidia-smi under Targets.
        </p>
      ) : (
        <Table
          caption="GPUs"
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          sort={sort}
          onSort={onSort}
          rowClass={rowClass}
        />
      )}
    </Card>
  );
}

function VramCell({ gpu, current }: { gpu: Subject; current: CurrentIndex }) {
  const [used, total] = [current.value(gpu.id, 'vram_used'), current.value(gpu.id, 'vram_total')];
  const share = current.value(gpu.id, 'vram_utilization');
  const level = levelOf('vram_utilization', share);
  const display = displayUnit('bytes', total ?? used ?? 0);
  return (
    <span className="inline-flex items-center gap-2 max-sm:flex-wrap max-sm:gap-y-0">
      <MeterBar value={share} label="VRAM used" level={level} signalId="vram_utilization" className="h-1.5 w-16" />
      <span className="min-w-24 text-right max-sm:min-w-0 max-sm:text-left">
        {used === null ? (
          <ValueCell current={current} subject={gpu.id} signal="vram_used" />
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

function sortValue(gpu: Subject, column: string, current: CurrentIndex): SortValue {
  if (column === 'state') return HEALTH_RANK[gpu.health.state];
  if (column === 'name') return gpu.name;
  if (column === 'product') return productOf(gpu);
  return current.value(gpu.id, SIGNALS[column] ?? '');
}
