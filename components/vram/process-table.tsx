import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import { type GpuProcessRow, gpuProcesses } from '#components/vram/gpu-processes.ts';
import type { Subject } from '#lib/api/subjects.ts';
import { formatValue } from '#lib/metrics/unit.ts';

type Row = GpuProcessRow & { readonly gpu: string; readonly key: string };

const COLUMNS: readonly Column<Row>[] = [
  { id: 'name', title: 'Process', heading: true, cell: (row) => <span className="break-all">{row.name}</span> },
  { id: 'pid', title: 'PID', numeric: true, cell: (row) => row.pid },
  { id: 'gpu', title: 'GPU', cell: (row) => row.gpu },
  { id: 'used', title: 'Memory', numeric: true, cell: (row) => formatValue(row.usedBytes, 'bytes') },
];

/** Who holds the memory, where an exporter lists processes. */
export function ProcessTable({ gpus, names }: { gpus: readonly Subject[]; names: ReadonlyMap<number, string> }) {
  const rows = gpus.flatMap((gpu) =>
    (gpuProcesses(gpu.attributes) ?? []).map(
      (process): Row => ({ ...process, gpu: names.get(gpu.id) ?? gpu.name, key: `${gpu.id} ${process.pid}` }),
    ),
  );
  if (rows.length === 0) return null;
  return (
    <Card title="Processes on the GPUs">
      <Table caption="Processes on the GPUs" columns={COLUMNS} rows={rows} rowKey={({ key }) => key} />
    </Card>
  );
}
