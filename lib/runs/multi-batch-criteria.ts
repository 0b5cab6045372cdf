import type { LeakFacts } from '#lib/detect/leak-judgement.ts';
import type { BatchRecord } from '#lib/runs/batch-record.ts';
import { judgeCrashes, judgeSuccess } from '#lib/runs/failure-criteria.ts';
import type { Judgement } from '#lib/runs/judgement.ts';
import { judgeReload } from '#lib/runs/reload-criterion.ts';
import { judgeDegradation, judgeExpectation, judgeVariance } from '#lib/runs/throughput-criteria.ts';
import { judgeTotalDelta, judgeVramTrend, type VramTrend } from '#lib/runs/vram-criteria.ts';

export type MultiBatchJudgement = { readonly criteria: readonly Judgement[]; readonly leak: VramTrend['leak'] };

/**
 * All criteria of report 003 (rules.yaml, run_criteria.multi_batch) for one run and the memory of one GPU, in the report's
 * order. Speed and memory are judged of batches that have ended, failures and reloads also of the one that runs.
 */
export function judgeMultiBatch(
  batches: readonly BatchRecord[],
  facts: LeakFacts,
  expectedRps: number | null,
): MultiBatchJudgement {
  const ended = batches.filter((batch) => batch.endMs !== null);
  const trend = judgeVramTrend(ended, facts);
  return {
    criteria: [
      judgeTotalDelta(ended),
      trend.judgement,
      judgeVariance(ended),
      judgeDegradation(ended),
      judgeSuccess(batches),
      judgeCrashes(batches),
      judgeReload(batches),
      judgeExpectation(ended, expectedRps),
    ],
    leak: trend.leak,
  };
}
