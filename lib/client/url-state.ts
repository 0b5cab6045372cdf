'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import { useCallback, useMemo } from 'react';
import {
  absoluteRange,
  parseRange,
  type RangeState,
  rangePatch,
  refreshMsOf,
  relativeRange,
  resolveRange,
  shiftRange,
  zoomOutRange,
} from '#lib/client/range-state.ts';

export type ParamPatch = Readonly<Record<string, string | null>>;

/** The query text with a patch applied; null removes. Colons and commas stay readable. */
export function patchQuery(query: string, patch: ParamPatch): string {
  const params = new URLSearchParams(query);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === '') params.delete(name);
    else params.set(name, value);
  }
  return params.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
}

/**
 * Writes the URL without asking the server for a page: Next follows the history API.
 * `push` gives Back something to undo (range, zoom); `replace` is for filters that change with each key.
 */
export function writeParams(patch: ParamPatch, mode: 'push' | 'replace'): void {
  const query = patchQuery(window.location.search, patch);
  const url = `${window.location.pathname}${query === '' ? '' : `?${query}`}${window.location.hash}`;
  if (mode === 'push') window.history.pushState(null, '', url);
  else window.history.replaceState(null, '', url);
}

/** One parameter of the URL and its setter. */
export function useUrlParam(
  name: string,
): readonly [string, (value: string | null, mode?: 'push' | 'replace') => void] {
  const value = useSearchParams().get(name) ?? '';
  const set = useCallback(
    (next: string | null, mode: 'push' | 'replace' = 'push') => writeParams({ [name]: next }, mode),
    [name],
  );
  return [value, set];
}

export type RangeControl = {
  readonly range: RangeState;
  readonly refreshMs: number | false;
  readonly live: boolean;
  readonly set: (range: RangeState) => void;
  readonly zoomTo: (fromMs: number, toMs: number) => void;
  readonly zoomOut: () => void;
  readonly shift: (direction: -1 | 1) => void;
  /** Live <-> paused. Pausing freezes the instants that are on screen. */
  readonly toggleLive: () => void;
};

/** The page's time range, from the URL. */
export function useRange(): RangeControl {
  const query = useSearchParams().toString();
  return useMemo(() => {
    const range = parseRange(new URLSearchParams(query), Date.now());
    const refreshMs = refreshMsOf(range);
    const set = (next: RangeState) => writeParams(rangePatch(next), 'push');
    return {
      range,
      refreshMs,
      live: refreshMs !== false,
      set,
      zoomTo: (fromMs, toMs) => set(absoluteRange(fromMs, toMs, range.refresh)),
      zoomOut: () => set(zoomOutRange(range, Date.now())),
      shift: (direction) => set(shiftRange(range, direction, Date.now())),
      toggleLive: () => {
        const { fromMs, toMs } = resolveRange(range, Date.now());
        const refresh = range.refresh === 'off' ? '5s' : range.refresh;
        set(refreshMs === false ? relativeRange(toMs - fromMs, refresh) : absoluteRange(fromMs, toMs, refresh));
      },
    };
  }, [query]);
}

/** Whether times are shown in UTC (`tz=utc`), else in the viewer's zone. */
export function useUtc(): readonly [boolean, () => void] {
  const utc = useSearchParams().get('tz') === 'utc';
  return [utc, useCallback(() => writeParams({ tz: utc ? null : 'utc' }, 'replace'), [utc])];
}

/** Parameters that follow the reader from page to page. */
const CARRIED = ['from', 'to', 'refresh', 'tz'] as const;

/** A link to another page that keeps range and zone. */
export function useCarriedHref(): (path: string) => string {
  const params = useSearchParams();
  const carried = new URLSearchParams();
  for (const name of CARRIED) {
    const value = params.get(name);
    if (value !== null) carried.set(name, value);
  }
  const query = patchQuery(carried.toString(), {});
  return (path) => (query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`);
}

export function useIsCurrentPath(): (path: string) => boolean {
  const current = usePathname();
  return (path) => (path === '/' ? current === '/' : current === path || current.startsWith(`${path}/`));
}
