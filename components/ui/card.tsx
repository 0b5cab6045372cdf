import type { ReactNode } from 'react';
import { cx } from '#components/ui/class-names.ts';

/** A bordered surface with a heading. */
export function Card({
  title,
  actions,
  children,
  className,
}: {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section className={cx('min-w-0 rounded-lg border border-line bg-surface', className)}>
      {title !== undefined && (
        <header className="flex min-h-10 flex-wrap items-center gap-2 px-3 pt-2 pb-1">
          <h2 className="text-sm font-semibold">{title}</h2>
          <div className="ml-auto flex items-center gap-1">{actions}</div>
        </header>
      )}
      {children}
    </section>
  );
}
