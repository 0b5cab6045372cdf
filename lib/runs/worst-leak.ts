import type { LeakJudgement } from '#lib/detect/leak-judgement.ts';
import { type BatchFigures, recordOf } from '#lib/runs/batch-figures.ts';
import { gpuIdsOf, leakFactsOf, runGpuMemory } from '#lib/runs/run-gpu.ts';
import { judgeVramTrend } from '#lib/runs/vram-criteria.ts';

/** The leak verdict on that GPU of a run that kept most memory over the batches that have ended; null without any. */
export function worstLeak(batches: readonly BatchFigures[], nowMs: number): LeakJudgement | null {
  const ended = batches.filter((batch) => batch.endMs !== null);
  const kept = (gpuId: number): number => runGpuMemory(ended, gpuId).deltaBytes ?? Number.NEGATIVE_INFINITY;
  const [worst] = gpuIdsOf(ended).toSorted((a, b) => kept(b) - kept(a));
  if (worst === undefined) return null;
  const records = ended.map((batch) => recordOf(batch, worst));
  const { leak } = judgeVramTrend(records, leakFactsOf(batches, worst, nowMs));
  return { ...leak, restarts: batches.flatMap((batch) => batch.restarts) };
}
