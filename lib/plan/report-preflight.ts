import { REPORT_OOM_CASES, type ReportOomCase } from '#lib/metrics/report-scenarios.ts';
import { quantity } from '#lib/plan/figure.ts';
import { type PreflightPlan, planPreflight } from '#lib/plan/plan-preflight.ts';
import { REPORT_CAP } from '#lib/plan/pre-flight.ts';

const GB = 1024 ** 3;

type Words = {
  readonly title: string;
  /** Of one worker's batch, as printed. */
  readonly tokens: number;
  /** The result as printed. */
  readonly printed: string;
  /** Where the report contradicts itself or the arithmetic; empty where it does not. */
  readonly note: string;
};
export type ReportPreflightCase = ReportOomCase & Words;

const WORDS: Readonly<Record<ReportOomCase['id'], Words>> = {
  oom_normal_batch: {
    title: 'Normal batch',
    tokens: 65_536,
    printed: 'PASS, 4.2 %',
    note: '0.5 of 24 GB are 2.1 %, not 4.2 %.',
  },
  oom_large_batch_safe: {
    title: 'Large batch, safe',
    tokens: 262_144,
    printed: 'PASS, 8.3 %',
    note: '',
  },
  oom_oversized_batch: {
    title: 'Oversized batch',
    tokens: 1_048_576,
    printed: 'PASS, 33 %',
    note: '',
  },
  oom_extreme_batch: {
    title: 'Extreme batch',
    tokens: 8_388_608,
    printed: 'FAIL, 8 GB over; 4,096 recovers',
    note: '1,024 tokens a request, twice those of the other rows, at half the bytes: 4 MiB a request all the same. Elsewhere the report says to cap at 2,048 and that recovery is manual.',
  },
  oom_multi_worker: {
    title: 'Two workers',
    tokens: 524_288,
    printed: 'PASS, 30 %',
    note: '12 KiB a token, 1.5 times that of the rows above.',
  },
  oom_at_limit: {
    title: 'At the limit',
    tokens: 262_144,
    printed: 'PASS, 100 %, risky',
    note: '96 KiB a token, 12 times that of the large batch with the same tokens. Yes at 100 %, no under its own cap.',
  },
  oom_small_gpu_large_batch: {
    title: 'Small GPU, large batch',
    tokens: 262_144,
    printed: 'PASS, 50 %',
    note: '16 KiB a token, and a card of 8 GB that is called an RTX 3090.',
  },
};

/** Report 000, Test 2: its seven OOM scenarios. */
export const REPORT_PREFLIGHT_CASES: readonly ReportPreflightCase[] = REPORT_OOM_CASES.map((oom) => ({
  ...oom,
  ...WORDS[oom.id],
}));

/** Tokens per request and bytes per token that a case's printed numbers come down to. */
export function impliedLoad({ batch, workers, tokens, needGb }: ReportPreflightCase) {
  return { tokensPerRequest: tokens / batch, bytesPerToken: (needGb * GB) / (tokens * workers) };
}

/** 8 KiB a token: what the first three cases come down to, 0.5 GB for 65,536 tokens. */
export const REPORT_BYTES_PER_TOKEN = 8192;
export const REPORT_TOKENS_PER_REQUEST = 512;

/** The case put through the planner's own rule. */
export function planReportCase(one: ReportPreflightCase): PreflightPlan {
  const { tokensPerRequest, bytesPerToken } = impliedLoad(one);
  const source = `report 000, ${one.id}`;
  const printed = `${one.needGb} GB ÷ ${one.tokens * one.workers} tokens, ${source}`;
  return planPreflight({
    batch: quantity(one.batch, 'report', source),
    concurrency: quantity(one.workers, 'report', source),
    tokensPerRequest: quantity(tokensPerRequest, 'report', `${one.tokens} tokens ÷ batch ${one.batch}, ${source}`),
    bytesPerToken: quantity(bytesPerToken, 'report', printed),
    cardBytes: quantity(one.gpuGb * GB, 'report', source),
    cap: quantity(REPORT_CAP, 'report', 'report 000, soft cap'),
  });
}
