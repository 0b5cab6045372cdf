import { z } from 'zod';
import { WrittenId } from '#lib/api/id.ts';
import { LeakView } from '#lib/api/leak.ts';
import { SUBJECT_KINDS } from '#lib/metrics/sample.ts';
import { UNITS } from '#lib/metrics/unit.ts';
import { DEADLINE_RISKS } from '#lib/runs/batch-forecast.ts';
import { MOST_PARAM_CHARS, MOST_PARAMS, PARAM_NAME } from '#lib/runs/cell-params.ts';
import { CHECKS, MATRIX_CHECKS } from '#lib/runs/judgement.ts';
import { RESULT_TOOLS } from '#lib/runs/results/result-cell.ts';
import { BATCH_STATES, RUN_KINDS, RUN_ORIGINS } from '#lib/runs/run.ts';

const ms = z.number();
const value = z.number().nullable();
/** Of the years 2001 to 2286, so that seconds are not taken for them. */
const pastMs = z.int().min(1e12, 'expected epoch milliseconds').max(9_999_999_999_999, 'expected epoch milliseconds');
const name = z.string().trim().min(1).max(200);
const notes = z.string().max(20_000);
const labels = z.record(z.string().min(1).max(100), z.string().max(1000));

const Expectation = z.strictObject({
  requestsPerSecond: z.number().positive().nullable().optional(),
  /** What the run may use at its peak, on each GPU. */
  vramBytes: z.number().positive().nullable().optional(),
});

export const RunInput = z.strictObject({
  name,
  kind: z.enum(RUN_KINDS).default('multi-batch'),
  /** Ids of the engines that it runs on, or names of their targets; all engines where neither is given. */
  engines: z.array(z.int().positive()).max(1000).optional(),
  targets: z.array(z.string().min(1)).max(1000).optional(),
  labels: labels.default({}),
  notes: notes.default(''),
  expectation: Expectation.default({}),
  /** Now where it is not given; a window of the past is judged from what is stored. */
  startedAtMs: pastMs.optional(),
  finishedAtMs: pastMs.optional(),
});
export type RunInput = z.infer<typeof RunInput>;

export const RunPatch = z.strictObject({
  name: name.optional(),
  labels: labels.optional(),
  notes: notes.optional(),
  expectation: Expectation.optional(),
});
export type RunPatch = z.infer<typeof RunPatch>;

/** What a client knows of a batch better than the engine's counters do; all of it may be left out. */
const Reported = z.strictObject({
  total: z.int().nonnegative().optional(),
  completed: z.int().nonnegative().optional(),
  failed: z.int().nonnegative().optional(),
  /** Kind of error -> how often. */
  errors: z.record(z.string().min(1).max(200), z.int().nonnegative()).optional(),
  promptTokens: z.int().nonnegative().optional(),
  completionTokens: z.int().nonnegative().optional(),
  cachedTokens: z.int().nonnegative().optional(),
});

/** What a cell of a test matrix is run with: {"context_tokens": 1024, "concurrency": 50}. */
export const CellParamsInput = z
  .record(
    z.string().regex(PARAM_NAME, 'expected a name of a-z, 0-9 and _'),
    z.union([z.number(), z.string().trim().min(1).max(MOST_PARAM_CHARS)]),
  )
  .refine((params) => Object.keys(params).length <= MOST_PARAMS, `at most ${MOST_PARAMS} parameters`);

/** Begins the next batch of a run; one that still runs ends with it. */
export const BatchInput = z.strictObject({
  /** "batch 3" where it is not given. */
  name: name.optional(),
  submittedAtMs: pastMs.optional(),
  startedAtMs: pastMs.optional(),
  endedAtMs: pastMs.optional(),
  notes: notes.default(''),
  /** Only of a test matrix; its cells may be told in any order when both times are given. */
  params: CellParamsInput.optional(),
  reported: Reported.optional(),
});
export type BatchInput = z.infer<typeof BatchInput>;

/** Ends a batch (`endedAtMs`, or `end` for now), or adds to it. */
export const BatchPatch = z.strictObject({
  end: z.literal(true).optional(),
  endedAtMs: pastMs.optional(),
  notes: notes.optional(),
  reported: Reported.optional(),
});
export type BatchPatch = z.infer<typeof BatchPatch>;

/** `{id}` and `{number}` of a path. */
export const BatchParams = z.object({
  id: WrittenId,
  number: WrittenId,
});

export const FinishInput = z.strictObject({ finishedAtMs: pastMs.optional() });
export type FinishInput = z.infer<typeof FinishInput>;

