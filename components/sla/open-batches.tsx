'use client';

import Link from 'next/link';
import { MeterBar } from '#components/chart/meter-bar.tsx';
import { Instant } from '#components/status/instant.tsx';
import { LevelStatus } from '#components/status/level-status.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { OpenBatch } from '#lib/api/sla.ts';
import { useNowMs } from '#lib/client/now.ts';
import { BATCH_STATE_WORDS } from '#lib/client/run-words.ts';
import { markText, RISK_LEVELS } from '#lib/client/sla-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** Batches that have not ended: how far, when they will be done, and whether that is inside their window. */
export function OpenBatches({ batches, withRun }: { batches: readonly OpenBatch[]; withRun: boolean }) {
  const nowMs = useNowMs();
  const columns: readonly Column<OpenBatch>[] = [
    {
      id: 'batch',
      title: 'Batch',
      heading: true,
      cell: ({ runId, runName, number, name, state }) => (
        <div className="py-1">
          <span className="font-medium [overflow-wrap:anywhere]">
            {number} · {name}
          </span>
          <span className="block text-xs text-muted [overflow-wrap:anywhere]">
            {BATCH_STATE_WORDS[state]}
            {withRun && (
              <>
                {' in '}
                <Link href={`/runs/${runId}`} className="underline">
                  {runName}
                </Link>
              </>
            )}
          </span>
        </div>
      ),
    },
    {
      id: 'risk',
      title: 'Deadline',
      cell: ({ forecast }) => (
        <div className="py-1">
          <LevelStatus level={RISK_LEVELS[forecast?.risk ?? 'unknown']} word={forecast?.risk ?? 'unknown'} />
          <span className="block max-w-72 text-xs text-muted">
            {forecast?.reason ?? 'nothing is known of its pace'}
          </span>
        </div>
      ),
    },
    {
      id: 'done',
      title: 'Done',
      cell: ({ forecast, completed, failed, total }) => (
        <div className="py-1">
          {formatValue(forecast?.progressRatio, 'ratio')}
          <MeterBar value={forecast?.progressRatio ?? null} label="Done" className="h-1.5 w-full max-w-32" />
          <span className="block text-xs text-muted">
            {formatValue(completed, 'requests')} of {formatValue(total, 'requests')}
            {(failed ?? 0) > 0 && `, ${formatValue(failed, 'requests')} failed`}
          </span>
        </div>
      ),
    },
    {
      id: 'eta',
      title: 'Projected end',
      cell: ({ forecast }) =>
        forecast?.etaMs == null ? (
          '–'
        ) : (
          <>
            <Instant ms={forecast.etaMs} />
            <span className="block text-xs text-muted">
              <Range from={forecast.etaFromMs} to={forecast.etaToMs} at={forecast.etaMs} />
            </span>
          </>
        ),
    },
    {
      id: 'window',
      title: 'Window',
      cell: (batch) => (
        <div className="py-1">
          until <Instant ms={batch.deadlineMs} />
          <span className="block text-xs text-muted">{nowMs === null ? '' : markText(batch, nowMs)}</span>
        </div>
      ),
    },
  ];
  return (
    <Card title={`Open batches (${batches.length})`}>
      {batches.length === 0 ? (
        <p className="px-3 pb-3 text-muted">No batch is open.</p>
      ) : (
        <Table
          caption="Open batches"
          columns={columns}
          rows={batches}
          rowKey={({ runId, number }) => `${runId} ${number}`}
        />
      )}
    </Card>
  );
}

/** With the fastest and the slowest pace that was seen. */
function Range({ from, to, at }: { from: number | null; to: number | null; at: number }) {
  if (from === null || (from === at && to === at)) return 'at the pace so far';
  return (
    <>
      <Instant ms={from} /> to {to === null ? 'never' : <Instant ms={to} />}
    </>
  );
}
