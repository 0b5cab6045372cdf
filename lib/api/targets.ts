import { z } from 'zod';
import { SloInput } from '#lib/api/slo.ts';
import { HealthState } from '#lib/api/subjects.ts';

export const TARGET_SOURCES = [
  'auto',
  'vllm',
  'sglang',
  'nvidia-gpu-exporter',
  'dcgm',
  'mindprince',
  'telegraf',
  'nvidia-smi',
  'openai-batch',
] as const;
export const TargetSource = z.enum(TARGET_SOURCES);
export type TargetSource = z.infer<typeof TargetSource>;

/** How often a target is polled unless it is said: batches take hours, and their list may be long. */
export function defaultInterval(source: TargetSource): string {
  return source === 'openai-batch' ? '30s' : '5s';
}

export const TARGET_ORIGINS = ['file', 'api', 'file_sd', 'http_sd', 'demo', 'found'] as const;

/** Without defaults: a change that names one key changes that one. */
const written = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^\P{Cc}*$/u, 'holds a control character'),
  source: TargetSource,
  url: z.string().max(2000).optional(),
  /** 5s where it is not given; 30s of a batch API. */
  interval: z.string('expected a duration such as "5s"').optional(),
  labels: z.record(z.string(), z.string()),
  baseline_rps: z.number().positive().optional(),
  max_running: z.int().positive().max(1_000_000).optional(),
  profile: z.enum(['relative', 'literal']),
  gpus: z.array(z.union([z.string(), z.int().nonnegative()])),
  /** What is promised of its engines, key by key before `slo` of the whole file. */
  slo: SloInput.optional(),
  auth: z
    .strictObject({
      bearer: z.string().optional(),
      bearer_file: z.string().optional(),
      basic: z
        .strictObject({ username: z.string(), password: z.string().optional(), password_file: z.string().optional() })
        .optional(),
      header: z
        .strictObject({ name: z.string(), value: z.string().optional(), value_file: z.string().optional() })
        .optional(),
    })
    .optional(),
  tls: z
    .strictObject({
      ca_file: z.string().optional(),
      server_name: z.string().optional(),
      insecure_skip_verify: z.boolean().default(false),
    })
    .optional(),
};

/** What a person writes for one target; secrets are write-only. Durations are texts such as "5s". */
export const TargetInput = z.strictObject({
  ...written,
  source: written.source.default('auto'),
  labels: written.labels.default({}),
  profile: written.profile.default('relative'),
  gpus: written.gpus.default([]),
});
export type TargetInput = z.infer<typeof TargetInput>;

/** What a page is, in short: the lists of what is ignored and missing are several kilobytes a target. */
export const RecognisedHead = z.object({
  /** "vLLM 0.11 or later (V1), 2 engines"; "" when nothing was recognised. */
  text: z.string(),
  /** What is counted below; series where it is not said. */
  unit: z.enum(['series', 'batches']).optional(),
  storedSeries: z.int(),
  totalSeries: z.int(),
  problemCount: z.int(),
});
export type RecognisedHead = z.infer<typeof RecognisedHead>;

export const Recognised = RecognisedHead.extend({
  ignored: z.array(z.object({ name: z.string(), seriesCount: z.int(), reason: z.string() })),
  missing: z.array(z.object({ field: z.string(), reason: z.string() })),
  notes: z.array(z.string()),
  problems: z.array(z.object({ line: z.int(), text: z.string(), problem: z.string() })),
});
export type Recognised = z.infer<typeof Recognised>;

export const Scrape = z.object({
  atMs: z.number(),
  ok: z.boolean(),
  durationMs: z.number(),
  bytes: z.number(),
  samples: z.number(),
  errorKind: z.string().nullable(),
  message: z.string().nullable(),
});
export type Scrape = z.infer<typeof Scrape>;

export const Target = z.object({
  id: z.int(),
  name: z.string(),
  source: TargetSource,
  url: z.string().nullable(),
  intervalMs: z.number(),
  labels: z.record(z.string(), z.string()),
  baselineRps: z.number().nullable(),
  maxRunning: z.number().nullable(),
  profile: z.enum(['relative', 'literal']),
  gpus: z.array(z.string()),
  /** What was written for this target; `/sla` has what is in force. */
  slo: SloInput.nullable(),
  origin: z.enum(TARGET_ORIGINS),
  /** Comes from a file or discovery: shown, not editable. */
  readOnly: z.boolean(),
  hasAuth: z.boolean(),
  paused: z.boolean(),
  /** While a burst or a pending alert lasts on it, it is polled this often; null else. */
  fast: z
    .object({ intervalMs: z.number(), sinceMs: z.number(), reason: z.enum(['burst', 'pending alert']) })
    .nullable(),
  health: z.object({ state: HealthState, reason: z.string(), lastScrapeMs: z.number().nullable() }),
  lastScrape: Scrape.nullable(),
  /** Share of polls that succeeded in the last hour; null when there were none. */
  upShare1h: z.number().nullable(),
  recognised: RecognisedHead.nullable(),
  subjects: z.array(z.object({ id: z.int(), kind: z.enum(['engine', 'gpu']), name: z.string() })),
});
export type Target = z.infer<typeof Target>;
export const TargetList = z.object({ atMs: z.number(), items: z.array(Target), nextCursor: z.string().nullable() });
export type TargetList = z.infer<typeof TargetList>;

/** `GET /targets/{id}`: the target with all that was recognised, and its newest scrapes, newest first. */
export const TargetDetail = Target.extend({ recognised: Recognised.nullable(), scrapes: z.array(Scrape) });
export type TargetDetail = z.infer<typeof TargetDetail>;

/** What is not named stays; null takes it away. */
export const TargetPatch = z.strictObject(written).partial().extend({
  url: written.url.nullable(),
  baseline_rps: written.baseline_rps.nullable(),
  max_running: written.max_running.nullable(),
  slo: written.slo.nullable(),
  auth: written.auth.nullable(),
  tls: written.tls.nullable(),
  paused: z.boolean().optional(),
});
export type TargetPatch = z.infer<typeof TargetPatch>;

/** Answer of `POST /targets/test`: one poll, nothing stored. */
export const TargetTest = z.object({
  scrape: Scrape,
  recognised: Recognised.nullable(),
  subjects: z.array(
    z.object({
      kind: z.enum(['engine', 'gpu']),
      name: z.string(),
      attributes: z.record(z.string(), z.string()),
      values: z.record(z.string(), z.number().nullable()),
    }),
  ),
});
export type TargetTest = z.infer<typeof TargetTest>;