export const RunsQuery = z.strictObject({
  kind: z.enum(RUN_KINDS).optional(),
  origin: z.enum(RUN_ORIGINS).optional(),
  state: z.enum(['running', 'finished']).optional(),
  engine: WrittenId.optional(),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type RunsQuery = z.infer<typeof RunsQuery>;

const SubjectRef = z.object({ id: z.int(), kind: z.enum(SUBJECT_KINDS), name: z.string() });

/** Memory of one GPU around one batch, in bytes. Floors are idle memory; null where it was not idle or not measured. */
export const BatchMemoryView = z.object({
  gpuId: z.int(),
  beforeBytes: value,
  afterBytes: value,
  deltaBytes: value,
  peakBytes: value,
  totalBytes: value,
});

const LatencyView = z.object({ p50: value, p95: value, p99: value });
const LatencySource = z.enum(['file', 'engine']).nullable();

/** What a cell of a test matrix has beside the numbers of every batch. Times in seconds. */
export const CellView = z.object({
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  /** False where nobody knows when it ran: then its times are those of the import. */
  timed: z.boolean(),
  tool: z.enum(RESULT_TOOLS).nullable(),
  latency: LatencyView,
  /** `file`: a load generator saw single requests; `engine`: from the engine's buckets. */
  latencySource: LatencySource,
  ttft: LatencyView,
  ttftSource: LatencySource,
  tpotP50: value,
  itlP99: value,
  goodputPerSecond: value,
  goodRatio: value,
  kvMaxRatio: value,
  queuePeak: value,
  runningPeak: value,
  arrivalPeakPerSecond: value,
  evictionRatio: value,
  /** Of its file, in words. */
  remarks: z.array(z.string()),
});

export const BatchForecastView = z.object({
  progressRatio: value,
  etaMs: value,
  /** With the fastest and the slowest rate seen. */
  etaFromMs: value,
  etaToMs: value,
  expiresAtMs: value,
  risk: z.enum(DEADLINE_RISKS),
  reason: z.string(),
  /** The poll that it is of. */
  atMs: ms,
});
export type BatchForecastView = z.infer<typeof BatchForecastView>;

export const BatchView = z.object({
  number: z.int(),
  name: z.string(),
  /** Id at the batch API. */
  externalId: z.string().nullable(),
  state: z.enum(BATCH_STATES),
  /** The server's own word, where it is not one of ours. */
  stateWord: z.string().nullable(),
  notes: z.string(),
  submittedAtMs: ms.nullable(),
  startedAtMs: ms,
  endedAtMs: ms.nullable(),
  durationMs: ms.nullable(),
  requestsPerSecond: value,
  /** Mean time per request, end to end, as the engine measured it. */
  secondsPerRequest: value,
  tokensPerSecond: value,
  total: value,
  completed: value,
  failed: value,
  successRatio: value,
  /** Kind of error -> how often. */
  errors: z.record(z.string(), z.number()),
  promptTokens: value,
  completionTokens: value,
  cachedTokens: value,
  hitRatio: value,
  preemptions: value,
  reloadDelayMs: value,
  crashes: value,
  oomErrors: value,
  memory: z.array(BatchMemoryView),
  /** In words: what could not be measured of it and why. */
  missing: z.array(z.string()),
  /** Of one that runs and that a batch API counts: when it will be done, and whether before its deadline. */
  forecast: BatchForecastView.nullable().optional(),
  /** Of a cell of a test matrix. */
  cell: CellView.optional(),
});
export type BatchView = z.infer<typeof BatchView>;

export const JudgementView = z.object({
  check: z.enum([...CHECKS, ...MATRIX_CHECKS]),
  state: z.enum(['pass', 'fail', 'not measured']),
  value,
  unit: z.enum(UNITS),
  limit: z.string(),
  reason: z.string(),
  batches: z.array(z.int()),
  /** The GPU that it is about; null where it is about the run. */
  gpuId: z.int().nullable(),
  /** Of a test matrix: the cell that it is about, and the report that asks for it. */
  cell: z.string().optional(),
  source: z.string().optional(),
});
export type JudgementView = z.infer<typeof JudgementView>;

export const RUN_OUTCOMES = ['pass', 'fail', 'not measured'] as const;

export const RunSummary = z.object({
  id: z.int(),
  name: z.string(),
  kind: z.enum(RUN_KINDS),
  origin: z.enum(RUN_ORIGINS),
  state: z.enum(['running', 'finished']),
  labels: z.record(z.string(), z.string()),
  startedAtMs: ms,
  finishedAtMs: ms.nullable(),
  engines: z.array(SubjectRef),
  batchCount: z.int(),
  /** The worst of its criteria. `not measured`: none failed, and one could not be judged. */
  outcome: z.enum(RUN_OUTCOMES),
  /** In a few words: "leak: 154 MiB per batch on GPU 0", "steady", "degrading: 20 %". */
  headline: z.string(),
  createdBy: z.string(),
});
export type RunSummary = z.infer<typeof RunSummary>;
export const RunList = z.object({ items: z.array(RunSummary), nextCursor: z.string().nullable() });
export type RunList = z.infer<typeof RunList>;

/** Over all batches: report 003, "Overall Metrics". */
export const RunTotals = z.object({
  requests: value,
  completed: value,
  failed: value,
  successRatio: value,
  /** Of the batches together, without the time between them. */
  durationMs: value,
  rps: z.object({ min: value, max: value, mean: value, standardDeviation: value, variance: value }),
});

export const RunGpu = z.object({
  gpu: SubjectRef,
  totalBytes: value,
  startBytes: value,
  endBytes: value,
  deltaBytes: value,
  peakBytes: value,
  leak: LeakView,
  /** The process that most of the growth is due to, where the exporter lists processes. */
  growers: z.array(z.object({ pid: z.string(), name: z.string(), growthBytes: z.number(), share: value })),
});
export type RunGpu = z.infer<typeof RunGpu>;

export const RunDetail = RunSummary.extend({
  notes: z.string(),
  expectation: z.object({ requestsPerSecond: value, vramBytes: value }),
  batches: z.array(BatchView),
  totals: RunTotals,
  gpus: z.array(RunGpu),
  criteria: z.array(JudgementView),
});
export type RunDetail = z.infer<typeof RunDetail>;

export const RunReportQuery = z.strictObject({ format: z.enum(['json', 'md', 'csv']).default('json') });
