'use client';

import { useCallback, useMemo, useState } from 'react';
import type { AlertSummary } from '#lib/api/alerts.ts';

export type Selection = {
  readonly ids: ReadonlySet<number>;
  /** Everything that the filter matches, also what is not loaded. */
  readonly all: boolean;
  readonly count: number;
  readonly chosen: readonly AlertSummary[];
  readonly toggle: (id: number) => void;
  readonly selectAll: () => void;
  readonly clear: () => void;
};

const NONE: ReadonlySet<number> = new Set();

/** Which alerts an action is about. It belongs to one filter: with another filter it is empty. */
export function useSelection(items: readonly AlertSummary[], filterKey: string): Selection {
  const [state, setState] = useState<{ key: string; ids: ReadonlySet<number>; all: boolean }>({
    key: filterKey,
    ids: NONE,
    all: false,
  });
  const current = state.key === filterKey ? state : { key: filterKey, ids: NONE, all: false };
  const chosen = useMemo(() => items.filter(({ id }) => current.ids.has(id)), [items, current.ids]);
  const toggle = useCallback(
    (id: number) =>
      setState((before) => {
        const ids = new Set(before.key === filterKey && !before.all ? before.ids : NONE);
        if (!ids.delete(id)) ids.add(id);
        return { key: filterKey, ids, all: false };
      }),
    [filterKey],
  );
  const selectAll = useCallback(() => setState({ key: filterKey, ids: NONE, all: true }), [filterKey]);
  const clear = useCallback(() => setState({ key: filterKey, ids: NONE, all: false }), [filterKey]);
  return { ids: current.ids, all: current.all, count: chosen.length, chosen, toggle, selectAll, clear };
}
