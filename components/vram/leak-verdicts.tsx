'use client';

import { useQuery } from '@tanstack/react-query';
import { MemoryVerdict } from '#components/leak/memory-verdict.tsx';
import { MEMORY_SIGNALS } from '#components/vram/memory-gap-table.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { indexCurrent } from '#lib/client/current-index.ts';
import { currentQuery } from '#lib/client/queries.ts';
import { codeOfWord } from '#lib/metrics/unit.ts';

/** More evidence than can be read at once stands on the pages of the GPUs. */
const MOST = 4;

/** The evidence of the GPUs that leak; of a single chosen one in any case. */
export function LeakVerdicts({ gpus, names }: { gpus: readonly Subject[]; names: ReadonlyMap<number, string> }) {
  const { data } = useQuery(currentQuery({ signals: MEMORY_SIGNALS, kind: 'gpu' }));
  const current = indexCurrent(data);
  const leak = codeOfWord('leak_verdict', 'leak');
  const leaking = gpus.filter(({ id }) => current.value(id, 'vram_leak_verdict') === leak);
  const shown = gpus.length === 1 ? gpus : leaking.slice(0, MOST);
  if (shown.length === 0) return null;
  return (
    <div className="grid grid-cols-1 items-start gap-3 xl:grid-cols-2">
      {shown.map(({ id, name }) => (
        <MemoryVerdict key={id} subject={{ id, kind: 'gpu', name: names.get(id) ?? name }} />
      ))}
      {leaking.length > shown.length && (
        <p className="text-muted">{leaking.length - shown.length} more leak: their evidence is on their own pages.</p>
      )}
    </div>
  );
}
