'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { floorOf } from '#components/chart/stats.ts';
import {
  nameColumn,
  STATE_COLUMN,
  subjectRowClass,
  subjectRowKey,
  valueColumn,
} from '#components/fleet/subject-columns.tsx';
import { nowOf, type SubjectRow, sameSubjectRow, subjectRows } from '#components/fleet/subject-row.ts';
import { PlanLink } from '#components/plan/plan-link.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import { KV_SIGNALS, type KvUse, kvShareOf, kvUseOf } from '#components/vram/kv-use.ts';
import { VramBar } from '#components/vram/vram-bar.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { indexCurrent } from '#lib/client/current-index.ts';
import { currentQuery, seriesQuery } from '#lib/client/queries.ts';
import { useRange } from '#lib/client/url-state.ts';
import { formatValue } from '#lib/metrics/unit.ts';

const GPU_SIGNALS = ['vram_used', 'vram_total', 'vram_reserved', 'vram_free', 'vram_utilization'] as const;
/** Share of buckets that may lie below the floor: one stray reading is no floor. */
const FLOOR_SHARE = 0.05;

type GpuRow = SubjectRow & { readonly floor: number | null; readonly kv: KvUse };

const value = (signal: string, title: string): Column<GpuRow> => valueColumn(signal, title, signal);

const COLUMNS: readonly Column<GpuRow>[] = [
  STATE_COLUMN,
  nameColumn('GPU'),
  {
    id: 'bar',
    title: 'Floor · used · reserved',
    cell: (row) => (
      <VramBar
        floor={row.floor}
        used={nowOf(row, 'vram_used')}
        reserved={nowOf(row, 'vram_reserved')}
        total={nowOf(row, 'vram_total')}
      />
    ),
  },
  value('vram_used', 'Used'),
  value('vram_total', 'Total'),
  value('vram_utilization', 'Share'),
  value('vram_reserved', 'Driver'),
  { id: 'floor', title: 'Floor', numeric: true, cell: ({ floor }) => formatValue(floor, 'bytes') },
  { id: 'kv', title: 'KV blocks in use', numeric: true, cell: ({ kv }) => <KvShare use={kv} /> },
];

const sameGpuRow = (a: GpuRow, b: GpuRow): boolean =>
  a.floor === b.floor &&
  kvShareOf(a.kv) === kvShareOf(b.kv) &&
  a.kv.known === b.kv.known &&
  a.kv.linked === b.kv.linked &&
  sameSubjectRow(a, b);

/** Per GPU: used, reserved, free, the floor of the range, and how much of the linked engines' KV blocks is really in use. */
export function VramTable({ gpus, names }: { gpus: readonly Subject[]; names: ReadonlyMap<number, string> }) {
  const { range } = useRange();
  const gpuNow = useQuery(currentQuery({ signals: GPU_SIGNALS, kind: 'gpu' }));
  const engineNow = useQuery(currentQuery({ signals: KV_SIGNALS, kind: 'engine' }));
  const series = useQuery({
    ...seriesQuery(
      {
        signals: ['vram_used'],
        subjects: gpus.slice(0, 64).map(({ id }) => id),
        from: range.from,
        to: range.to,
        points: 120,
        group: 'subject',
      },
      30_000,
    ),
    enabled: gpus.length > 0,
  });
  const current = indexCurrent(gpuNow.data);
  const engines = indexCurrent(engineNow.data);
  const floors = useMemo(
    () => new Map((series.data?.series ?? []).map((line) => [line.subject, floorOf(line, FLOOR_SHARE)])),
    [series.data],
  );
  const rows = subjectRows(gpus, names, current, GPU_SIGNALS).map(
    (row): GpuRow => ({ ...row, floor: floors.get(row.subject.id) ?? null, kv: kvUseOf(row.subject, engines) }),
  );
  return (
    <Card title="Memory by GPU" actions={<PlanLink subjects={gpus} />}>
      <Table
        caption="Memory by GPU"
        columns={COLUMNS}
        rows={rows}
        rowKey={subjectRowKey}
        rowClass={subjectRowClass}
        sameRow={sameGpuRow}
      />
      <p className="px-3 py-2 text-xs text-muted">
        Floor: used memory below which only 5 % of the buckets of the range fall. vLLM reserves its share at start, so
        “used” stays high; how much of its KV blocks is really in use is in the last column.
      </p>
    </Card>
  );
}

/** The share, or the reason when there is none. */
function KvShare({ use }: { use: KvUse }) {
  const { linked, known } = use;
  const share = kvShareOf(use);
  if (linked === 0) {
    return (
      <span className="text-muted" title="No engine is linked: give both the same host label">
        no engine
      </span>
    );
  }
  if (share === null)
    return (
      <span className="text-muted" title="The linked engine has no value now">
        –
      </span>
    );
  return (
    <span>
      {formatValue(share, 'ratio')}
      {known < linked && (
        <span className="text-muted">
          {' '}
          ({known} of {linked} engines)
        </span>
      )}
    </span>
  );
}
