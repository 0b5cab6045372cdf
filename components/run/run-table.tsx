'use client';

import Link from 'next/link';
import { EngineNames } from '#components/run/engine-names.tsx';
import { Lasting } from '#components/run/lasting.tsx';
import { RunOutcome } from '#components/run/run-status.tsx';
import { Instant } from '#components/status/instant.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { RunSummary } from '#lib/api/runs.ts';
import { durationText, KIND_WORDS, ORIGIN_WORDS } from '#lib/client/run-words.ts';

type RunTableProps = {
  caption: string;
  runs: readonly RunSummary[];
  picked: readonly number[];
  onPick: (id: number) => void;
};

/** One row a run: what it was and what came of it. */
export function RunTable({ caption, runs, picked, onPick }: RunTableProps) {
  const columns: readonly Column<RunSummary>[] = [
    {
      id: 'pick',
      title: 'Compare',
      titleHidden: true,
      cell: (run) => (
        <label className="inline-flex min-h-6 items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-(--accent)"
            aria-label={`Compare ${run.name}`}
            checked={picked.includes(run.id)}
            onChange={() => onPick(run.id)}
          />
          <span aria-hidden className="text-muted sm:hidden">
            compare
          </span>
        </label>
      ),
    },
    {
      id: 'name',
      title: 'Run',
      heading: true,
      cell: (run) => (
        <>
          <Link href={`/runs/${run.id}`} className="font-medium underline [overflow-wrap:anywhere]">
            {run.name}
          </Link>
          <span className="block text-xs text-muted">
            {KIND_WORDS[run.kind]}, {ORIGIN_WORDS[run.origin]}
            {run.createdBy === '' ? '' : ` · ${run.createdBy}`}
          </span>
        </>
      ),
    },
    {
      id: 'outcome',
      title: 'Outcome',
      cell: (run) => <RunOutcome run={run} />,
    },
    {
      id: 'headline',
      title: 'What was seen',
      cell: (run) => <span className="[overflow-wrap:anywhere]">{run.headline}</span>,
    },
    { id: 'engines', title: 'Engines', cell: (run) => <EngineNames engines={run.engines} /> },
    { id: 'batches', title: 'Batches', numeric: true, cell: (run) => run.batchCount },
    { id: 'started', title: 'Started', cell: (run) => <Instant ms={run.startedAtMs} /> },
    {
      id: 'took',
      title: 'Took',
      numeric: true,
      cell: (run) =>
        run.finishedAtMs === null ? (
          <>
            <Lasting sinceMs={run.startedAtMs} /> so far
          </>
        ) : (
          // A file that does not say when it ran: the run has no time of its own.
          durationText(run.finishedAtMs === run.startedAtMs ? null : run.finishedAtMs - run.startedAtMs)
        ),
    },
  ];
  return <Table caption={caption} columns={columns} rows={runs} rowKey={({ id }) => id} />;
}
