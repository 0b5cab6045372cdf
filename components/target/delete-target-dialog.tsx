'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { Target } from '#lib/api/targets.ts';
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
    <ConfirmDialog
      title={`Delete ${target.name}?`}
      word="Delete"
      pending={remove.isPending}
      problem={remove.error?.message ?? null}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      Polling ends, and {count === 1 ? 'its subject leaves' : `its ${count} subjects leave`} every page. To stop polling
      for a while, pause it instead.
    </ConfirmDialog>
  );
}
