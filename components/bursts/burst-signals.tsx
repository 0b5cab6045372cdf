import { Shape } from '#components/status/shape.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { BurstView } from '#lib/api/bursts.ts';
import { BURST_SIGNAL_UNITS, BURST_SIGNAL_WORDS, recoveryText } from '#lib/client/burst-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';

type Row = BurstView['burst']['signals'][number];

const STATES = {
  kept: { shape: 'ok', word: 'never left its band' },
  back: { shape: 'ok', word: 'back' },
  outside: { shape: 'warning', word: 'outside' },
  unknown: { shape: 'unknown', word: 'not known, not judged' },
} as const;

const inUnit = (row: Row, value: number | null): string => formatValue(value, BURST_SIGNAL_UNITS[row.signal]);

const COLUMNS: readonly Column<Row>[] = [
  { id: 'signal', title: 'Signal', heading: true, cell: ({ signal }) => BURST_SIGNAL_WORDS[signal] },
  {
    id: 'state',
    title: 'Now',
    cell: ({ state }) => (
      <span className="inline-flex items-center gap-1.5">
        <Shape name={STATES[state].shape} size={10} />
        {STATES[state].word}
      </span>
    ),
  },
  {
    id: 'recovery',
    title: 'After the load',
    numeric: true,
    cell: ({ state, recoveryMs, plusMinusMs }) => (state === 'kept' ? '–' : recoveryText(recoveryMs, plusMinusMs)),
  },
  { id: 'worst', title: 'Worst', numeric: true, cell: (row) => inUnit(row, row.worst) },
  { id: 'usual', title: 'Usual', numeric: true, cell: (row) => inUnit(row, row.middle) },
  {
    id: 'band',
    title: 'Band',
    numeric: true,
    cell: (row) => (row.worse === 'more' ? `≤ ${inUnit(row, row.limit)}` : `≥ ${inUnit(row, Math.max(0, row.limit))}`),
  },
  {
    id: 'from',
    title: 'From',
    cell: ({ bandPolls }) => (bandPolls === 0 ? 'assumed: no quiet polls before it' : `${bandPolls} quiet polls`),
  },
];

/** When each signal was back where it was before. */
export function BurstSignals({ signals }: { signals: readonly Row[] }) {
  return <Table caption="Recovery by signal" columns={COLUMNS} rows={signals} rowKey={({ signal }) => signal} />;
}
