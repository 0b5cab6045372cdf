import { z } from 'zod';
import { UNITS } from '#lib/metrics/unit.ts';
import { type Figure, ORIGIN_KINDS } from '#lib/plan/figure.ts';
import type { ModelShape } from '#lib/plan/model-shape.ts';
import { KV_VERDICTS, type KvPlan } from '#lib/plan/plan-kv.ts';
import type { PreflightPlan } from '#lib/plan/plan-preflight.ts';
import { PREFLIGHT_VERDICTS } from '#lib/plan/pre-flight.ts';
import { KV_DTYPES, QUANTISATIONS } from '#lib/plan/quantisation.ts';

const count = z.int().min(1).max(1_000_000_000);
const share = z.number().positive().max(1);
const bytes = z.number().positive().max(1e15);
const number = z.number().nullable();

const size = (max: number) => z.int().min(1).max(max).nullable();

/** Fields of a config.json, as `ModelShape` of lib/plan. */
const shape = {
  name: z.string().trim().min(1).max(200),
  parameters: z.number().positive().max(1e14),
  layers: z.int().min(1).max(1000),
  kvHeads: z.int().min(1).max(4096),
  headDim: z.int().min(1).max(4096),
  hidden: size(1_000_000),
  intermediate: size(10_000_000),
  vocabulary: size(100_000_000),
  tied: z.boolean(),
  slidingWindow: size(100_000_000),
  source: z.string().trim().max(500),
};
export const ModelInput = z.strictObject({
  ...shape,
  hidden: shape.hidden.default(null),
  intermediate: shape.intermediate.default(null),
  vocabulary: shape.vocabulary.default(null),
  tied: shape.tied.default(false),
  slidingWindow: shape.slidingWindow.default(null),
  source: shape.source.default('entered'),
}) satisfies z.ZodType<ModelShape>;
export type ModelInput = z.infer<typeof ModelInput>;

/** What is not named stays. */
export const ModelPatch = z.strictObject(shape).partial();
export type ModelPatch = z.infer<typeof ModelPatch>;

/** `id`: of the table, or `own-3` for one that a person entered; `ownId` is the number of those. */
export const ModelView = z.object({ ...shape, id: z.string(), ownId: z.int().nullable() });
export type ModelView = z.infer<typeof ModelView>;
export const ModelList = z.object({ items: z.array(ModelView), nextCursor: z.string().nullable() });
export type ModelList = z.infer<typeof ModelList>;

/** What is planned for: a GPU, or an engine with its GPU (by subject id), a card of the list, or a memory size. */
const Place = z.union(
  [z.strictObject({ subject: count }), z.strictObject({ card: z.string() }), z.strictObject({ memoryBytes: bytes })],
  'expected {subject}, {card} or {memoryBytes}',
);
export type Place = z.infer<typeof Place>;

const common = {
  place: Place,
  batch: count,
  /** Workers, or batches at a time. */
  concurrency: count.default(1),
  /** The id of a model, or its fields. Of an engine it is found by the name that it serves. */
  model: z.union([z.string().min(1), ModelInput], 'expected the id of a model or its fields').optional(),
  kvDtype: z.enum(KV_DTYPES).optional(),
  /** GPUs that one engine is spread over (tensor parallel). */
  gpus: z.int().min(1).max(1024).default(1),
};

export const PreflightBody = z.strictObject({
  ...common,
  tokensPerRequest: count,
  /** Instead of a model; `report` is the 8 KiB of report 000. */
  bytesPerToken: z.union([bytes, z.literal('report')], 'expected a number or "report"').optional(),
  cap: share.default(0.8),
});
export type PreflightBody = z.infer<typeof PreflightBody>;

export const KvBody = z.strictObject({
  ...common,
  sequenceTokens: count,
  quantisation: z.enum(QUANTISATIONS).optional(),
  /** gpu_memory_utilization; of a live engine its own. */
  utilization: share.optional(),
  /** max_num_batched_tokens */
  stepTokens: count.default(2048),
  /** max_num_seqs */
  sequences: count.default(256),
  /** Instead of the estimate. */
  activationBytes: bytes.optional(),
});
export type KvBody = z.infer<typeof KvBody>;

