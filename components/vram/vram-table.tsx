'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { floorOf } from '#components/chart/stats.ts';
import { NameCell, rowClass, StateCell } from '#components/fleet/subject-cell.tsx';
import { ValueCell } from '#components/fleet/value-cell.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import { VramBar } from '#components/vram/vram-bar.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { type CurrentIndex, indexCurrent } from '#lib/client/current-index.ts';
import { currentQuery, seriesQuery } from '#lib/client/queries.ts';
import { useRange } from '#lib/client/url-state.ts';
import { formatValue } from '#lib/metrics/unit.ts';

const GPU_SIGNALS = ['vram_used', 'vram_total', 'vram_reserved', 'vram_free', 'vram_utilization'] as const;
const KV_SIGNALS = ['kv_tokens_used', 'kv_tokens_capacity'] as const;
/** Share of buckets that may lie below the floor: one stray reading is no floor. */
const FLOOR_SHARE = 0.05;

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
  const current = useMemo(() => indexCurrent(gpuNow.data), [gpuNow.data]);
  const engines = useMemo(() => indexCurrent(engineNow.data), [engineNow.data]);
  const floors = useMemo(
    () => new Map((series.data?.series ?? []).map((line) => [line.subject, floorOf(line, FLOOR_SHARE)])),
    [series.data],
  );
  const value = (signal: string, title: string): Column<Subject> => ({
    id: signal,
    title,
    numeric: true,
    cell: (row) => <ValueCell current={current} subject={row.id} signal={signal} />,
  });
  const columns: readonly Column<Subject>[] = [
    { id: 'state', title: 'State', cell: (row) => <StateCell subject={row} /> },
    {
      id: 'name',
      title: 'GPU',
      heading: true,
      cell: (row) => <NameCell subject={row} text={names.get(row.id) ?? row.name} />,
    },
    {
      id: 'bar',
      title: 'Floor · used · reserved',
      cell: (row) => (
        <VramBar
          floor={floors.get(row.id) ?? null}
          used={current.value(row.id, 'vram_used')}
          reserved={current.value(row.id, 'vram_reserved')}
          total={current.value(row.id, 'vram_total')}
        />
      ),
    },
    value('vram_used', 'Used'),
    value('vram_total', 'Total'),
    value('vram_utilization', 'Share'),
    value('vram_reserved', 'Driver'),
    {
      id: 'floor',
      title: 'Floor',
      numeric: true,
      cell: (row) => formatValue(floors.get(row.id), 'bytes'),
    },
    { id: 'kv', title: 'KV blocks in use', numeric: true, cell: (row) => <KvShare gpu={row} engines={engines} /> },
  ];
  return (
    <Card title="Memory by GPU">
      <Table caption="Memory by GPU" columns={columns} rows={gpus} rowKey={({ id }) => id} rowClass={rowClass} />
      <p className="px-3 py-2 text-xs text-muted">
        Floor: used memory below which only 5 % of the buckets of the range fall. vLLM reserves its share at start, so
        “used” stays high; how much of its KV blocks is really in use is in the last column.
      </p>
    </Card>
  );
}

/** Tokens in the cache ÷ what fits, of the engines on this GPU; the reason when there is none. */
function KvShare({ gpu, engines }: { gpu: Subject; engines: CurrentIndex }) {
  const linked = gpu.links.filter(({ kind }) => kind === 'engine');
  if (linked.length === 0) {
    return (
      <span className="text-muted" title="No engine is linked: give both the same host label">
        no engine
      </span>
    );
  }
  let used = 0;
  let capacity = 0;
  let known = 0;
  for (const { id } of linked) {
    const [tokens, fits] = [engines.value(id, 'kv_tokens_used'), engines.value(id, 'kv_tokens_capacity')];
    if (tokens === null || fits === null || fits <= 0) continue;
    used += tokens;
    capacity += fits;
    known++;
  }
  if (known === 0)
    return (
      <span className="text-muted" title="The linked engine has no value now">
        –
      </span>
    );
  return (
    <span>
      {formatValue(used / capacity, 'ratio')}
      {known < linked.length && (
        <span className="text-muted">
          {' '}
          ({known} of {linked.length} engines)
        </span>
      )}
    </span>
  );
}
