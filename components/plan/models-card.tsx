'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { ModelDialog } from '#components/plan/model-dialog.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { ModelView } from '#lib/api/plan.ts';
import { removeModel } from '#lib/client/plan-queries.ts';
import { useUrlParam } from '#lib/client/url-state.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** The models that can be planned with: own ones, which can be changed, then those that come with Headroom. */
export function ModelsCard({ models }: { models: readonly ModelView[] }) {
  const [edit, setEdit] = useUrlParam('edit');
  const [removed, setRemoved] = useState<ModelView | null>(null);
  const columns: readonly Column<ModelView>[] = [
    {
      id: 'name',
      title: 'Model',
      heading: true,
      cell: ({ name, ownId }) => (
        <span className="[overflow-wrap:anywhere]">
          {name}
          {ownId !== null && <span className="text-muted"> (own)</span>}
        </span>
      ),
    },
    { id: 'parameters', title: 'Parameters', numeric: true, cell: ({ parameters }) => billions(parameters) },
    { id: 'layers', title: 'Layers', numeric: true, cell: ({ layers }) => layers },
    { id: 'heads', title: 'KV heads', numeric: true, cell: ({ kvHeads }) => kvHeads },
    { id: 'dim', title: 'Head size', numeric: true, cell: ({ headDim }) => headDim },
    { id: 'hidden', title: 'Hidden', numeric: true, from: 'xl', cell: ({ hidden }) => hidden ?? '–' },
    {
      id: 'token',
      title: 'KV a token, 16 bits',
      numeric: true,
      cell: ({ layers, kvHeads, headDim }) => formatValue(2 * layers * kvHeads * headDim * 2, 'bytes'),
    },
    {
      id: 'source',
      title: 'Source',
      from: '2xl',
      cell: ({ source }) => <span className="text-muted [overflow-wrap:anywhere]">{source}</span>,
    },
    {
      id: 'actions',
      title: 'Actions',
      titleHidden: true,
      cell: (model) => (
        <span className="flex gap-1">
          <Button
            variant="quiet"
            className="h-7"
            aria-label={`${model.ownId === null ? 'Copy' : 'Change'} ${model.name}`}
            onClick={() => setEdit(model.id)}
          >
            {model.ownId === null ? 'Copy' : 'Change'}
          </Button>
          {model.ownId !== null && (
            <Button
              variant="quiet"
              className="h-7"
              aria-label={`Remove ${model.name}`}
              onClick={() => setRemoved(model)}
            >
              Remove
            </Button>
          )}
        </span>
      ),
    },
  ];
  const edited = models.find(({ id }) => id === edit) ?? null;
  return (
    <Card
      title={`Models (${models.length})`}
      actions={
        <Button className="h-7" onClick={() => setEdit('new')}>
          <Plus size={14} aria-hidden />
          Add a model
        </Button>
      }
    >
      <Table caption="Models" columns={columns} rows={models} rowKey={({ id }) => id} />
      {(edit === 'new' || edited !== null) && <ModelDialog model={edited} onClose={() => setEdit(null, 'replace')} />}
      {removed !== null && <RemoveModel model={removed} onClose={() => setRemoved(null)} />}
    </Card>
  );
}

function billions(parameters: number): string {
  return parameters >= 1e9 ? `${Number((parameters / 1e9).toPrecision(3))} B` : `${Math.round(parameters / 1e6)} M`;
}

function RemoveModel({ model, onClose }: { model: ModelView; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation(removeModel(client));
  return (
    <ConfirmDialog
      title={`Remove ${model.name}?`}
      word="Remove"
      pending={remove.isPending}
      problem={remove.error?.message ?? null}
      onConfirm={() => model.ownId !== null && remove.mutate(model.ownId, { onSuccess: onClose })}
      onClose={onClose}
    >
      Plans and links that name it no longer find it. Models that come with Headroom stay.
    </ConfirmDialog>
  );
}
