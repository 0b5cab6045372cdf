'use client';

import type { Selection } from '#components/alert/use-selection.ts';
import { Button } from '#components/ui/button.tsx';

/** What can be done with the selection; stays in sight while the list scrolls. */
export function BulkBar({
  total,
  loaded,
  selection,
  onAck,
  onMute,
}: {
  total: number;
  loaded: number;
  selection: Selection;
  onAck: () => void;
  onMute: () => void;
}) {
  const { all, count } = selection;
  if (!all && count === 0) {
    return (
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1 text-muted">
        <span className="max-sm:hidden">
          <kbd>j</kbd> <kbd>k</kbd> move · <kbd>x</kbd> select · <kbd>a</kbd> ack · <kbd>m</kbd> mute
        </span>
        <Button variant="quiet" className="ml-auto h-7" onClick={selection.selectAll}>
          Select all {total}
        </Button>
      </div>
    );
  }
  return (
    <div
      role="toolbar"
      aria-label="Selected alerts"
      className="sticky top-0 z-20 flex min-h-9 flex-wrap items-center gap-2 rounded-t-lg border-b border-line bg-accent-soft px-3 py-1 lg:top-14"
    >
      <span role="status">{all ? `All ${total} that match are selected` : `${count} selected`}</span>
      <Button className="h-7" variant="primary" onClick={onAck}>
        Acknowledge
      </Button>
      <Button className="h-7" onClick={onMute}>
        Mute
      </Button>
      {!all && total > count && (
        <Button className="h-7" variant="quiet" onClick={selection.selectAll}>
          Select all {total}
          {loaded < total ? ' that match' : ''}
        </Button>
      )}
      <Button className="ml-auto h-7" variant="quiet" onClick={selection.clear}>
        Clear
      </Button>
    </div>
  );
}
