'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { Target } from '#lib/api/targets.ts';
import { toProblem } from '#lib/client/problem.ts';
import { deleteTarget } from '#lib/client/target-mutations.ts';

type DeleteTargetDialogProps = { target: Target; onClose: () => void; onDeleted?: () => void };

export function DeleteTargetDialog({ target, onClose, onDeleted }: DeleteTargetDialogProps) {
  const client = useQueryClient();
  const toast = useToast();
  const remove = useMutation(deleteTarget(client));
  const onConfirm = () =>
    remove.mutate(target.id, {
      onSuccess: () => {
        toast(`${target.name} is deleted`);
        onClose();
        onDeleted?.();
      },
    });
  const count = target.subjects.length;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`Delete ${target.name}?`}>
      <p>
        Polling ends, and {count === 1 ? 'its subject leaves' : `its ${count} subjects leave`} every page. To stop
        polling for a while, pause it instead.
      </p>
      {remove.error !== null && (
        <Notice tone="danger" className="mt-3">
          {toProblem(remove.error).title}. {toProblem(remove.error).detail}
        </Notice>
      )}
      <div className="mt-4 flex justify-end gap-2">
        <Button variant="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button variant="danger" onClick={onConfirm} disabled={remove.isPending}>
          Delete
        </Button>
      </div>
    </Dialog>
  );
}
