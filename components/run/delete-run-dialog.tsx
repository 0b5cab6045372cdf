'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { RunDetail } from '#lib/api/runs.ts';
import { toProblem } from '#lib/client/problem.ts';
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
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`Delete ${run.name}?`}>
      <p>
        Its {count === 1 ? 'batch' : `${count} batches`}, notes and verdict are gone for good. What was measured of the
        engines and GPUs stays. Download the report first if somebody may ask.
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
