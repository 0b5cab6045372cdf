import { ChevronDown, ChevronRight } from 'lucide-react';
import { LabelBadges } from '#components/alert/label-badges.tsx';
import { SeverityCounts } from '#components/status/alert-status.tsx';
import type { AlertGroup, Grouping } from '#lib/client/alert-groups.ts';

/** Heading of a group: what it is, how much of it, and the labels that all of it share. */
export function AlertGroupRow({
  group,
  by,
  folded,
  index,
  match,
  onFold,
}: {
  group: AlertGroup;
  by: Grouping;
  folded: boolean;
  index: number;
  match: string;
  onFold: (key: string) => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of the virtual grid
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
    <div role="row" aria-rowindex={index + 1} className="border-t border-line bg-sunken">
      {/* biome-ignore lint/a11y/useSemanticElements: a cell of the virtual grid */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names its active row */}
      <div role="gridcell" className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1.5">
        <button
          type="button"
          aria-expanded={!folded}
          onClick={() => onFold(group.key)}
          className="inline-flex min-h-6 min-w-0 items-center gap-1 font-semibold"
        >
          {folded ? <ChevronRight size={14} aria-hidden /> : <ChevronDown size={14} aria-hidden />}
          <span className="text-xs font-normal text-muted">{by}</span>
          <span className="truncate">{group.title}</span>
        </button>
        <span className="text-muted">
          {group.total} {group.total === 1 ? 'alert' : 'alerts'}
        </span>
        <SeverityCounts counts={group.bySeverity} />
        <LabelBadges labels={group.common} match={match} />
      </div>
    </div>
  );
}
