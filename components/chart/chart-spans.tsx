import type { ChartSpan, SpanKind } from '#components/chart/chart-data.ts';
import { type Geometry, xOf } from '#components/chart/geometry.ts';

const BAR_PX = 5;
/** Overlapping spans are stacked; more than this lie on each other. */
const MAX_LANES = 3;
const LABEL_MIN_PX = 70;
/** Further right the names of limits stand; there the tooltip and the table name the span. */
const LABEL_BEFORE = 0.6;

/** A bar on top of the plot for each span, and a faint shade below what fires. */
export function ChartSpans({ spans, g, patternId }: { spans: readonly ChartSpan[]; g: Geometry; patternId: string }) {
  if (spans.length === 0) return null;
  const placed = lanes(spans, g.toMs);
  return (
    <>
      <defs>
        <pattern id={`${patternId}-wait`} width="5" height="5" patternUnits="userSpaceOnUse">
          <rect width="2.5" height="5" fill="var(--warn)" />
        </pattern>
      </defs>
      {placed.map(({ span, lane, labelled }) => {
        const x = Math.max(g.left, xOf(g, span.fromMs));
        const right = Math.min(g.left + g.plotWidth, span.toMs === null ? g.left + g.plotWidth : xOf(g, span.toMs));
        if (right < g.left || x > g.left + g.plotWidth) return null;
        const width = Math.max(2, right - x);
        const y = g.top + lane * (BAR_PX + 2);
        return (
          <g key={span.id}>
            <title>{span.text}</title>
            {span.kind === 'firing' && span.faint !== true && lane === 0 && (
              <rect x={x} y={g.top} width={width} height={g.plotHeight} fill={span.colour} fillOpacity={0.07} />
            )}
            <Bar kind={span.kind} x={x} y={y} width={width} colour={span.colour} patternId={patternId} />
            {labelled && width >= LABEL_MIN_PX && x < g.left + g.plotWidth * LABEL_BEFORE && (
              <text
                x={x + 3}
                y={y + BAR_PX + 10}
                fontSize="10"
                fill="var(--text)"
                stroke="var(--surface)"
                strokeWidth={3}
                paintOrder="stroke"
              >
                {fitted(span.text, width)}
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

type Placed = { readonly span: ChartSpan; readonly lane: number; readonly labelled: boolean };

/** The first lane that is free for it, in the order given (worst first); the lowest lane has room for labels below it. */
function lanes(spans: readonly ChartSpan[], toMs: number): readonly Placed[] {
  const taken: { fromMs: number; toMs: number }[][] = [];
  const placed = spans.map((span) => {
    const own = { fromMs: span.fromMs, toMs: span.toMs ?? toMs };
    const isFree = (lane: number) =>
      (taken[lane] ?? []).every((other) => other.toMs <= own.fromMs || other.fromMs >= own.toMs);
    let lane = 0;
    while (lane < MAX_LANES - 1 && !isFree(lane)) lane++;
    taken[lane] = [...(taken[lane] ?? []), own];
    return { span, lane };
  });
  const deepest = Math.max(0, ...placed.map(({ lane }) => lane));
  return placed.map((each) => ({
    ...each,
    labelled: each.lane === deepest && each.span.kind !== 'recovering' && each.span.faint !== true,
  }));
}

const CHAR_PX = 5.4;

function fitted(text: string, width: number): string {
  const most = Math.floor((width - 6) / CHAR_PX);
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}
