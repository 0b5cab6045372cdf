'use client';

import { useQuery } from '@tanstack/react-query';
import { PanelError, PanelLoading } from '#components/panel/panel-states.tsx';
import { Fact } from '#components/run/fact.tsx';
import { Instant } from '#components/status/instant.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { BaselineView } from '#lib/api/baseline.ts';
import { baselineQuery } from '#lib/client/queries.ts';
import { formatValue, type Unit } from '#lib/metrics/unit.ts';

type Phase = BaselineView['phases'][number];
type Spread = Phase['tokensPerSecond'];

const PHASE_WORDS = { cold: 'Cold', warm: 'Warm', idle: 'Idle' } as const;

const spread = (value: Spread, unit: Unit) =>
  value === null ? (
    '–'
  ) : (
    <>
      {formatValue(value.middle, unit)}{' '}
      <span className="text-xs whitespace-nowrap text-muted">
        {formatValue(value.low, unit)} to {formatValue(value.high, unit)}
      </span>
    </>
  );

const COLUMNS: readonly Column<Phase>[] = [
  { id: 'phase', title: 'Phase', heading: true, cell: ({ phase }) => PHASE_WORDS[phase] },
  { id: 'minutes', title: 'Minutes', numeric: true, cell: ({ minutes }) => minutes },
  {
    id: 'span',
    title: 'Between',
    cell: ({ fromMs, toMs }) =>
      fromMs === null || toMs === null ? (
        '–'
      ) : (
        <>
          <Instant ms={fromMs} /> and <Instant ms={toMs} />
        </>
      ),
  },
  {
    id: 'rps',
    title: 'Requests',
    numeric: true,
    cell: ({ requestsPerSecond }) => spread(requestsPerSecond, 'requests_per_second'),
  },
  {
    id: 'tokens',
    title: 'Tokens',
    numeric: true,
    cell: ({ tokensPerSecond }) => spread(tokensPerSecond, 'tokens_per_second'),
  },
  {
    id: 'token-time',
    title: 'Time per token',
    numeric: true,
    cell: ({ secondsPerToken }) => spread(secondsPerToken, 'seconds'),
  },
];

/** What is usual of an engine in each phase, from which minutes, and its speed against its own after warm-up. */
export function BaselineCard({ engineId }: { engineId: number }) {
  const { data, error, refetch } = useQuery(baselineQuery(engineId));
  return (
    <Card title="What is usual">
      {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />}
      {data === undefined && error === null && <PanelLoading height={120} />}
      {data !== undefined && <BaselineBody view={data} />}
    </Card>
  );
}

function BaselineBody({ view }: { view: BaselineView }) {
  const { slowdown } = view;
  return (
    <>
      <dl className="grid gap-x-6 gap-y-2 px-3 pb-2 sm:grid-cols-2 xl:grid-cols-4">
        <Fact term="Baseline">
          {formatValue(view.rps, 'requests_per_second')} <span className="text-muted">{baselineText(view)}</span>
        </Fact>
        <Fact term="Time per token, now over after warm-up">
          {slowdown === null || slowdown.times === null ? (
            <span className="text-muted">{slowdown?.reason ?? 'not judged yet'}</span>
          ) : (
            `${formatValue(slowdown.times, 'multiple')} at equal load`
          )}
        </Fact>
        {slowdown?.reference != null && (
          <Fact term="After warm-up is">
            {slowdown.reference.minutes} warm minutes from <Instant ms={slowdown.reference.fromMs} />
          </Fact>
        )}
        {view.learnedAtMs !== null && (
          <Fact term="Learned">
            <Instant ms={view.learnedAtMs} />
          </Fact>
        )}
      </dl>
      {view.phases.length === 0 ? (
        <p className="px-3 pb-3 text-muted">
          Nothing learned yet: every five minutes, from minutes older than a quarter of an hour.
        </p>
      ) : (
        <Table caption="What is usual by phase" columns={COLUMNS} rows={view.phases} rowKey={({ phase }) => phase} />
      )}
      <p className="px-3 py-2 text-xs text-muted">
        Middle, 10 % and 90 % of minutes. Cold: the first ten minutes of work after a start or half an hour of rest.
      </p>
    </>
  );
}

function baselineText({ from, learnedRps, busyMinutes }: BaselineView): string {
  if (from === 'learning') return `learning: ${busyMinutes} of 60 busy minutes seen`;
  if (from === 'learned') return `learned from ${busyMinutes} busy minutes`;
  return learnedRps === null
    ? 'configured'
    : `configured; ${formatValue(learnedRps, 'requests_per_second')} from ${busyMinutes} busy minutes`;
}
