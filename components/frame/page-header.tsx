import type { ReactNode } from 'react';

/** Title on the left, subject and range on the right; stays visible while the panels scroll on large screens. */
export function PageHeader({
  title,
  subtitle,
  wraps = false,
  children,
}: {
  title: ReactNode;
  subtitle?: ReactNode;
  /** A title that must be read whole: it breaks into lines, and the header scrolls away on small windows. */
  wraps?: boolean;
  children?: ReactNode;
}) {
  return (
    <div className="z-20 flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line bg-bg px-4 py-2.5 lg:sticky lg:top-0">
      <div className={`min-w-0 flex-1 ${wraps ? 'basis-72' : 'basis-40'}`}>
        <h1
          className={`text-lg font-semibold tracking-tight ${wraps ? 'leading-snug [overflow-wrap:anywhere]' : 'truncate'}`}
        >
          {title}
        </h1>
        {subtitle !== undefined && <div className="truncate text-xs text-muted">{subtitle}</div>}
      </div>
      <div className="flex flex-wrap items-center gap-2">{children}</div>
    </div>
  );
}

export function PageBody({ children }: { children: ReactNode }) {
  return <div className="space-y-3 p-3 sm:p-4">{children}</div>;
}
