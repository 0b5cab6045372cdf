'use client';

import { useQuery } from '@tanstack/react-query';
import { nameColumn, subjectRowClass, subjectRowKey, valueColumn } from '#components/fleet/subject-columns.tsx';
import { nowOf, type SubjectRow, subjectRows } from '#components/fleet/subject-row.ts';
import { LeakCell } from '#components/leak/leak-cell.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import { KV_SIGNALS, kvUseOf } from '#components/vram/kv-use.ts';
import type { Subject } from '#lib/api/subjects.ts';
import { indexCurrent } from '#lib/client/current-index.ts';
import { aboveReservedBytes, type MemoryUse, memoryGapText } from '#lib/client/memory-gap.ts';
import { currentQuery } from '#lib/client/queries.ts';
import { signedText } from '#lib/client/run-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';

export const MEMORY_SIGNALS = [
  'vram_leak_verdict',
  'vram_growth_rate',
  'vram_time_to_limit',
  'vram_engine_reserved',
  'vram_used',
] as const;

type Row = SubjectRow & { readonly use: MemoryUse };

const COLUMNS: readonly Column<Row>[] = [
  nameColumn('GPU'),
  {
    id: 'verdict',
    title: 'Leak verdict',
    cell: ({ now }) => <LeakCell item={now.vram_leak_verdict} />,
  },
  { id: 'growth', title: 'Growth', numeric: true, cell: (row) => growthText(nowOf(row, 'vram_growth_rate')) },
  valueColumn('left', 'Limit in', 'vram_time_to_limit'),
  valueColumn('reserved', 'Reserved', 'vram_engine_reserved'),
  {
    id: 'above',
    title: 'Above it',
    numeric: true,
    cell: ({ use }) => signedText(aboveReservedBytes(use), 'bytes'),
  },
  {
    id: 'kv',
    title: 'KV in use',
    numeric: true,
    cell: ({ use: { kvUsedTokens, kvCapacityTokens } }) =>
      kvUsedTokens === null
        ? '–'
        : `${formatValue(kvUsedTokens, 'tokens')} of ${formatValue(kvCapacityTokens, 'tokens')}`,
  },
  { id: 'gap', title: 'Gap', cell: ({ use }) => <span className="text-muted">{memoryGapText(use)}</span> },
];

/** Slopes are told by the hour: a leak has few bytes a second. */
function growthText(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? '–' : `${signedText(bytesPerSecond * 3600, 'bytes')}/h`;
}

/** Does it leak, and of what is held, how much is needed: reserved, used and KV blocks side by side. */
export function MemoryGapTable({ gpus, names }: { gpus: readonly Subject[]; names: ReadonlyMap<number, string> }) {
  const { data: gpuNow } = useQuery(currentQuery({ signals: MEMORY_SIGNALS, kind: 'gpu' }));
  const { data: engineNow } = useQuery(currentQuery({ signals: KV_SIGNALS, kind: 'engine' }));
  const engines = indexCurrent(engineNow);
  const rows = subjectRows(gpus, names, indexCurrent(gpuNow), MEMORY_SIGNALS).map((row): Row => {
    const { usedTokens, capacityTokens } = kvUseOf(row.subject, engines);
    const [reservedBytes, usedBytes] = [nowOf(row, 'vram_engine_reserved'), nowOf(row, 'vram_used')];
    return { ...row, use: { reservedBytes, usedBytes, kvUsedTokens: usedTokens, kvCapacityTokens: capacityTokens } };
  });
  return (
    <Card title="Leak verdict, and reserved against needed">
      <Table
        caption="Leak verdict, and reserved against needed"
        columns={COLUMNS}
        rows={rows}
        rowKey={subjectRowKey}
        rowClass={subjectRowClass}
      />
      <p className="px-3 py-2 text-xs text-muted">
        Reserved by the engine: what memory settled at after the engine’s start. That is no leak; growth above it is
        judged every five minutes over 24 hours.
      </p>
    </Card>
  );
}
