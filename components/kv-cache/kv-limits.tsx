'use client';

import { useQuery } from '@tanstack/react-query';
import { VerdictLine } from '#components/fleet/verdict-line.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { indexCurrent } from '#lib/client/current-index.ts';
import { LIMIT_SIGNALS, limitVerdicts } from '#lib/client/limit-words.ts';
import { currentQuery } from '#lib/client/queries.ts';

/** What limits the engines now, in words, with the way to the evidence. */
export function KvLimits({ engines, names }: { engines: readonly Subject[]; names: ReadonlyMap<number, string> }) {
  const { data } = useQuery(currentQuery({ signals: LIMIT_SIGNALS, kind: 'engine' }));
  if (data === undefined) return null;
  return <VerdictLine verdicts={limitVerdicts(engines, indexCurrent(data), names)} label="What limits now" />;
}
