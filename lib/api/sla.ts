import { z } from 'zod';
import { BatchForecastView } from '#lib/api/runs.ts';
import { SUBJECT_KINDS } from '#lib/metrics/sample.ts';
import { SLO_LATENCY_NAMES } from '#lib/metrics/slo.ts';
import { BATCH_STATES } from '#lib/runs/run.ts';
import { SLA_BASES } from '#lib/runs/sla-figures.ts';

const ms = z.number();
const value = z.number().nullable();

const PromiseView = z.object({
  /** `nobody`: the targets of report 001 stand in for the day's number, and no budget is counted. */
  promisedBy: z.enum(['stated', 'report', 'nobody']),
  /** Share of requests within every latency. */
  objective: z.number(),
  windowMs: ms,
  requestsPerSecond: value,
  latencies: z.array(z.object({ name: z.enum(SLO_LATENCY_NAMES), seconds: z.number() })),
});
export type PromiseView = z.infer<typeof PromiseView>;

/** Share of requests within one latency: equal edges where it is a bucket bound, null without a request. */
const LatencyShare = z.object({
  name: z.enum(SLO_LATENCY_NAMES),
  seconds: z.number(),
  atLeast: value,
  atMost: value,
});

const BurnView = z.object({
  windowMs: ms,
  /** Times as fast as allowed, as far as the buckets prove it; `most`: as it may be. */
  rate: value,
  most: value,
  requests: value,
  slow: value,
});
export type BurnView = z.infer<typeof BurnView>;

export const SlaEngine = z.object({
  id: z.int(),
  name: z.string(),
  promise: PromiseView,
  sla: z.object({
    compliance: value,
    basis: z.enum(SLA_BASES),
    reason: z.string(),
    minutes: z.object({ met: z.int(), missed: z.int(), unknown: z.int() }),
    batches: z.object({ inTime: z.int(), late: z.int(), open: z.int() }).nullable(),
  }),
  /** Share of polls that succeeded in 24 hours. */
  availability: value,
  /** Of the last hour, also where nobody promised anything. */
  goodput: z.object({
    windowMs: ms,
    requests: value,
    latencies: z.array(LatencyShare),
    /** All of them at once: Fréchet bounds. */
    atLeast: value,
    atMost: value,
  }),
  /** Share of the budget that is left; below 0 it is overspent. */
  budget: z.object({ left: value, leftAtLeast: value, requests: value, slow: value }),
  burn: z.array(BurnView),
});
export type SlaEngine = z.infer<typeof SlaEngine>;

export const OpenBatch = z.object({
  runId: z.int(),
  runName: z.string(),
  number: z.int(),
  name: z.string(),
  state: z.enum(BATCH_STATES),
  engines: z.array(z.object({ id: z.int(), kind: z.enum(SUBJECT_KINDS), name: z.string() })),
  submittedAtMs: ms,
  /** 000: an alert at the 20-hour mark of its window. */
  markAtMs: ms,
  deadlineMs: ms,
  total: value,
  completed: value,
  failed: value,
  /** null: nothing is known of its pace. */
  forecast: BatchForecastView.nullable(),
});
export type OpenBatch = z.infer<typeof OpenBatch>;

export const SlaAnswer = z.object({ atMs: ms, engines: z.array(SlaEngine), batches: z.array(OpenBatch) });
export type SlaAnswer = z.infer<typeof SlaAnswer>;
