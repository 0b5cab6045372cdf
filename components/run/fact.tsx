import type { ReactNode } from 'react';
import { cx } from '#components/ui/class-names.ts';

/** A term and what is known of it, inside a `dl`. */
export function Fact({ term, children, className }: { term: string; children: ReactNode; className?: string }) {
  return (
    <div className={cx('min-w-0', className)}>
      <dt className="text-xs text-muted [overflow-wrap:anywhere]">{term}</dt>
      <dd className="[overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}
