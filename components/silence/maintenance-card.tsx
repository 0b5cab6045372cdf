'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { PanelError } from '#components/panel/panel-states.tsx';
import { MaintenanceDialog } from '#components/silence/maintenance-dialog.tsx';
import { scheduleText } from '#components/silence/maintenance-form-state.ts';
import { Instant } from '#components/status/instant.tsx';
import { Shape } from '#components/status/shape.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Switch } from '#components/ui/switch.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { MaintenanceView } from '#lib/api/silences.ts';
import { toProblem } from '#lib/client/problem.ts';
import { maintenanceQuery, removeMaintenance, saveMaintenance } from '#lib/client/silence-queries.ts';
import { useUtc } from '#lib/client/url-state.ts';

/** Windows in which planned work mutes its alerts, once or every week. */
export function MaintenanceCard() {
  const { data, error, refetch } = useQuery(maintenanceQuery());
  const [utc] = useUtc();
  const [editing, setEditing] = useState<MaintenanceView | 'new' | null>(null);
  const columns: readonly Column<MaintenanceView>[] = [
    {
      id: 'state',
      title: 'State',
      cell: (row) => (
        <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
          <Shape name={row.openUntilMs === null ? 'paused' : 'muted'} />
          {row.openUntilMs === null ? (
            'Closed'
          ) : (
            <>
              Open until <Instant ms={row.openUntilMs} />
            </>
          )}
        </span>
      ),
    },
    {
      id: 'title',
      title: 'Window',
      heading: true,
      cell: (row) => (
        <span id={`maintenance-${row.id}`} className="font-medium">
          {row.title}
        </span>
      ),
    },
    { id: 'when', title: 'When', cell: (row) => scheduleText(row.schedule, utc) },
    {
      id: 'what',
      title: 'What',
      cell: (row) => <code className="text-xs [overflow-wrap:anywhere]">{row.matchersText}</code>,
    },
    { id: 'hits', title: 'Mutes now', numeric: true, cell: (row) => row.hits },
    { id: 'who', title: 'Who', cell: (row) => row.author },
    {
      id: 'actions',
      title: 'Actions',
      titleHidden: true,
      cell: (row) => <WindowActions window={row} onEdit={() => setEditing(row)} />,
    },
  ];
  return (
    <Card
      title={`Maintenance windows${data === undefined ? '' : ` (${data.items.length})`}`}
      actions={
        <Button className="h-7" onClick={() => setEditing('new')}>
          New window
        </Button>
      }
    >
      {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />}
      {data?.items.length === 0 && (
        <p className="px-3 pb-3 text-muted">No window. Planned work every Tuesday at 02:00? Put it here once.</p>
      )}
      {data !== undefined && data.items.length > 0 && (
        <Table caption="Maintenance windows" columns={columns} rows={data.items} rowKey={({ id }) => id} />
      )}
      {editing !== null && (
        <MaintenanceDialog window={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
    </Card>
  );
}

function WindowActions({ window, onEdit }: { window: MaintenanceView; onEdit: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const save = useMutation(saveMaintenance(client));
  const remove = useMutation(removeMaintenance(client));
  const onError = (error: unknown) => toast(toProblem(error).detail);
  const { title, matchers, schedule } = window;
  return (
    <span className="inline-flex items-center gap-1">
      <Switch
        label={`${title} is in use`}
        checked={window.enabled}
        onChange={(enabled) =>
          save.mutate({ id: window.id, input: { title, matchers, schedule, enabled } }, { onError })
        }
      />
      <Button className="h-7" variant="quiet" onClick={onEdit}>
        Change…
      </Button>
      <Button
        className="h-7"
        variant="quiet"
        disabled={remove.isPending}
        onClick={() => remove.mutate(window.id, { onSuccess: () => toast(`${title} is removed`), onError })}
      >
        Remove
      </Button>
    </span>
  );
}
