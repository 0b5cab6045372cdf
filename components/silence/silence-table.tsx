'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { SilenceDialog } from '#components/silence/silence-dialog.tsx';
import { Instant } from '#components/status/instant.tsx';
import { Shape, type ShapeName } from '#components/status/shape.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { SilenceView } from '#lib/api/silences.ts';
import { toProblem } from '#lib/client/problem.ts';
import { endSilence } from '#lib/client/silence-queries.ts';

const STATES: Record<SilenceView['state'], { shape: ShapeName; word: string }> = {
  active: { shape: 'muted', word: 'Active' },
  waiting: { shape: 'pending', word: 'Waiting' },
  ended: { shape: 'ok', word: 'Ended' },
};

export function SilenceTable({ silences }: { silences: readonly SilenceView[] }) {
  const [again, setAgain] = useState<SilenceView | null>(null);
  const columns: readonly Column<SilenceView>[] = [
    { id: 'state', title: 'State', cell: (row) => <StateCell silence={row} /> },
    {
      id: 'what',
      title: 'What',
      heading: true,
      cell: (row) => (
        <code id={`silence-${row.id}`} className="text-xs [overflow-wrap:anywhere]">
          {row.matchersText}
        </code>
      ),
    },
    {
      id: 'hits',
      title: 'Mutes now',
      numeric: true,
      cell: (row) =>
        row.state === 'active' ? (
          <Link
            href={`/alerts?handling=muted&match=${encodeURIComponent(row.matchersText)}`}
            className="inline-flex min-h-6 items-center underline"
          >
            {row.hits}
          </Link>
        ) : (
          <span className="text-muted">–</span>
        ),
    },
    { id: 'why', title: 'Why', cell: (row) => <span className="[overflow-wrap:anywhere]">{row.reason}</span> },
    { id: 'who', title: 'Who', cell: (row) => row.author },
    {
      id: 'until',
      title: 'Until',
      cell: (row) => (
        <>
          <Instant ms={row.endsAtMs} />
          {row.endedBy !== null && <span className="block text-xs text-muted">ended by {row.endedBy}</span>}
          {row.state === 'waiting' && (
            <span className="block text-xs text-muted">
              from <Instant ms={row.startsAtMs} />
            </span>
          )}
        </>
      ),
    },
    {
      id: 'actions',
      title: 'Actions',
      titleHidden: true,
      cell: (row) =>
        row.state === 'ended' ? (
          <Button className="h-7" variant="quiet" onClick={() => setAgain(row)}>
            Again…
          </Button>
        ) : (
          <EndButton silence={row} />
        ),
    },
  ];
  return (
    <>
      <Table
        caption="Silences"
        columns={columns}
        rows={silences}
        rowKey={({ id }) => id}
        rowClass={({ state }) => (state === 'ended' ? 'text-muted' : undefined)}
      />
      {again !== null && (
        <SilenceDialog matchers={again.matchersText} reason={again.reason} onClose={() => setAgain(null)} />
      )}
    </>
  );
}

function StateCell({ silence }: { silence: SilenceView }) {
  const { shape, word } = STATES[silence.state];
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      <Shape name={shape} />
      {word}
      {silence.unused && (
        <Badge tone="warn">
          <Shape name="warning" size={9} />
          matched nothing for a day
        </Badge>
      )}
    </span>
  );
}

function EndButton({ silence }: { silence: SilenceView }) {
  const client = useQueryClient();
  const toast = useToast();
  const end = useMutation(endSilence(client));
  return (
    <Button
      className="h-7"
      disabled={end.isPending}
      onClick={() =>
        end.mutate(silence.id, {
          onSuccess: () => toast('Ended: what it muted is told again'),
          onError: (error) => toast(toProblem(error).detail),
        })
      }
    >
      End now
    </Button>
  );
}
