'use client';

import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { type CursorRow, cursorRows, snapMs } from '#components/chart/chart-cursor.ts';
import type { ChartData } from '#components/chart/chart-data.ts';
import { ChartTooltip } from '#components/chart/chart-tooltip.tsx';
import { useCrosshair, useSetCrosshair } from '#components/chart/crosshair.tsx';
import { type Geometry, msAt, xOf, yOf } from '#components/chart/geometry.ts';
import type { SeriesStyle } from '#components/chart/series-style.ts';
import { coarseText } from '#lib/client/coarse-text.ts';
import { instantLabel } from '#lib/client/wall-clock.ts';
import { upperOf } from '#lib/series/coarse.ts';

type ChartOverlayProps = {
  chartId: string;
  title: string;
  data: ChartData;
  geometry: Geometry;
  visible: ReadonlySet<string> | null;
  styles: readonly SeriesStyle[];
  utc: boolean;
  onZoom?: ((fromMs: number, toMs: number) => void) | undefined;
  onZoomOut?: (() => void) | undefined;
};

/** A drag shorter than this is a click. */
const MIN_DRAG_PX = 6;

/** Crosshair, tooltip, drag to zoom and the keys for all of it; the chart below never re-renders for them. */
export function ChartOverlay(props: ChartOverlayProps) {
  const { chartId, title, data, geometry: g, visible, styles, utc, onZoom, onZoomOut } = props;
  const crosshair = useCrosshair();
  const setCrosshair = useSetCrosshair();
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const inRange = crosshair !== null && crosshair.ms >= data.fromMs && crosshair.ms <= data.toMs;
  const atMs = inRange ? snapMs(data, crosshair.ms) : null;
  const owns = crosshair?.chart === chartId;
  const rows = atMs === null ? [] : cursorRows(data, visible, atMs);

  const offsetOf = (event: PointerEvent): number => event.clientX - (frame.current?.getBoundingClientRect().left ?? 0);
  const point = (ms: number) =>
    setCrosshair({ ms: Math.min(data.toMs - 1, Math.max(data.fromMs, ms)), chart: chartId });

  const onPointerMove = (event: PointerEvent) => {
    const x = offsetOf(event);
    point(msAt(g, x));
    if (drag !== null) setDrag({ ...drag, to: x });
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    // A finger scrolls the page; zooming by touch has the range fields.
    if (event.button !== 0 || event.pointerType === 'touch' || onZoom === undefined) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const x = offsetOf(event);
    setDrag({ from: x, to: x });
  };
  const onPointerUp = (event: PointerEvent) => {
    if (drag === null) return;
    setDrag(null);
    const x = offsetOf(event);
    if (Math.abs(x - drag.from) < MIN_DRAG_PX) return;
    onZoom?.(msAt(g, Math.min(x, drag.from)), msAt(g, Math.max(x, drag.from)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const nowAt = atMs ?? data.toMs - data.stepMs / 2;
    const stepMs = data.stepMs * (event.shiftKey ? 10 : 1);
    const spanMs = data.toMs - data.fromMs;
    const action = keyAction(event.key, {
      by: (buckets) => point(nowAt + buckets * stepMs),
      first: () => point(data.fromMs),
      last: () => point(data.toMs - 1),
      zoomIn: () => onZoom?.(Math.max(data.fromMs, nowAt - spanMs / 4), Math.min(data.toMs, nowAt + spanMs / 4)),
      zoomOut: () => onZoomOut?.(),
      leave: () => {
        setDrag(null);
        setCrosshair(null);
      },
    });
    if (action === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };

  return (
    <div
      ref={frame}
      role="slider"
      tabIndex={0}
      aria-label={`Crosshair of ${title}`}
      aria-orientation="horizontal"
      aria-valuemin={data.fromMs}
      aria-valuemax={data.toMs}
      aria-valuenow={atMs ?? data.toMs}
      aria-valuetext={atMs === null ? 'no instant chosen' : cursorText(atMs, rows, data, g, utc)}
      className="absolute inset-0 cursor-crosshair touch-pan-y"
      onPointerMove={onPointerMove}
      onPointerDown={onPointerDown}
      onPointerUp={onPointerUp}
      onPointerLeave={() => drag === null && setCrosshair(null)}
      onKeyDown={onKeyDown}
      onBlur={() => setCrosshair(null)}
    >
      <svg aria-hidden="true" width={g.width} height={g.height} className="pointer-events-none absolute inset-0">
        {drag !== null && (
          <rect
            x={Math.min(drag.from, drag.to)}
            y={g.top}
            width={Math.abs(drag.to - drag.from)}
            height={g.plotHeight}
            fill="var(--accent)"
            fillOpacity={0.15}
          />
        )}
        {atMs !== null && (
          <line
            x1={xOf(g, atMs)}
            x2={xOf(g, atMs)}
            y1={g.top}
            y2={g.top + g.plotHeight}
            stroke="var(--text)"
            strokeOpacity={owns ? 0.6 : 0.35}
          />
        )}
        {atMs !== null &&
          rows.map(
            (row) =>
              row.value !== null && (
                <circle
                  key={row.id}
                  cx={xOf(g, atMs)}
                  cy={yOf(g, upperOf(row.value, row.coarseBelow))}
                  r={2.5}
                  fill={styles[row.index]?.stroke}
                />
              ),
          )}
      </svg>
      {atMs !== null && owns && drag === null && (
        <div
          className="pointer-events-none absolute top-1 z-10"
          style={xOf(g, atMs) > g.width / 2 ? { right: g.width - xOf(g, atMs) + 10 } : { left: xOf(g, atMs) + 10 }}
        >
          <ChartTooltip data={data} geometry={g} rows={rows} atMs={atMs} utc={utc} styles={styles} />
        </div>
      )}
    </div>
  );
}

type KeyVerbs = {
  by: (buckets: number) => void;
  first: () => void;
  last: () => void;
  zoomIn: () => void;
  zoomOut: () => void;
  leave: () => void;
};

function keyAction(key: string, verbs: KeyVerbs): (() => void) | undefined {
  switch (key) {
    case 'ArrowLeft':
      return () => verbs.by(-1);
    case 'ArrowRight':
      return () => verbs.by(1);
    case 'Home':
      return verbs.first;
    case 'End':
      return verbs.last;
    case '+':
    case '=':
      return verbs.zoomIn;
    case '-':
      return verbs.zoomOut;
    case 'Escape':
      return verbs.leave;
    default:
      return undefined;
  }
}

function cursorText(atMs: number, rows: readonly CursorRow[], data: ChartData, g: Geometry, utc: boolean): string {
  const values = rows
    .slice(0, 5)
    .map(
      (row) =>
        `${row.label} ${row.value === null ? row.reason : coarseText(row.value, row.coarseBelow, data.unit, g.display)}`,
    );
  return `${instantLabel(atMs - data.stepMs / 2, utc)}: ${values.join(', ')}`;
}
