import { type MemoryPicture, memoryText, type Segment } from '#components/plan/plan-memory-data.ts';
import { LegendItem, Picture } from '#components/run/picture.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import { formatValue } from '#lib/metrics/unit.ts';

const FILLS: Readonly<Record<Segment['id'], string>> = {
  weights: 'var(--series-1)',
  activations: 'var(--series-3)',
  kv: 'var(--series-2)',
};
const HEIGHT = 44;

type Row = { readonly title: string; readonly bytes: number | null; readonly share: number | null };

/** Weights, activations and KV cache stacked against the cap, what vLLM may take, and the card. */
export function PlanMemory({ memory }: { memory: MemoryPicture }) {
  const rows: readonly Row[] = [
    ...memory.segments.map(({ title, bytes }) => ({ title, bytes, share: bytes / memory.cardBytes })),
    ...memory.unknown.map((title) => ({ title, bytes: null, share: null })),
    { title: 'Together', bytes: memory.totalBytes, share: memory.totalBytes / memory.cardBytes },
    ...memory.limits.map(({ title, bytes }) => ({ title, bytes, share: bytes / memory.cardBytes })),
  ];
  return (
    <Picture
      title="Memory of one GPU"
      picture={<Bar memory={memory} />}
      table={<Table caption="Memory of one GPU" columns={COLUMNS} rows={rows} rowKey={({ title }) => title} />}
      legend={
        <>
          {memory.segments.map(({ id, title, bytes }) => (
            <LegendItem key={id} mark={<rect width="16" height="10" fill={FILLS[id]} />}>
              {title} {formatValue(bytes, 'bytes')}
            </LegendItem>
          ))}
          {memory.unknown.map((title) => (
            <li key={title}>{title}: not known</li>
          ))}
          {memory.limits.map(({ title, bytes }) => (
            <LegendItem key={title} mark={<LimitMark isCard={title === 'Card'} />}>
              {title} {formatValue(bytes, 'bytes')}
            </LegendItem>
          ))}
        </>
      }
    />
  );
}

const COLUMNS: readonly Column<Row>[] = [
  { id: 'title', title: 'Part', heading: true, cell: ({ title }) => title },
  {
    id: 'bytes',
    title: 'Memory',
    numeric: true,
    cell: ({ bytes }) => (bytes === null ? 'not known' : formatValue(bytes, 'bytes')),
  },
  { id: 'share', title: 'Of the card', numeric: true, cell: ({ share }) => formatValue(share, 'ratio') },
];

function LimitMark({ isCard }: { isCard: boolean }) {
  return (
    <path
      d="M8 0V10"
      stroke="var(--text)"
      strokeWidth={isCard ? 3 : 1.5}
      strokeDasharray={isCard ? undefined : '2.5 2'}
    />
  );
}

/** Wide enough for all of it: what lies beyond the card is seen as lying beyond it. */
function Bar({ memory }: { memory: MemoryPicture }) {
  const whole = Math.max(memory.totalBytes, ...memory.limits.map(({ bytes }) => bytes)) * 1.02;
  const at = (bytes: number) => (bytes / whole) * 1000;
  const starts = memory.segments.map((_, i) => memory.segments.slice(0, i).reduce((sum, { bytes }) => sum + bytes, 0));
  return (
    <div className="px-3 pt-1 pb-2">
      <svg
        role="img"
        aria-label={memoryText(memory)}
        viewBox={`0 0 1000 ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-11 w-full"
      >
        <rect y="8" width={at(memory.cardBytes)} height={HEIGHT - 16} fill="var(--hover)" />
        {memory.segments.map(({ id, bytes }, i) => (
          <rect key={id} x={at(starts[i] ?? 0)} y="8" width={at(bytes)} height={HEIGHT - 16} fill={FILLS[id]}>
            <title>{id}</title>
          </rect>
        ))}
        {memory.limits.map(({ title, bytes }) => (
          <line
            key={title}
            x1={at(bytes)}
            x2={at(bytes)}
            y1="0"
            y2={HEIGHT}
            stroke="var(--text)"
            strokeWidth={title === 'Card' ? 3 : 1.5}
            strokeDasharray={title === 'Card' ? undefined : '4 3'}
            vectorEffect="non-scaling-stroke"
          />
        ))}
      </svg>
    </div>
  );
}
