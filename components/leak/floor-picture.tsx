import type { LeakView } from '#lib/api/leak.ts';
import { fittedLineOverTime } from '#lib/client/floor-line.ts';
import { VERDICT_WORDS } from '#lib/client/leak-words.ts';
import { displayUnit, formatValue } from '#lib/metrics/unit.ts';

const [WIDTH, HEIGHT, PAD] = [480, 96, 6];
const HOUR_MS = 3_600_000;
const MIB = 1024 ** 2;
/** A level line with a wobble of one MiB must not look like a mountain range. */
const LEAST_SPAN_BYTES = 32 * MIB;

/** The floors over time, the line through them with its 95 % band, and what the engine reserved where that is near. */
export function FloorPicture({ leak }: { leak: LeakView }) {
  const { floors, reservedBytes } = leak;
  const [first, last] = [floors[0], floors.at(-1)];
  if (first === undefined || last === undefined || floors.length < 2) return null;
  const line = fittedLineOverTime(leak);
  const hours = (atMs: number): number => (atMs - first.atMs) / HOUR_MS;
  const known = floors.map(({ bytes }) => bytes);
  const span = Math.max(...known) - Math.min(...known);
  const isNear = reservedBytes !== null && Math.min(...known) - reservedBytes < Math.max(span, LEAST_SPAN_BYTES);
  const shown = isNear ? [...known, reservedBytes] : known;
  const missing = Math.max(0, LEAST_SPAN_BYTES - (Math.max(...shown) - Math.min(...shown)));
  const [low, high] = [Math.min(...shown) - missing / 2, Math.max(...shown) + missing / 2];
  const x = (hour: number): number => PAD + (hour / Math.max(hours(last.atMs), 1e-6)) * (WIDTH - 2 * PAD);
  const y = (bytes: number): number => HEIGHT - PAD - ((bytes - low) / (high - low)) * (HEIGHT - 2 * PAD);
  const point = (at: number, bytes: number): string => `${x(at).toFixed(1)},${y(bytes).toFixed(1)}`;
  const edge = (of: 'low' | 'high') => (line?.band ?? []).map((part) => point(part.x, part[of]));
  const display = displayUnit('bytes', high);
  const text = `Floors of ${hours(last.atMs).toFixed(1)} h: ${formatExact(first.bytes)} to ${formatExact(last.bytes)}, ${VERDICT_WORDS[leak.verdict].toLowerCase()}`;
  return (
    <figure className="m-0">
      <svg
        role="img"
        aria-label={text}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-24 w-full overflow-hidden rounded border border-line"
      >
        <title>{text}</title>
        {line !== null && (
          <polygon
            points={[...edge('low'), ...edge('high').reverse()].join(' ')}
            fill="var(--text)"
            fillOpacity={0.12}
          />
        )}
        {isNear && (
          <line
            x1={PAD}
            x2={WIDTH - PAD}
            y1={y(reservedBytes)}
            y2={y(reservedBytes)}
            stroke="var(--muted)"
            strokeDasharray="2 3"
            vectorEffect="non-scaling-stroke"
          />
        )}
        {floors.map(({ atMs, bytes }) => (
          <rect key={atMs} x={x(hours(atMs)) - 1.5} y={y(bytes) - 1.5} width={3} height={3} fill="var(--series-1)" />
        ))}
        {line?.pieces.map(({ from, to }) => (
          <polyline
            key={from.x}
            points={`${point(from.x, from.bytes)} ${point(to.x, to.bytes)}`}
            fill="none"
            stroke="var(--text)"
            strokeWidth={1.5}
            strokeDasharray="5 3"
            vectorEffect="non-scaling-stroke"
          />
        ))}
      </svg>
      <figcaption className="flex flex-wrap justify-between gap-x-3 pt-0.5 text-xs text-muted">
        <span>
          {formatValue(low, 'bytes', display)} to {formatValue(high, 'bytes', display)}, {hours(last.atMs).toFixed(1)} h
        </span>
        <span>
          dots: floors{line !== null && '; dashed: fitted line, 95 % of its slope'}
          {isNear && '; dotted: reserved'}
        </span>
      </figcaption>
    </figure>
  );
}

/** Floors differ by MiB where they are many GiB. */
function formatExact(bytes: number): string {
  return `${Math.round(bytes / MIB).toLocaleString('en-US')} MiB`;
}
