'use client';

import { useSyncExternalStore } from 'react';

/** Per-browser choices that are no part of a shared link: theme, single-key shortcuts, row height, who sits here. */
type PreferenceName = 'headroom-theme' | 'headroom-shortcuts' | 'headroom-density' | 'headroom-person';

const listeners = new Set<() => void>();

function read(name: PreferenceName): string {
  try {
    return localStorage.getItem(name) ?? '';
  } catch {
    return '';
  }
}

function write(name: PreferenceName, value: string): void {
  try {
    if (value === '') localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Storage is forbidden: the choice lasts until the page is left.
  }
  apply(name, value);
  for (const listener of listeners) listener();
}

function apply(name: PreferenceName, value: string): void {
  if (name === 'headroom-shortcuts' || name === 'headroom-person') return;
  const attribute = name === 'headroom-theme' ? 'theme' : 'density';
  if (value === '') delete document.documentElement.dataset[attribute];
  else document.documentElement.dataset[attribute] = value;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A preference and its setter; '' is the default. */
export function usePreference(name: PreferenceName): readonly [string, (value: string) => void] {
  const value = useSyncExternalStore(
    subscribe,
    () => read(name),
    () => '',
  );
  return [value, (next) => write(name, next)];
}
