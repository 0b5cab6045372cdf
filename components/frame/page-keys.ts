'use client';

import { useEffect, useEffectEvent } from 'react';

type KeyHandler = (key: string) => boolean;

/** Handlers of what is on screen, the newest first: a list in a page, then the page. */
const handlers: KeyHandler[] = [];

/** Offers a key to the page; true when it was taken. The app's own shortcuts and chords come first. */
export function runPageKey(key: string): boolean {
  return handlers.toReversed().some((handle) => handle(key));
}

/** Keys of a page by their name, long names in small letters (`a`, `arrowdown`). A binding that answers `false` leaves the key alone. */
export function usePageKeys(bindings: Readonly<Record<string, () => unknown>>): void {
  const handle = useEffectEvent((key: string): boolean => {
    const run = bindings[key.length > 1 ? key.toLowerCase() : key];
    return run !== undefined && run() !== false;
  });
  useEffect(() => {
    const handler: KeyHandler = (key) => handle(key);
    handlers.push(handler);
    return () => {
      handlers.splice(handlers.indexOf(handler), 1);
    };
  }, []);
}
