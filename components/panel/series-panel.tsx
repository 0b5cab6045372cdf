'use client';

import { useQuery } from '@tanstack/react-query';
import { Download, Table2 } from 'lucide-react';
import { memo, type RefObject, useCallback, useMemo, useRef, useState } from 'react';
import { chartCsv, csvFileName } from '#components/chart/csv.ts';
import { readSelection, selectionText } from '#components/chart/legend-selection.ts';
import { TimeSeriesChart } from '#components/chart/time-series-chart.tsx';
import { useInView } from '#components/chart/use-in-view.ts';
import { emptyLines, hasValues, type PanelSpec, panelData, panelSignals } from '#components/panel/panel-data.ts';
import { PanelFrame } from '#components/panel/panel-frame.tsx';
import { PanelHelp } from '#components/panel/panel-help.tsx';
import { PanelEmpty, PanelError, PanelLoading, PanelMissing } from '#components/panel/panel-states.tsx';
import { PartialBadge } from '#components/panel/partial-badge.tsx';
import { type Scope, useScope } from '#components/panel/scope.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { IconButton } from '#components/ui/button.tsx';
import { ProgressLine } from '#components/ui/skeleton.tsx';
import { downloadText } from '#lib/client/download.ts';
import { seriesQuery } from '#lib/client/queries.ts';
import { rulesQuery } from '#lib/client/rule-queries.ts';
import { useRange, useUrlParam, useUtc } from '#lib/client/url-state.ts';
import { formatDurationMs } from '#lib/metrics/duration.ts';
import { findSignal } from '#lib/metrics/signals.ts';

/** Buckets of one line: more are not visible at this size and cost time at every refresh. */
const POINTS = 240;

/** Made once: the same element is not drawn again. */
const TABLE_ICON = <Table2 size={14} aria-hidden />;
const DOWNLOAD_ICON = <Download size={14} aria-hidden />;

/** A declared panel over the page's scope and range. Fetches and renders only in or near the viewport. */
export const SeriesPanel = memo(function SeriesPanel({
  spec,
  scope: given,
  height = 190,
}: {
  spec: PanelSpec;
  scope?: Scope;
  height?: number;
}) {
  const pageScope = useScope();
  const scope = given ?? pageScope;
  const frame = useRef<HTMLElement>(null);
  const inView = useInView(frame);
  return <PanelBody frame={frame} inView={inView} spec={spec} scope={scope} height={height} />;
});

type PanelBodyProps = {
  frame: RefObject<HTMLElement | null>;
  inView: boolean;
  spec: PanelSpec;
  scope: Scope | null;
  height: number;
};

function PanelBody({ frame, inView, spec, scope, height }: PanelBodyProps) {
  const { range, refreshMs, zoomTo, zoomOut } = useRange();
  const [utc] = useUtc();
  const [asTable, setAsTable] = useState(false);
  const [selection, setSelection] = useUrlParam(`show-${spec.id}`);
  const subjectCount = scope?.ids.length ?? 0;
  const signals = useMemo(() => panelSignals(spec, subjectCount), [spec, subjectCount]);
  const isNarrowed = signals.length < spec.signals.length;
  const options = seriesQuery(
    {
      signals,
      ...(scope?.group === 'subject' ? { subjects: scope.ids } : { kind: scope?.kind ?? 'engine' }),
      from: range.from,
      to: range.to,
      points: POINTS,
      group: scope?.group ?? 'fleet',
    },
    refreshMs,
  );
  const {
    data: answer,
    error,
    refetch,
    isPlaceholderData,
  } = useQuery({ ...options, enabled: inView && scope !== null });
  const { data: rules } = useQuery({ ...rulesQuery(), enabled: inView });
  const chart = useMemo(
    () =>
      answer === undefined || scope === null
        ? null
        : panelData(spec, answer, scope, { rules: rules?.items ?? [], profile: scope.profile ?? 'relative' }),
    [answer, scope, spec, rules],
  );
  const visible = useMemo(() => readSelection(selection, chart?.series.map(({ id }) => id) ?? []), [selection, chart]);
  const onVisible = useCallback(
    (next: ReadonlySet<string> | null) => setSelection(selectionText(next), 'replace'),
    [setSelection],
  );
  const download = () => {
    if (chart !== null) downloadText(csvFileName(spec.title, chart.fromMs), 'text/csv', chartCsv(chart, visible));
  };
  return (
    <PanelFrame
      ref={frame}
      title={spec.title}
      titleExtra={
        <>
          {isNarrowed && <Badge>{findSignal(signals[0] ?? '')?.title}</Badge>}
          <PanelHelp title={spec.title} signals={signals} note={spec.note} />
          {scope?.group === 'fleet' && answer !== undefined && (
            <PartialBadge of={answer.partial.of} missing={answer.partial.missing} kind={scope.kind} />
          )}
        </>
      }
      actions={
        <>
          {answer !== undefined && (
            <span
              className="mr-1 hidden text-2xs text-muted sm:inline"
              title="Length of a bucket, and which rows answered"
            >
              {formatDurationMs(answer.stepMs)} · {answer.tier}
            </span>
          )}
          <IconButton label="View as table" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {TABLE_ICON}
          </IconButton>
          <IconButton label="Download CSV" disabled={chart === null} onClick={download}>
            {DOWNLOAD_ICON}
          </IconButton>
        </>
      }
    >
      <ProgressLine active={isPlaceholderData} />
      {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={chart !== null} />}
      {chart === null && error === null && <PanelLoading height={height} isAsked={inView} />}
      {chart !== null && scope !== null && !hasValues(chart) && (
        <PanelEmpty signals={signals} scope={scope} height={height} />
      )}
      {chart !== null && hasValues(chart) && (
        <TimeSeriesChart
          title={spec.title}
          data={chart}
          utc={utc}
          height={height}
          fullRatio={spec.fullRatio === true}
          visible={visible}
          onVisible={onVisible}
          asTable={asTable}
          onZoom={zoomTo}
          onZoomOut={zoomOut}
        />
      )}
      {chart !== null && scope !== null && hasValues(chart) && (
        <PanelMissing signals={signals} scope={scope} lines={emptyLines(chart)} />
      )}
    </PanelFrame>
  );
}
