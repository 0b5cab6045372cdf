'use client';

import { OpenBatches } from '#components/sla/open-batches.tsx';
import { openBatchOf } from '#lib/api/open-batch.ts';
import type { RunDetail } from '#lib/api/runs.ts';

/** When the batches that still run will be done; nothing of a run without any, or of one that was only found. */
export function RunForecasts({ run }: { run: RunDetail }) {
  const open = run.batches.filter(({ endedAtMs, forecast }) => endedAtMs === null && forecast != null);
  if (open.length === 0) return null;
  return <OpenBatches batches={open.map((batch) => openBatchOf(run, batch))} withRun={false} />;
}
