'use client';

import { cx } from '#components/ui/class-names.ts';
import { toggleMatch } from '#lib/client/alert-filter.ts';
import { writeParams } from '#lib/client/url-state.ts';

/** Labels as buttons that narrow the list to them. */
export function LabelBadges({
  labels,
  match,
  most = 8,
  className,
}: {
  labels: Readonly<Record<string, string>>;
  match: string;
  most?: number;
  className?: string;
}) {
  const entries = Object.entries(labels);
  return (
    <span className={cx('inline-flex min-w-0 flex-wrap gap-1', className)}>
      {entries.slice(0, most).map(([name, value]) => (
        <button
          key={name}
          type="button"
          tabIndex={-1}
          title={`Only ${name}=${value}`}
          onClick={(event) => {
            event.stopPropagation();
            writeParams({ match: toggleMatch(match, name, value) }, 'push');
          }}
          className="inline-flex min-h-5 max-w-48 items-center rounded-sm bg-nodata-soft px-1.5 text-xs text-text hover:bg-accent-soft"
        >
          <span className="truncate">
            <span className="text-muted">{name}=</span>
            {value}
          </span>
        </button>
      ))}
      {entries.length > most && <span className="text-xs text-muted">+{entries.length - most}</span>}
    </span>
  );
}
