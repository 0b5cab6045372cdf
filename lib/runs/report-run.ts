import type { LeakJudgement } from '#lib/detect/leak-judgement.ts';
import type { BatchFigures } from '#lib/runs/batch-figures.ts';
import type { CellFigures } from '#lib/runs/cell-figures.ts';
import type { RunCriterion, RunOutcome } from '#lib/runs/judge-run.ts';
import type { RunKind } from '#lib/runs/run.ts';
import type { Grower, RunGpuMemory } from '#lib/runs/run-gpu.ts';
import type { RunTotalFigures } from '#lib/runs/run-totals.ts';

type BatchMemory = {
  readonly gpuId: number;
  readonly beforeBytes: number | null;
  readonly afterBytes: number | null;
  readonly deltaBytes: number | null;
  readonly peakBytes: number | null;
  readonly totalBytes: number | null;
};

export type ReportBatch = Omit<BatchFigures, 'submittedMs' | 'startMs' | 'endMs' | 'memory' | 'restarts' | 'cell'> & {
  readonly cell?: CellFigures | null | undefined;
  readonly name: string;
  readonly state: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly memory: readonly BatchMemory[];
};

export type ReportGpu = Omit<RunGpuMemory, 'growers'> & {
  readonly gpu: { readonly id: number; readonly name: string };
  readonly leak: LeakJudgement;
  readonly growers: readonly Grower[];
};

/** What reports are written from: a run as the API shows it. */
export type ReportRun = {
  readonly id: number;
  readonly kind: RunKind;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly notes: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly engines: readonly { readonly name: string }[];
  readonly outcome: RunOutcome;
  readonly headline: string;
  readonly totals: RunTotalFigures;
  readonly batches: readonly ReportBatch[];
  readonly gpus: readonly ReportGpu[];
  readonly criteria: readonly RunCriterion[];
};
