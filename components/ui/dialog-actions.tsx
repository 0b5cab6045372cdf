import type { ReactNode } from 'react';
import { Button } from '#components/ui/button.tsx';
import { cx } from '#components/ui/class-names.ts';

/** The foot of a dialog: away from it, then what it is there for. `sticky` keeps it in sight where the dialog scrolls. */
export function DialogActions({
  onCancel,
  sticky = false,
  children,
}: {
  onCancel: () => void;
  sticky?: boolean;
  children: ReactNode;
}) {
  return (
    <div
      className={cx(
        'flex justify-end gap-2',
        sticky && 'sticky -bottom-4 -mx-4 -mb-4 border-t border-line bg-surface px-4 py-3',
      )}
    >
      <Button variant="quiet" onClick={onCancel}>
        Cancel
      </Button>
      {children}
    </div>
  );
}
