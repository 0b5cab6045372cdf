'use client';

import { memo } from 'react';
import type { ChartData, ChartSeries } from '#components/chart/chart-data.ts';
import { ChartSpans } from '#components/chart/chart-spans.tsx';
import { gapHeight } from '#components/chart/gap-form.ts';
import { type Geometry, xOf, yOf } from '#components/chart/geometry.ts';
import { seriesPaths } from '#components/chart/paths.ts';
import type { SeriesStyle } from '#components/chart/series-style.ts';
import { timeTickText } from '#components/chart/ticks.ts';

type ChartLayerProps = {
  data: ChartData;
  geometry: Geometry;
  visible: ReadonlySet<string> | null;
  styles: readonly SeriesStyle[];
  utc: boolean;
  patternId: string;
};

/**
 * Everything between the axes as a handful of paths. recharts' own Line and Area cost several times more per refresh
 * (they keep a state entry per point), which does not fit eight live panels.
 */
export const ChartLayer = memo(function ChartLayer({
  data,
  geometry: g,
  visible,
  styles,
  utc,
  patternId,
}: ChartLayerProps) {
  return (
    <>
      <TimeAxis g={g} utc={utc} />
      <g clipPath={`url(#${patternId}-clip)`}>
        <defs>
          <clipPath id={`${patternId}-clip`}>
            <rect x={g.left} y={0} width={g.plotWidth} height={g.top + g.plotHeight + 1} />
          </clipPath>
          <pattern
            id={`${patternId}-hatch`}
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <line x1="0" y1="0" x2="0" y2="6" stroke="var(--nodata)" strokeWidth="1" strokeOpacity="0.45" />
          </pattern>
        </defs>
        <Bands data={data} g={g} />
        <Usual data={data} g={g} />
        <Gaps data={data} g={g} patternId={patternId} visible={visible} />
        <ChartSpans spans={data.spans ?? []} g={g} patternId={patternId} />
        <Targets data={data} g={g} />
        <Marks data={data} g={g} />
        <Lines data={data} g={g} visible={visible} styles={styles} />
      </g>
    </>
  );
});

function TimeAxis({ g, utc }: { g: Geometry; utc: boolean }) {
  const stepMs = (g.timeTicks[1] ?? 0) - (g.timeTicks[0] ?? 0);
  const y = g.top + g.plotHeight;
  return g.timeTicks.map((tick) => (
    <g key={tick} transform={`translate(${xOf(g, tick)} ${y})`}>
      <path d="M0 0v4" stroke="var(--grid)" />
      <text y={15} textAnchor="middle" fontSize={10.5} fill="var(--muted)">
        {timeTickText(tick, stepMs, utc)}
      </text>
    </g>
  ));
}

/** Text over lines stays readable. */
const HALO = { stroke: 'var(--surface)', strokeWidth: 3, strokeOpacity: 0.8, paintOrder: 'stroke' } as const;

type PartProps = { data: ChartData; g: Geometry };

const BAND_FILL = { safe: null, recommended: null, warning: 'var(--warn)', danger: 'var(--danger)' } as const;

function Bands({ data, g }: PartProps) {
  return data.bands.map((band) => {
    const from = Math.max(0, band.from ?? 0);
    const to = Math.min(g.maxValue, band.to ?? g.maxValue);
    const fill = BAND_FILL[band.level];
    if (from >= to || fill === null) return null;
    const y = yOf(g, to);
    const height = yOf(g, from) - y;
    return (
      <g key={`${band.level}-${from}`}>
        <rect x={g.left} y={y} width={g.plotWidth} height={height} fill={fill} fillOpacity={0.07} />
        <line
          x1={g.left}
          x2={g.left + g.plotWidth}
          y1={y + height}
          y2={y + height}
          stroke={fill}
          strokeOpacity={0.35}
        />
        {height >= 13 && (
          <text x={g.left + g.plotWidth - 4} y={y + 11} textAnchor="end" fontSize="10" fill="var(--muted)" {...HALO}>
            {band.label}
          </text>
        )}
      </g>
    );
  });
}

/** As in the pictures of runs: grey, neither good nor bad. */
function Usual({ data: { usual }, g }: PartProps) {
  if (usual === undefined) return null;
  const y = yOf(g, Math.min(g.maxValue, usual.to));
  const height = Math.max(2, yOf(g, Math.max(0, usual.from)) - y);
  return (
    <g>
      <rect x={g.left} y={y} width={g.plotWidth} height={height} fill="var(--text)" fillOpacity={0.12} />
      <text x={g.left + 4} y={y - 3} fontSize="10" fill="var(--muted)" {...HALO}>
        {usual.label}
      </text>
    </g>
  );
}

