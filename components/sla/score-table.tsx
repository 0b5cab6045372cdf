'use client';

import { useQuery } from '@tanstack/react-query';
import { LevelStatus } from '#components/status/level-status.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { Level } from '#lib/client/band-level.ts';
import { indexCurrent } from '#lib/client/current-index.ts';
import { currentQuery, subjectsQuery, targetsQuery } from '#lib/client/queries.ts';
import { SCORED_SIGNALS, type ScoreRow, scorecard } from '#lib/client/scorecard.ts';
import { shortNames } from '#lib/client/subject-name.ts';
import { formatValue } from '#lib/metrics/unit.ts';

const REFRESH_MS = 15_000;

/** The targets that report 001 prints, against everything that shows them now. */
export function ScoreTable() {
  const { data: subjects } = useQuery(subjectsQuery('all'));
  const { data: current } = useQuery(currentQuery({ signals: SCORED_SIGNALS }, REFRESH_MS));
  const { data: targets } = useQuery(targetsQuery());
  const all = subjects?.items ?? [];
  const literal = new Set((targets?.items ?? []).flatMap(({ id, profile }) => (profile === 'literal' ? [id] : [])));
  const rows = scorecard(all, indexCurrent(current), ({ target }) => literal.has(target.id));
  const names = new Map(
    (['engine', 'gpu'] as const).flatMap((kind) => [...shortNames(all.filter((subject) => subject.kind === kind))]),
  );
  const columns: readonly Column<ScoreRow>[] = [
    {
      id: 'signal',
      title: 'Key metric',
      heading: true,
      cell: ({ signal, target }) => (
        <>
          {signal.title}
          {target.offByDefault === true && (
            <span className="block text-xs text-muted">as printed; the report’s own peak contradicts it</span>
          )}
        </>
      ),
    },
    { id: 'target', title: 'Target', cell: ({ text }) => text },
    { id: 'state', title: 'Now', cell: (row) => <LevelStatus level={levelOf(row)} word={wordOf(row)} /> },
    {
      id: 'worst',
      title: 'Furthest from it',
      cell: ({ worst, signal }) =>
        worst === null ? '–' : `${formatValue(worst.value, signal.unit)} on ${names.get(worst.id) ?? `#${worst.id}`}`,
    },
  ];
  return (
    <Card title="Scorecard: targets of report 001">
      <Table caption="Scorecard" columns={columns} rows={rows} rowKey={({ signal, text }) => `${signal.id} ${text}`} />
    </Card>
  );
}

/** A printed target that is missed is no alarm: rules are. */
function levelOf({ met, missed, target }: ScoreRow): Level {
  if (met + missed === 0 || target.offByDefault === true) return 'unknown';
  return missed > 0 ? 'warning' : 'safe';
}

function wordOf({ met, missed, unknown }: ScoreRow): string {
  const known = met + missed;
  const rest = unknown > 0 ? `, ${unknown} unknown` : '';
  return known === 0 ? 'unknown' : `met by ${met} of ${known}${rest}`;
}
