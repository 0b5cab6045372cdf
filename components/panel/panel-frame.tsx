import type { ReactNode, Ref } from 'react';

type PanelFrameProps = {
  title: string;
  titleExtra?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  ref?: Ref<HTMLElement>;
};

/** The box of a chart: title and what explains it on the left, what can be done on the right. */
export function PanelFrame({ title, titleExtra, actions, children, ref }: PanelFrameProps) {
  return (
    <section ref={ref} aria-label={title} className="relative min-w-0 rounded-lg border border-line bg-surface">
      <header className="flex min-h-9 items-center gap-1 py-1 pr-1.5 pl-3">
        <h2 className="truncate text-sm font-semibold">{title}</h2>
        {titleExtra}
        <div className="ml-auto flex shrink-0 items-center">{actions}</div>
      </header>
      {children}
    </section>
  );
}

export function PanelGrid({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-1 gap-3 xl:grid-cols-2">{children}</div>;
}
