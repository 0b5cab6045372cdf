'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent, useRef } from 'react';
import { runPageKey } from '#components/frame/page-keys.ts';
import { usePreference } from '#lib/client/preferences.ts';
import { type Pending, pressKey, type ShortcutAction } from '#lib/client/shortcuts.ts';
import { useCarriedHref, useRange, useUtc } from '#lib/client/url-state.ts';

/** Elements that own their keys: single letters must not do anything there. */
const TYPING =
  'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable="true"], [role="menu"], [role="listbox"], [role="dialog"]';

/** Elements that Enter presses. */
const PRESSED = 'a, button, summary, [role="button"]';

/** Listens for the app's single-key shortcuts, unless they are turned off. */
export function useShortcutKeys(onHelp: () => void): void {
  const router = useRouter();
  const href = useCarriedHref();
  const { toggleLive, zoomOut, shift } = useRange();
  const [, toggleUtc] = useUtc();
  const [preference] = usePreference('headroom-shortcuts');
  const pending = useRef<Pending>(null);

  const perform = (action: ShortcutAction) => {
    switch (action.type) {
      case 'help':
        return onHelp();
      case 'go':
        return router.push(href(action.path));
      case 'filter':
        return document.querySelector<HTMLElement>('[data-filter]')?.focus();
      case 'utc':
        return toggleUtc();
      case 'live':
        return toggleLive();
      case 'zoom-out':
        return zoomOut();
      case 'shift':
        return shift(action.direction);
    }
  };

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (preference === 'off' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target instanceof Element && event.target.closest(TYPING) !== null) return;
    const result = pressKey(pending.current, event.key, Date.now());
    pending.current = result.pending;
    if (result.action !== null) {
      event.preventDefault();
      perform(result.action);
      return;
    }
    if (event.key === 'Enter' && event.target instanceof Element && event.target.closest(PRESSED) !== null) return;
    if (result.pending === null && runPageKey(event.key)) event.preventDefault();
  });

  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}
