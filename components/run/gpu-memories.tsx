'use client';

import { useState } from 'react';
import { GpuMemory } from '#components/run/gpu-memory.tsx';
import { Button } from '#components/ui/button.tsx';
import type { RunDetail, RunGpu } from '#lib/api/runs.ts';
import type { LeakVerdict } from '#lib/detect/leak-judgement.ts';

/** What needs a look comes first. */
const RANKS: readonly LeakVerdict[] = ['leak', 'inconclusive', 'plateau', 'load-driven', 'none'];
const rankOf = ({ leak }: RunGpu): number => RANKS.indexOf(leak.verdict);

/** The memory of the run's GPUs: those with something to see, and at least one; the rest on demand. */
export function GpuMemories({ run }: { run: RunDetail }) {
  const [all, setAll] = useState(false);
  const gpus = run.gpus.toSorted((a, b) => rankOf(a) - rankOf(b));
  const shown = all ? gpus : gpus.filter((gpu, index) => index === 0 || gpu.leak.verdict !== 'none');
  const hidden = gpus.length - shown.length;
  return (
    <>
      {gpus.length === 0 && (
        <p className="text-muted">No GPU is linked to the engines of this run: its memory is not judged.</p>
      )}
      {shown.map((gpu) => (
        <GpuMemory key={gpu.gpu.id} run={run} gpu={gpu} />
      ))}
      {hidden > 0 && (
        <Button onClick={() => setAll(true)}>
          Show the {hidden} {hidden === 1 ? 'GPU' : 'GPUs'} without a leak
        </Button>
      )}
    </>
  );
}
