import { CircleAlert, Info, OctagonAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '#components/ui/class-names.ts';

type Tone = 'info' | 'warning' | 'danger';

const TONES: Record<Tone, { box: string; icon: ReactNode }> = {
  info: { box: 'border-line bg-accent-soft', icon: <Info size={16} aria-hidden className="text-accent" /> },
  warning: { box: 'border-line bg-warn-soft', icon: <CircleAlert size={16} aria-hidden className="text-warn" /> },
  danger: { box: 'border-line bg-danger-soft', icon: <OctagonAlert size={16} aria-hidden className="text-danger" /> },
};

/** A sentence with a shape and what can be done about it. */
export function Notice({
  tone,
  children,
  action,
  className,
}: {
  tone: Tone;
  children: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  return (
    <div
      className={cx(
        'flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md border px-3 py-2',
        TONES[tone].box,
        className,
      )}
    >
      <span className="shrink-0">{TONES[tone].icon}</span>
      <div className="min-w-0 flex-1 basis-52 break-words">{children}</div>
      {action}
    </div>
  );
}
