import type { LeakFacts } from '#lib/detect/leak-judgement.ts';
import type { BatchRecord } from '#lib/runs/batch-record.ts';
import { judgeCrashes, judgeSuccess } from '#lib/runs/failure-criteria.ts';
import type { Judgement } from '#lib/runs/judgement.ts';
import { judgeReload } from '#lib/runs/reload-criterion.ts';
import { judgeDegradation, judgeExpectation, judgeVariance } from '#lib/runs/throughput-criteria.ts';
import { judgeTotalDelta, judgeVramTrend, type VramTrend } from '#lib/runs/vram-criteria.ts';

export type MultiBatchJudgement = { readonly criteria: readonly Judgement[]; readonly leak: VramTrend['leak'] };

/** All criteria of report 003 (rules.yaml, run_criteria.multi_batch) for one run, in the report's order. */
export function judgeMultiBatch(
  batches: readonly BatchRecord[],
  facts: LeakFacts,
  expectedRps: number | null,
): MultiBatchJudgement {
  const trend = judgeVramTrend(batches, facts);
  return {
    criteria: [
      judgeTotalDelta(batches),
      trend.judgement,
      judgeVariance(batches),
      judgeDegradation(batches),
      judgeSuccess(batches),
      judgeCrashes(batches),
      judgeReload(batches),
      judgeExpectation(batches, expectedRps),
    ],
    leak: trend.leak,
  };
}
