'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { RunDetail } from '#lib/api/runs.ts';
import { deleteRun } from '#lib/client/run-mutations.ts';

export function DeleteRunDialog({ run, onClose }: { run: RunDetail; onClose: () => void }) {
  const client = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const remove = useMutation(deleteRun(client, run.id));
  const onConfirm = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        toast(`${run.name} is deleted`);
        router.push('/runs');
      },
    });
  const count = run.batches.length;
  return (
    <ConfirmDialog
      title={`Delete ${run.name}?`}
      word="Delete"
      pending={remove.isPending}
      problem={remove.error?.message ?? null}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      Its {count === 1 ? 'batch' : `${count} batches`}, notes and verdict are gone for good. What was measured of the
      engines and GPUs stays. Download the report first if somebody may ask.
    </ConfirmDialog>
  );
}
