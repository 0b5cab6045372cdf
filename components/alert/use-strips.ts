'use client';

import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { AlertStripView } from '#lib/api/alert-strips.ts';
import { MAX_STRIPS } from '#lib/api/alert-strips.ts';
import { stripsQuery } from '#lib/client/alert-queries.ts';

/** Scrolling passes many rows: only where it rests are strips asked for. */
const REST_MS = 150;
const NONE: readonly number[] = [];

/** The last day of the alerts on screen, kept for rows that were on screen before. */
export function useStrips(shown: readonly number[]): ReadonlyMap<number, AlertStripView> {
  const key = shown.toSorted((a, b) => a - b).join(',');
  const [wanted, setWanted] = useState<readonly number[]>(NONE);
  const kept = useRef(new Map<number, AlertStripView>());
  useEffect(() => {
    const ids = key === '' ? NONE : key.split(',').slice(0, MAX_STRIPS).map(Number);
    const timer = setTimeout(() => setWanted(ids), REST_MS);
    return () => clearTimeout(timer);
  }, [key]);
  const { data } = useQuery(stripsQuery(wanted));
  return useMemo(() => {
    const next = new Map(kept.current);
    for (const strip of data?.items ?? []) next.set(strip.id, strip);
    kept.current = next;
    return next;
  }, [data]);
}
