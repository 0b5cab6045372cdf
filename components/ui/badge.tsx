import type { ReactNode } from 'react';
import { cx } from '#components/ui/class-names.ts';

type Tone = 'neutral' | 'ok' | 'warn' | 'danger' | 'accent';

const TONES: Record<Tone, string> = {
  neutral: 'bg-nodata-soft',
  ok: 'bg-ok-soft',
  warn: 'bg-warn-soft',
  danger: 'bg-danger-soft',
  accent: 'bg-accent-soft',
};

export function Badge({
  tone = 'neutral',
  children,
  className,
}: {
  tone?: Tone;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span
      className={cx(
        'inline-flex max-w-full items-center gap-1 rounded-sm px-1.5 py-px text-xs whitespace-nowrap text-text',
        TONES[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}
