import type { CellParams } from '#lib/runs/cell-params.ts';
import { NO_SPREAD, type ResultCell, type ResultTimes, type Spread } from '#lib/runs/results/result-cell.ts';
import { ResultError } from '#lib/runs/results/result-error.ts';
import {
  amount,
  countErrors,
  countIn,
  type Fields,
  fieldsAt,
  finite,
  found,
  isFields,
  listIn,
  needFields,
  oomIn,
  textIn,
} from '#lib/runs/results/result-fields.ts';

/** A GuideLLM report, `benchmarks.json`: one benchmark a strategy. */
export function isGuidellm(document: Fields): boolean {
  const first = listIn(document.benchmarks)?.[0];
  if (fieldsAt(document, 'metadata')?.guidellm_version !== undefined) return true;
  return (
    isFields(first) &&
    isFields(first.metrics) &&
    ('start_time' in first || 'scheduler_metrics' in first || 'run_stats' in first)
  );
}

/**
 * Reads every benchmark of a report: the schemas of guidellm 0.2 to 0.6 (`args.strategy` and `run_stats`, later
 * `config.strategy` and `scheduler_metrics`). Latency of requests is in seconds there, that of tokens in milliseconds.
 * Throws ResultError.
 */
export function readGuidellm(document: Fields, where: string): readonly ResultCell[] {
  const benchmarks = listIn(document.benchmarks);
  if (benchmarks === null || benchmarks.length === 0)
    throw new ResultError(`${where}benchmarks`, `expected a list of benchmarks, found ${found(document.benchmarks)}`);
  return benchmarks.map((benchmark, i) => readBenchmark(document, benchmark, `${where}benchmarks[${i}]`));
}

function readBenchmark(report: Fields, value: unknown, where: string): ResultCell {
  const benchmark = needFields(value, where);
  const metrics = needFields(benchmark.metrics, `${where}.metrics`);
  const totals = totalsOf(benchmark, metrics);
  const completed = countIn(totals?.successful);
  const failed = countIn(totals?.errored);
  if (completed === null)
    throw new ResultError(
      `${where}.metrics.request_totals.successful`,
      `expected a count, found ${found(totals?.successful)}`,
    );
  const errors = errorsOf(benchmark, failed);
  const times = timesOf(benchmark);
  const goodput = successful(metrics, 'request_goodput');
  const incomplete = countIn(totals?.incomplete);
  return {
    params: paramsOf(report, benchmark, metrics),
    times,
    numbers: {
      durationSeconds:
        amount(benchmark.duration) ?? (times.kind === 'unknown' ? null : (times.endMs - times.startMs) / 1000),
      completed,
      failed,
      incomplete,
      requestsPerSecond: amount(successful(metrics, 'requests_per_second')?.mean),
      goodputPerSecond: amount(goodput?.mean),
      goodRatio: amount(metrics.slo_attainment),
      outputTokensPerSecond: amount(successful(metrics, 'output_tokens_per_second')?.mean),
      promptTokens: countIn(successful(metrics, 'prompt_token_count')?.total_sum),
      completionTokens: countIn(successful(metrics, 'output_token_count')?.total_sum),
      latency: spreadIn(metrics, 'request_latency', 1),
      ttft: spreadIn(metrics, 'time_to_first_token_ms', 1000),
      tpot: spreadIn(metrics, 'time_per_output_token_ms', 1000),
      itl: spreadIn(metrics, 'inter_token_latency_ms', 1000),
      errors,
      oomErrors: oomIn(errors, failed),
      perRequest: null,
    },
    remarks:
      (incomplete ?? 0) > 0
        ? [`${incomplete} requests were cut off by the end of the measurement: they count as neither`]
        : [],
  };
}

function totalsOf(benchmark: Fields, metrics: Fields): Fields | null {
  return (
    fieldsAt(metrics, 'request_totals') ??
    fieldsAt(benchmark, 'request_totals') ??
    fieldsAt(benchmark, 'scheduler_metrics', 'requests_made') ??
    fieldsAt(benchmark, 'run_stats', 'requests_made')
  );
}

