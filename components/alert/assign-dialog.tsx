'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { DialogActions } from '#components/ui/dialog-actions.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { AlertSummary } from '#lib/api/alerts.ts';
import { assignAlert } from '#lib/client/alert-mutations.ts';
import { personName } from '#lib/client/person.ts';
import { toProblem } from '#lib/client/problem.ts';

/** Says whose it is, without stopping messages: that is what an ack does. */
export function AssignDialog({ alert, onClose }: { alert: AlertSummary; onClose: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const [owner, setOwner] = useState(alert.owner ?? personName());
  const assign = useMutation(assignAlert(client));
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const name = owner.trim();
    assign.mutate(
      { id: alert.id, owner: name === '' ? null : name, version: alert.version },
      {
        onSuccess: () => {
          toast(name === '' ? 'Nobody owns it now' : `${name} owns it now`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Assign"
      description="Whose it is. Messages go on until somebody acknowledges."
    >
      <form onSubmit={onSubmit} className="space-y-4">
        <Field
          label="Owner"
          hint="Empty: nobody"
          error={assign.error === null ? undefined : toProblem(assign.error).detail}
        >
          {(attributes) => (
            <Input
              {...attributes}
              maxLength={200}
              autoComplete="off"
              value={owner}
              onChange={(event) => setOwner(event.target.value)}
            />
          )}
        </Field>
        <DialogActions onCancel={onClose}>
          <Button type="submit" variant="primary" disabled={assign.isPending}>
            {assign.isPending ? 'Saving…' : 'Assign'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
