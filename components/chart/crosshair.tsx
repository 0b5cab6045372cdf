'use client';

import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from 'react';

/** The instant under the cursor, shared by the charts of a page. `chart` is the one that shows the tooltip. */
export type Crosshair = { readonly ms: number; readonly chart: string } | null;

type CrosshairStore = {
  readonly get: () => Crosshair;
  readonly set: (next: Crosshair) => void;
  readonly subscribe: (listener: () => void) => () => void;
};

/** Outside of React state: a move of the pointer must repaint overlays only, never the charts. */
function createCrosshairStore(): CrosshairStore {
  let current: Crosshair = null;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set: (next) => {
      if (next === current || (next?.ms === current?.ms && next?.chart === current?.chart)) return;
      current = next;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const fallback = createCrosshairStore();
const CrosshairContext = createContext<CrosshairStore>(fallback);

export function CrosshairProvider({ children }: { children: ReactNode }) {
  const [store] = useState(createCrosshairStore);
  return <CrosshairContext value={store}>{children}</CrosshairContext>;
}

export function useSetCrosshair(): (next: Crosshair) => void {
  return useContext(CrosshairContext).set;
}

export function useCrosshair(): Crosshair {
  const store = useContext(CrosshairContext);
  return useSyncExternalStore(store.subscribe, store.get, () => null);
}