/** The distribution over successful requests; null where it is missing, or of no request (all its numbers are 0 then). */
function successful(metrics: Fields, name: string): Fields | null {
  const summary = fieldsAt(metrics, name, 'successful');
  return summary === null || finite(summary.count) === 0 ? null : summary;
}

function spreadIn(metrics: Fields, name: string, divisor: number): Spread {
  const summary = successful(metrics, name);
  if (summary === null) return NO_SPREAD;
  const seconds = (value: unknown): number | null => {
    const number = amount(value);
    return number === null ? null : number / divisor;
  };
  const percentiles = fieldsAt(summary, 'percentiles');
  return {
    mean: seconds(summary.mean),
    p50: seconds(percentiles?.p50) ?? seconds(summary.median),
    p95: seconds(percentiles?.p95),
    p99: seconds(percentiles?.p99),
    max: seconds(summary.max),
  };
}

function strategyOf(benchmark: Fields): Fields | null {
  return (
    fieldsAt(benchmark, 'config', 'strategy') ??
    fieldsAt(benchmark, 'args', 'strategy') ??
    fieldsAt(benchmark, 'scheduler', 'strategy')
  );
}

function paramsOf(report: Fields, benchmark: Fields, metrics: Fields): CellParams {
  const strategy = strategyOf(benchmark);
  const type = textIn(strategy?.type_) ?? textIn(strategy?.kind);
  const concurrency = type === 'synchronous' ? 1 : (countIn(strategy?.streams) ?? countIn(strategy?.max_concurrency));
  const rate = amount(strategy?.rate);
  const context = amount(successful(metrics, 'prompt_token_count')?.mean);
  const output = amount(successful(metrics, 'output_token_count')?.mean);
  const model =
    textIn(fieldsAt(report, 'args')?.model) ??
    textIn(fieldsAt(benchmark, 'config', 'backend')?.model) ??
    textIn(fieldsAt(benchmark, 'worker')?.backend_model) ??
    textIn(fieldsAt(benchmark, 'benchmarker', 'backend')?.model);
  return {
    ...(model === null ? {} : { model }),
    ...(type === null ? {} : { strategy: type }),
    ...(context === null ? {} : { context_tokens: Math.round(context) }),
    ...(output === null ? {} : { output_tokens: Math.round(output) }),
    ...(concurrency === null || concurrency === 0 ? {} : { concurrency }),
    ...(rate === null ? {} : { request_rate: rate }),
  };
}

/** Messages of the requests that failed, where the report lists them; a sample of them says nothing of the others. */
function errorsOf(benchmark: Fields, failed: number | null): Record<string, number> | null {
  const errored = listIn(fieldsAt(benchmark, 'requests')?.errored);
  if (errored === null) return failed === 0 ? {} : null;
  const messages = errored.map((request) => {
    if (!isFields(request)) return '';
    return (
      textIn(request.error) ??
      textIn(fieldsAt(request, 'info')?.error) ??
      textIn(fieldsAt(request, 'scheduler_info')?.error) ??
      ''
    );
  });
  return countErrors(messages);
}

/** Seconds since 1970, of any year since 2001: −1 stands for "not known". */
function timesOf(benchmark: Fields): ResultTimes {
  const scheduler = fieldsAt(benchmark, 'scheduler_metrics');
  const stats = fieldsAt(benchmark, 'run_stats');
  const epoch = (...values: readonly unknown[]): number | null =>
    values.map(finite).find((seconds) => seconds !== null && seconds > 1e9 && seconds < 1e11) ?? null;
  const start = epoch(benchmark.start_time, scheduler?.measure_start_time, scheduler?.start_time, stats?.start_time);
  const end = epoch(benchmark.end_time, scheduler?.measure_end_time, scheduler?.end_time, stats?.end_time);
  if (start === null || end === null || end <= start) return { kind: 'unknown' };
  return { kind: 'absolute', startMs: start * 1000, endMs: end * 1000 };
}
