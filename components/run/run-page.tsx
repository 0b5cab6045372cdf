'use client';

import { useMutationState, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useEffect } from 'react';
import { PageHeader } from '#components/frame/page-header.tsx';
import { DetailBody } from '#components/panel/detail-body.tsx';
import { BatchTable } from '#components/run/batch-table.tsx';
import { CriteriaTable } from '#components/run/criteria-table.tsx';
import { GpuMemories } from '#components/run/gpu-memories.tsx';
import { MatrixCard } from '#components/run/matrix-card.tsx';
import { OverallCard } from '#components/run/overall-card.tsx';
import { RunActions } from '#components/run/run-actions.tsx';
import { RunForecasts } from '#components/run/run-forecasts.tsx';
import { RunHead } from '#components/run/run-head.tsx';
import { RunOutcome } from '#components/run/run-status.tsx';
import { ThroughputPicture } from '#components/run/throughput-picture.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { RunDetail } from '#lib/api/runs.ts';
import { isNotFound } from '#lib/client/problem.ts';
import { deleteRunKey } from '#lib/client/run-mutations.ts';
import { runQuery } from '#lib/client/run-queries.ts';
import { KIND_WORDS, ORIGIN_WORDS } from '#lib/client/run-words.ts';
import { isMatrix, type MatrixKind } from '#lib/runs/run.ts';

/** One run: what came of it, by which criteria, from which numbers. */
export function RunPage({ id }: { id: number }) {
  const deletions = useMutationState({
    filters: { mutationKey: deleteRunKey(id) },
    select: ({ state }) => state.status,
  });
  const isGone = deletions.some((status) => status === 'pending' || status === 'success');
  const query = useQuery({ ...runQuery(id), enabled: !isGone });
  const data = isNotFound(query.error) ? undefined : query.data;
  const title = data === undefined ? null : `${data.name}: ${data.headline}`;
  useEffect(() => {
    if (title !== null) document.title = `${title} · Headroom`;
  }, [title]);
  return (
    <>
      <PageHeader
        title={data?.name ?? `Run ${id}`}
        wraps
        subtitle={
          data === undefined ? undefined : (
            <>
              <Link href="/runs" className="underline">
                Runs
              </Link>{' '}
              · {data.id} · {KIND_WORDS[data.kind]}, {ORIGIN_WORDS[data.origin]}
              {data.createdBy === '' ? '' : ` · ${data.createdBy}`}
            </>
          )
        }
      >
        {data !== undefined && (
          <>
            <RunOutcome run={data} />
            <RunActions run={data} />
          </>
        )}
      </PageHeader>
      <DetailBody query={query} what={`run ${id}`} list={{ href: '/runs', text: 'To the runs' }}>
        {(run) => <RunReport run={run} />}
      </DetailBody>
    </>
  );
}

function RunReport({ run }: { run: RunDetail }) {
  if (isMatrix(run.kind)) return <MatrixReport run={run} kind={run.kind} />;
  return (
    <>
      <RunHead run={run} />
      <CriteriaTable run={run} />
      {run.batches.length === 0 ? (
        <Notice tone="info">
          {run.state === 'running' ? 'No batch yet.' : 'It had no batch.'} Its numbers, pictures and the leak verdict
          follow from its batches.
        </Notice>
      ) : (
        <>
          <div className="grid grid-cols-1 gap-3 xl:grid-cols-2">
            <ThroughputPicture run={run} />
            <OverallCard run={run} />
          </div>
          <RunForecasts run={run} />
          <GpuMemories run={run} />
          <BatchTable run={run} />
        </>
      )}
    </>
  );
}

/** A test matrix: the table first, because it is the answer; memory only of cells whose time is known. */
function MatrixReport({ run, kind }: { run: RunDetail; kind: MatrixKind }) {
  const timed = run.batches.filter(({ cell }) => cell?.timed !== false);
  const inTime = { ...run, batches: timed.toSorted((a, b) => a.startedAtMs - b.startedAtMs) };
  return (
    <>
      <RunHead run={run} />
      {run.batches.length === 0 && (
        <Notice tone="info">
          No cell yet. Tell one with <code>headroom run batch {run.id} --param NAME=VALUE -- COMMAND</code>, or add a
          result file.
        </Notice>
      )}
      <MatrixCard run={run} kind={kind} />
      <CriteriaTable run={run} />
      {run.gpus.some(({ leak }) => leak.floors.length > 0) && <GpuMemories run={inTime} />}
      {run.batches.length > 0 && <BatchTable run={run} />}
    </>
  );
}
