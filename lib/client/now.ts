'use client';

import { useSyncExternalStore } from 'react';

/** One clock for every "3 s ago" of the page, so that a hundred rows cost one timer. */
const TICK_MS = 5000;
let nowMs = 0;
let timer: ReturnType<typeof setInterval> | null = null;
const listeners = new Set<() => void>();

function tick(): void {
  nowMs = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === null) timer = setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

function snapshot(): number {
  if (nowMs === 0 || Date.now() - nowMs > TICK_MS * 2) nowMs = Date.now();
  return nowMs;
}

/** The time to within 5 s; null while the server renders, which has no clock of the viewer's. */
export function useNowMs(): number | null {
  return useSyncExternalStore<number | null>(subscribe, snapshot, () => null);
}

const never = () => () => {};

/** False while the server's HTML is on screen: zone and locale of the viewer are not known there. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
