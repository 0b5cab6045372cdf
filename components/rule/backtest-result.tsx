'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { EpisodeLanes } from '#components/chart/episode-lanes.tsx';
import { Instant } from '#components/status/instant.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { Backtest } from '#lib/api/rules.ts';
import { subjectsQuery } from '#lib/client/queries.ts';
import { instantText } from '#lib/client/range-state.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import { formatValue, isWords } from '#lib/metrics/unit.ts';

type Episode = Backtest['episodes'][number];

/** Room around an episode on the page that it links to. */
const AROUND_MS = 30 * 60_000;

export function BacktestResult({ result }: { result: Backtest }) {
  const columns: readonly Column<Episode>[] = [
    {
      id: 'name',
      title: 'On',
      heading: true,
      cell: (row) => <span className="[overflow-wrap:anywhere]">{row.name}</span>,
    },
    { id: 'fired', title: 'Fired', cell: (row) => <EpisodeLink episode={row} toMs={result.toMs} /> },
    {
      id: 'lasted',
      title: 'For',
      numeric: true,
      cell: (row) =>
        row.resolvedAtMs === null
          ? `${describeDurationMs(result.toMs - row.firedAtMs)}, still`
          : describeDurationMs(row.resolvedAtMs - row.firedAtMs),
    },
    {
      id: 'peak',
      title: 'Worst',
      numeric: true,
      cell: (row) => (
        <>
          {formatValue(row.peakValue, row.unit)}
          {row.limit !== null && !isWords(row.unit) && (
            <span className="text-muted"> / {formatValue(row.limit, row.unit)}</span>
          )}
        </>
      ),
    },
  ];
  const unknown = Math.round(result.unknownShare * 100);
  return (
    <div className="space-y-3">
      <p role="status" className="text-base font-semibold">
        {result.summary}
      </p>
      <p className="text-xs text-muted">
        Evaluated every {describeDurationMs(result.stepMs)}
        {result.stepMs > 60_000 && ', so shorter breaches between are not seen'}
        {unknown > 0 && `; unknown for ${unknown} % of the time`}.
      </p>
      {result.episodes.length > 0 && (
        <>
          <EpisodeLanes
            fromMs={result.fromMs}
            toMs={result.toMs}
            label={result.summary}
            episodes={result.episodes.map((episode) => ({
              lane: episode.name,
              fromMs: episode.firedAtMs,
              toMs: episode.resolvedAtMs,
            }))}
          />
          <div className="-mx-3 max-h-80 overflow-y-auto">
            <Table
              caption="Episodes"
              columns={columns}
              rows={result.episodes}
              rowKey={(row) => `${row.subject} ${row.firedAtMs}`}
            />
          </div>
        </>
      )}
      {result.more > 0 && <p className="text-xs text-muted">and {result.more} more</p>}
    </div>
  );
}

/** The page of what it was about, at that time. */
function EpisodeLink({ episode, toMs }: { episode: Episode; toMs: number }) {
  const from = instantText(episode.pendingSinceMs - AROUND_MS);
  const to = instantText(Math.min(toMs, (episode.resolvedAtMs ?? toMs) + AROUND_MS));
  const { data: subjects } = useQuery(subjectsQuery('all', 30_000));
  const subject = subjects?.items.find(({ id }) => id === episode.subject);
  if (subject === undefined) return <Instant ms={episode.firedAtMs} />;
  return (
    <Link href={`/${subject.kind}s/${subject.id}?from=${from}&to=${to}`} className="underline">
      <Instant ms={episode.firedAtMs} />
    </Link>
  );
}
