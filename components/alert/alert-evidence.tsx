'use client';

import { useQuery } from '@tanstack/react-query';
import { Table2 } from 'lucide-react';
import Link from 'next/link';
import { useMemo, useState } from 'react';
import { AlertMemory } from '#components/alert/alert-memory.tsx';
import { AlertRun } from '#components/alert/alert-run.tsx';
import { evidenceCharts, evidenceData, evidenceSubjects } from '#components/alert/evidence-data.ts';
import { readSelection, selectionText } from '#components/chart/legend-selection.ts';
import { TimeSeriesChart } from '#components/chart/time-series-chart.tsx';
import { hasValues } from '#components/panel/panel-data.ts';
import { PanelFrame } from '#components/panel/panel-frame.tsx';
import { PanelHelp } from '#components/panel/panel-help.tsx';
import { PanelError, PanelLoading } from '#components/panel/panel-states.tsx';
import { IconButton } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import type { AlertDetail } from '#lib/api/alerts.ts';
import { placeHref, placeName } from '#lib/client/alert-place.ts';
import { useHydrated } from '#lib/client/now.ts';
import { seriesQuery, subjectsQuery } from '#lib/client/queries.ts';
import { instantText } from '#lib/client/range-state.ts';
import { rulesQuery } from '#lib/client/rule-queries.ts';
import { useUrlParam, useUtc } from '#lib/client/url-state.ts';
import { readsMemoryVerdict } from '#lib/detect/verdict-signals.ts';
import { readsRun } from '#lib/metrics/reads-run.ts';
import { findSignal } from '#lib/metrics/signals.ts';

const POINTS = 300;

/** The rule's own signals around the episode, with its limit, its phases, and what people did. */
export function AlertEvidence({ alert }: { alert: AlertDetail }) {
  const { data: subjects } = useQuery(subjectsQuery('all', 30_000));
  const charts = evidenceCharts(alert.ruleText.signals);
  const known = subjects?.items ?? [];
  const { fromMs, toMs } = alert.evidence;
  const range = `from=${instantText(fromMs)}&to=${alert.resolvedAtMs === null ? 'now' : instantText(toMs)}`;
  return (
    <>
      {alert.subject !== null && readsMemoryVerdict(alert.ruleText.signals) && (
        <AlertMemory alert={alert} subject={alert.subject} />
      )}
      {alert.run !== null && <AlertRun alert={alert} run={alert.run} />}
      {charts.map((signals) => (
        <EvidenceChart
          key={signals.join()}
          alert={alert}
          signals={signals}
          subjects={evidenceSubjects(alert, signals, known)}
        />
      ))}
      {charts.length === 0 && alert.run === null && (
        <Card title="Evidence">
          <p className="px-3 pb-3 text-muted">
            {readsRun(alert.ruleText.signals)
              ? 'The run that it was about is not stored any more.'
              : 'The rule reads no signal that can be drawn.'}
          </p>
        </Card>
      )}
      <p className="text-muted">
        <Link href={`${placeHref(alert)}?${range}`} className="underline">
          {alert.scope === 'channel'
            ? 'To the channels'
            : `All panels of ${alert.subject?.name ?? placeName(alert)} in this time`}
        </Link>
      </p>
    </>
  );
}

type EvidenceChartProps = {
  alert: AlertDetail;
  signals: readonly string[];
  subjects: ReadonlyMap<number, string>;
};

const HEIGHT = 220;

function EvidenceChart({ alert, signals, subjects }: EvidenceChartProps) {
  const [utc] = useUtc();
  const hydrated = useHydrated();
  const [asTable, setAsTable] = useState(false);
  const { data: rules } = useQuery(rulesQuery());
  const isOpen = alert.resolvedAtMs === null;
  const title = signals.map((id) => findSignal(id)?.title ?? id).join(', ');
  const id = signals[0] ?? '';
  const [selection, setSelection] = useUrlParam(`show-${id}`);
  const query = seriesQuery(
    {
      signals,
      subjects: [...subjects.keys()],
      from: instantText(alert.evidence.fromMs),
      to: isOpen ? 'now' : instantText(alert.evidence.toMs),
      points: POINTS,
      group: 'subject',
    },
    isOpen ? 5000 : false,
  );
  const { data: answer, error, refetch } = useQuery({ ...query, enabled: subjects.size > 0 });
  const thresholds = rules?.items.find((rule) => rule.id === alert.rule)?.thresholds;
  const chart = useMemo(
    () => (answer === undefined ? null : evidenceData(alert, signals, answer, subjects, thresholds ?? [])),
    [answer, alert, signals, subjects, thresholds],
  );
  const visible = useMemo(
    () => readSelection(selection, chart?.series.map((line) => line.id) ?? []),
    [selection, chart],
  );
  return (
    <PanelFrame
      title={title}
      titleExtra={<PanelHelp title={title} signals={signals} />}
      actions={
        <IconButton label="View as table" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          <Table2 size={14} aria-hidden />
        </IconButton>
      }
    >
      {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={chart !== null} />}
      {chart === null && error === null && subjects.size > 0 && <PanelLoading height={HEIGHT} />}
      {subjects.size === 0 && (
        <p className="px-3 pb-3 text-muted">What it was about is no longer known, so nothing can be drawn.</p>
      )}
      {chart !== null && !hasValues(chart) && (
        <p className="hatched px-3 py-10 text-center">
          <span className="rounded-md bg-surface px-3 py-2">No data in this time</span>
        </p>
      )}
      {chart !== null && hydrated && hasValues(chart) && (
        <TimeSeriesChart
          title={title}
          data={chart}
          utc={utc}
          height={HEIGHT}
          visible={visible}
          onVisible={(next) => setSelection(selectionText(next), 'replace')}
          asTable={asTable}
        />
      )}
    </PanelFrame>
  );
}
