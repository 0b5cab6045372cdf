import type { ReactNode } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';

type ConfirmDialogProps = {
  /** The question, and what follows from a yes. */
  readonly title: string;
  readonly children: ReactNode;
  /** The word of the button that does it. */
  readonly word: string;
  readonly pending: boolean;
  /** Why it was not done; null when nothing failed. */
  readonly problem: string | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
};

/** Asks before something is gone, and stays open with the reason when it could not be done. */
export function ConfirmDialog({ title, children, word, pending, problem, onConfirm, onClose }: ConfirmDialogProps) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title}>
      <p>{children}</p>
      {problem !== null && (
        <Notice tone="danger" className="mt-3">
          {problem}
        </Notice>
      )}
      <div className="mt-4 flex justify-end gap-2">
        <Button variant="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button variant="danger" onClick={onConfirm} disabled={pending}>
          {word}
        </Button>
      </div>
    </Dialog>
  );
}
