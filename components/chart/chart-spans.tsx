import type { ChartSpan, SpanKind } from '#components/chart/chart-data.ts';
import { type Geometry, xOf } from '#components/chart/geometry.ts';
import { BAR_PX, laneTop, type PlacedSpan, placeSpans } from '#components/chart/span-lanes.ts';

const LABEL_MIN_PX = 70;
/** With more spans than this the names are only in the way of the lines. */
const MAX_LABELLED = 3;
/** Further right the names of limits stand; there the tooltip and the table name the span. */
const LABEL_BEFORE = 0.6;

/** A bar above the plot for each span, and a faint shade below what fires. */
export function ChartSpans({ spans, g, patternId }: { spans: readonly ChartSpan[]; g: Geometry; patternId: string }) {
  if (spans.length === 0) return null;
  const placed = placeSpans(spans, g.toMs);
  const labels = labelsOf(placed, g);
  return (
    <>
      <defs>
        <pattern id={`${patternId}-wait`} width="5" height="5" patternUnits="userSpaceOnUse">
          <rect width="2.5" height="5" fill="var(--warn)" />
        </pattern>
      </defs>
      {placed.map(({ span, lane }) => {
        const x = Math.max(g.left, xOf(g, span.fromMs));
        const right = Math.min(g.left + g.plotWidth, span.toMs === null ? g.left + g.plotWidth : xOf(g, span.toMs));
        if (right < g.left || x > g.left + g.plotWidth) return null;
        const width = Math.max(2, right - x);
        const label = labels.get(span.id);
        return (
          <g key={span.id}>
            <title>{span.text}</title>
            {span.kind === 'firing' && span.faint !== true && lane === 0 && (
              <rect x={x} y={g.top} width={width} height={g.plotHeight} fill={span.colour} fillOpacity={0.07} />
            )}
            <Bar kind={span.kind} x={x} y={laneTop(lane)} width={width} colour={span.colour} patternId={patternId} />
            {label !== undefined && (
              <text
                x={x + 3}
                y={g.top + 11}
                fontSize="10"
                fill="var(--text)"
                stroke="var(--surface)"
                strokeWidth={3}
                paintOrder="stroke"
              >
                {label}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}

function Bar({
  kind,
  x,
  y,
  width,
  colour,
  patternId,
}: {
  kind: SpanKind;
  x: number;
  y: number;
  width: number;
  colour: string;
  patternId: string;
}) {
  const box = { x, y, width, height: BAR_PX };
  if (kind === 'firing') return <rect {...box} fill={colour} />;
  if (kind === 'pending') return <rect {...box} fill={`url(#${patternId}-wait)`} />;
  if (kind === 'no-data') return <rect {...box} fill={`url(#${patternId}-hatch)`} stroke="var(--nodata)" />;
  return <rect {...box} fill={colour} fillOpacity={0.25} stroke={colour} strokeWidth={0.8} />;
}

/** Only of one subject: the names of alerts on many would lie on each other. The tooltip and the table have them all. */
function labelsOf(placed: readonly PlacedSpan[], g: Geometry): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  if (placed.length > MAX_LABELLED) return labels;
  let free = g.left;
  for (const { span } of placed.toSorted((a, b) => a.span.fromMs - b.span.fromMs)) {
    if (span.faint === true || span.kind === 'recovering') continue;
    const x = Math.max(g.left, xOf(g, span.fromMs));
    const right = Math.min(g.left + g.plotWidth * LABEL_BEFORE, span.toMs === null ? g.width : xOf(g, span.toMs));
    if (x < free || right - x < LABEL_MIN_PX) continue;
    const text = fitted(span.text, right - x);
    labels.set(span.id, text);
    free = x + text.length * CHAR_PX + 8;
  }
  return labels;
}

const CHAR_PX = 5.4;

function fitted(text: string, width: number): string {
  const most = Math.floor((width - 6) / CHAR_PX);
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}