/** Overlapping gaps of several subjects are told in the tooltip; hatching is for spans where a shown line has no data. */
function Gaps({ data, g, patternId, visible }: PartProps & { patternId: string; visible: ReadonlySet<string> | null }) {
  const subjects = new Set(
    data.series.filter(({ id }) => visible === null || visible.has(id)).map(({ subject }) => subject),
  );
  const height = gapHeight(data.series, g.plotHeight);
  return data.gaps
    .filter((gap) => gap.subject === null || subjects.has(gap.subject) || subjects.has(null))
    .map((gap) => {
      const x = Math.max(g.left, xOf(g, gap.fromMs));
      const width = Math.max(2, Math.min(g.left + g.plotWidth, xOf(g, gap.toMs)) - x);
      return (
        <rect
          key={`${gap.subject}-${gap.fromMs}`}
          x={x}
          y={g.top + g.plotHeight - height}
          width={width}
          height={height}
          fill={`url(#${patternId}-hatch)`}
        />
      );
    });
}

/** A label needs this much room below the one before; without it the line is explained in the help only. */
const LABEL_PX = 12;

/** At the top of the plot a label stands below its line: above it are the bars of alerts. */
const isBelow = (g: Geometry, y: number): boolean => y - LABEL_PX < g.top;
const roomAbove = (g: Geometry, value: number): number => (isBelow(g, yOf(g, value)) ? 2 * LABEL_PX : LABEL_PX);

function Targets({ data, g }: PartProps) {
  const shown = data.targets
    .filter(({ value, offByDefault }) => !offByDefault && value <= g.maxValue)
    .toSorted((a, b) => b.value - a.value);
  return shown.map((target, index) => {
    const y = yOf(g, target.value);
    const above = shown[index - 1];
    const hasRoom = above === undefined || y - yOf(g, above.value) >= roomAbove(g, above.value);
    return (
      <g key={`${target.label}-${target.value}`}>
        <line
          x1={g.left}
          x2={g.left + g.plotWidth}
          y1={y}
          y2={y}
          stroke="var(--muted)"
          strokeDasharray="4 3"
          strokeOpacity={0.8}
        />
        {hasRoom && (
          <text
            x={g.left + g.plotWidth - 4}
            y={isBelow(g, y) ? y + 11 : y - 3}
            textAnchor="end"
            fontSize="10"
            fill="var(--muted)"
            {...HALO}
          >
            {target.label}
          </text>
        )}
      </g>
    );
  });
}

function Marks({ data, g }: PartProps) {
  return data.marks.map((mark) => {
    const x = xOf(g, mark.atMs);
    return (
      <g key={`${mark.kind}-${mark.atMs}-${mark.text}`}>
        <title>{mark.text}</title>
        <line x1={x} x2={x} y1={g.top} y2={g.top + g.plotHeight} stroke="var(--muted)" strokeDasharray="1 2" />
        <path d={`M${x - 4} ${g.top - 7}h8l-4 7Z`} fill="var(--muted)" />
      </g>
    );
  });
}

function Lines({
  data,
  g,
  visible,
  styles,
}: PartProps & { visible: ReadonlySet<string> | null; styles: readonly SeriesStyle[] }) {
  return data.series.map((series, index) => {
    const style = styles[index];
    if (style === undefined || (visible !== null && !visible.has(series.id))) return null;
    return (
      <Line
        key={series.id}
        t={series.t}
        mean={series.mean}
        min={series.min}
        max={series.max}
        coarseBelow={series.coarseBelow}
        shadesCoarse={data.series.length <= MAX_SHADED}
        g={g}
        stepMs={data.stepMs}
        stroke={style.stroke}
        dash={style.dash}
        faint={style.faint}
        reference={style.reference}
      />
    );
  });
}

/** All that a coarse value may be is shaded for one line: for several it would be one dark block. */
const MAX_SHADED = 1;

type LineProps = Pick<ChartSeries, 't' | 'mean' | 'min' | 'max' | 'coarseBelow'> & {
  g: Geometry;
  stepMs: number;
  stroke: string;
  dash: string | undefined;
  faint: boolean;
  reference: boolean;
  shadesCoarse: boolean;
};

/** Its arrays are shared between polls while they are equal, so a line that did not change is not built again. */
const Line = memo(function Line({
  t,
  mean,
  min,
  max,
  coarseBelow,
  g,
  stepMs,
  stroke,
  dash,
  faint,
  reference,
  shadesCoarse,
}: LineProps) {
  const paths = seriesPaths({ t, mean, min, max, coarseBelow }, g, stepMs, !faint && !reference, shadesCoarse);
  return (
    <g stroke={stroke} fill="none" strokeLinejoin="round">
      {paths.envelope !== '' && <path d={paths.envelope} fill={stroke} fillOpacity={0.13} stroke="none" />}
      <path
        d={paths.line}
        strokeWidth={faint || reference ? 1 : 1.5}
        strokeOpacity={faint ? 0.6 : 1}
        {...(dash === undefined ? {} : { strokeDasharray: dash })}
      />
      {paths.points !== '' && <path d={paths.points} strokeWidth={4} strokeLinecap="round" />}
    </g>
  );
});
