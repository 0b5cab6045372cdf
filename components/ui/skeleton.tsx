import { cx } from '#components/ui/class-names.ts';

/** A placeholder of the final size; visible only when loading takes longer than 400 ms. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cx('appear-late rounded-md bg-hover', className)} />;
}

/** The thin line on top of what is being refreshed. */
export function ProgressLine({ active }: { active: boolean }) {
  return (
    <div aria-hidden className="absolute inset-x-0 top-0 h-0.5 overflow-hidden">
      {active && (
        <div className="appear-late h-full">
          <div className="progress-run h-full w-1/4 bg-accent" />
        </div>
      )}
    </div>
  );
}
