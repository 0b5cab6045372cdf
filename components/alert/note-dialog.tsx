'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { DialogActions } from '#components/ui/dialog-actions.tsx';
import { Field, TextArea } from '#components/ui/field.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { addNote } from '#lib/client/alert-mutations.ts';
import { toProblem } from '#lib/client/problem.ts';

/** A note for the next one who gets this alert. */
export function NoteDialog({ id, onClose }: { id: number; onClose: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const [note, setNote] = useState('');
  const add = useMutation(addNote(client));
  const send = () => {
    if (note.trim() === '' || add.isPending) return;
    add.mutate(
      { id, note: note.trim() },
      {
        onSuccess: () => {
          toast('Noted');
          onClose();
        },
      },
    );
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Add a note">
      <form onSubmit={onSubmit} className="space-y-4">
        <Field
          label="Note"
          hint="Shown here and with the next episodes. Ctrl+Enter sends."
          error={add.error === null ? undefined : toProblem(add.error).detail}
        >
          {(attributes) => (
            <TextArea
              {...attributes}
              rows={4}
              maxLength={4000}
              className="font-sans text-sm"
              value={note}
              onChange={(event) => setNote(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                  event.preventDefault();
                  send();
                }
              }}
            />
          )}
        </Field>
        <DialogActions onCancel={onClose}>
          <Button type="submit" variant="primary" disabled={note.trim() === '' || add.isPending}>
            {add.isPending ? 'Saving…' : 'Save'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