const Origin = z.object({ kind: z.enum(ORIGIN_KINDS), text: z.string(), subject: z.int().nullable() });
const FigureInputView = z.object({ name: z.string(), unit: z.enum(UNITS), value: number, origin: Origin });

/** A number with its formula, what went into it and where that is from. */
const FigureView = z.object({
  id: z.string(),
  title: z.string(),
  unit: z.enum(UNITS),
  value: number,
  formula: z.string(),
  inputs: z.array(FigureInputView),
  reference: z.string(),
  reason: z.string(),
}) satisfies z.ZodType<Figure>;

/** What was read of the chosen engine or GPU; a null value says why in its origin. */
const LiveView = z.object({
  subject: z.int(),
  name: z.string(),
  kind: z.enum(['engine', 'gpu']),
  /** The model that an engine serves, and the row of the table that it means. */
  servedModel: z.string().nullable(),
  modelId: z.string().nullable(),
  read: z.array(FigureInputView),
});
export type LiveView = z.infer<typeof LiveView>;

export const PreflightAnswer = z.object({
  verdict: z.enum([...PREFLIGHT_VERDICTS, 'unknown']),
  sentence: z.string(),
  error: z.string().nullable(),
  halving: z.array(z.object({ batch: z.int(), needBytes: z.number(), verdict: z.enum(PREFLIGHT_VERDICTS) })),
  fittingBatch: z.int().nullable(),
  figures: z.array(FigureView),
  /** What the rule does not count. */
  notes: z.array(z.string()),
  /** Of a live GPU: whether it fits into what is free of it now; null for anything else, and while that is unknown. */
  fitsNow: z.boolean().nullable(),
  live: LiveView.nullable(),
}) satisfies z.ZodType<PreflightPlan>;
export type PreflightAnswer = z.infer<typeof PreflightAnswer>;

export const KvAnswer = z.object({
  verdict: z.enum(KV_VERDICTS),
  sentence: z.string(),
  parts: z.object({
    weights: number,
    activations: number,
    kvAsked: number,
    kvRoom: number,
    card: number,
    reservation: number,
  }),
  figures: z.array(FigureView),
  notes: z.array(z.string()),
  live: LiveView.nullable(),
}) satisfies z.ZodType<KvPlan>;
export type KvAnswer = z.infer<typeof KvAnswer>;

/** `GET /plan/reports`: report 000's cases and 001's sixty combinations by the planner, and the tables of 000 to 002. */
export const ReportsAnswer = z.object({
  preflight: z.array(
    z.object({
      id: z.string(),
      printed: z.string(),
      note: z.string(),
      verdict: z.enum([...PREFLIGHT_VERDICTS, 'unknown']),
      sentence: z.string(),
      fittingBatch: z.int().nullable(),
      figures: z.array(FigureView),
    }),
  ),
  fit: z.object({
    printed: z.object({ total: z.int(), fits: z.int(), doesNotFit: z.int() }),
    counted: z.object({ total: z.int(), fits: z.int(), aboveCap: z.int(), doesNotFit: z.int(), unknown: z.int() }),
    cells: z.array(
      z.object({
        model: z.string(),
        gpu: z.string(),
        quantisation: z.string(),
        verdict: z.enum([...PREFLIGHT_VERDICTS, 'unknown']),
        share: number,
        printed: z.object({ share: z.number(), status: z.string() }).nullable(),
        note: z.string(),
        figures: z.array(FigureView),
      }),
    ),
  }),
  tables: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      source: z.string(),
      columns: z.array(z.string()),
      rows: z.array(z.array(z.union([z.string(), z.number()]))),
      arithmetic: z.string(),
      disagreement: z.string(),
    }),
  ),
});
export type ReportsAnswer = z.infer<typeof ReportsAnswer>;
