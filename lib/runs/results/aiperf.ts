import type { CellParams } from '#lib/runs/cell-params.ts';
import { NO_SPREAD, type ResultCell, type ResultTimes, type Spread } from '#lib/runs/results/result-cell.ts';
import { ResultError } from '#lib/runs/results/result-error.ts';
import {
  amount,
  countErrors,
  countIn,
  type Fields,
  fieldsAt,
  found,
  isFields,
  listIn,
  oomIn,
  textIn,
} from '#lib/runs/results/result-fields.ts';

/** AIPerf's `profile_export_aiperf.json`; the same shape as GenAI-Perf's. */
export function isAiperf(document: Fields): boolean {
  return (
    fieldsAt(document, 'request_throughput')?.unit !== undefined ||
    fieldsAt(document, 'request_latency')?.unit !== undefined
  );
}

/** Reads one export (JsonExportData 1.0 and before): a metric is `{unit, avg, p50 …}`. Throws ResultError. */
export function readAiperf(document: Fields, where: string): ResultCell {
  const completed = countIn(average(document, 'request_count'));
  if (completed === null)
    throw new ResultError(
      `${where}request_count.avg`,
      `expected a count, found ${found(fieldsAt(document, 'request_count')?.avg)}`,
    );
  const errors = errorsOf(document);
  const listed = errors === null ? null : Object.values(errors).reduce((sum, count) => sum + count, 0);
  const failed = countIn(average(document, 'error_request_count')) ?? listed;
  const good = countIn(average(document, 'good_request_count'));
  const requests = failed === null ? null : completed + failed;
  const durationSeconds = secondsIn(document, 'benchmark_duration', 'avg');
  const spread = (name: string): Spread => (completed === 0 ? NO_SPREAD : spreadIn(document, name));
  return {
    params: paramsOf(document),
    times: timesOf(document),
    numbers: {
      durationSeconds,
      completed,
      failed,
      incomplete: null,
      requestsPerSecond: amount(average(document, 'request_throughput')),
      goodputPerSecond: amount(average(document, 'goodput')),
      goodRatio: good === null || requests === null || requests === 0 ? null : good / requests,
      outputTokensPerSecond: amount(average(document, 'output_token_throughput')),
      promptTokens: countIn(average(document, 'total_isl')),
      completionTokens: countIn(average(document, 'total_osl')) ?? countIn(average(document, 'total_output_tokens')),
      latency: spread('request_latency'),
      ttft: spread('time_to_first_token'),
      tpot: NO_SPREAD,
      itl: spread('inter_token_latency'),
      errors,
      oomErrors: oomIn(errors, failed),
      perRequest: null,
    },
    remarks: document.was_cancelled === true ? ['it was cancelled before its end'] : [],
  };
}

const average = (document: Fields, name: string): unknown => fieldsAt(document, name)?.avg;

const SECONDS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, sec: 1, seconds: 1, min: 60 };

/** A time by its unit; null where the unit is not one of time. */
function secondsIn(document: Fields, name: string, statistic: string): number | null {
  const metric = fieldsAt(document, name);
  const factor = SECONDS[textIn(metric?.unit) ?? ''];
  const value = amount(metric?.[statistic]);
  return factor === undefined || value === null ? null : value * factor;
}

function spreadIn(document: Fields, name: string): Spread {
  const seconds = (statistic: string): number | null => secondsIn(document, name, statistic);
  return { mean: seconds('avg'), p50: seconds('p50'), p95: seconds('p95'), p99: seconds('p99'), max: seconds('max') };
}

function errorsOf(document: Fields): Record<string, number> | null {
  const summary = listIn(document.error_summary);
  if (summary === null) return null;
  const errors: Record<string, number> = {};
  for (const entry of summary) {
    const details = fieldsAt(entry, 'error_details');
    const kind = [textIn(details?.type), textIn(details?.message)].filter((part) => part !== null).join(': ');
    const [name = ''] = Object.keys(countErrors([kind]));
    errors[name] = (errors[name] ?? 0) + (isFields(entry) ? (countIn(entry.count) ?? 0) : 0);
  }
  return errors;
}

function paramsOf(document: Fields): CellParams {
  const config = fieldsAt(document, 'input_config');
  const concurrency = countIn(search(config, 'concurrency'));
  const models = search(config, 'model_names');
  const rate = amount(search(config, 'request_rate'));
  const model = textIn(listIn(models)?.[0] ?? models);
  const context = amount(average(document, 'input_sequence_length'));
  const output = amount(average(document, 'output_sequence_length'));
  return {
    ...(model === null ? {} : { model }),
    ...(context === null ? {} : { context_tokens: Math.round(context) }),
    ...(output === null ? {} : { output_tokens: Math.round(output) }),
    ...(concurrency === null || concurrency === 0 ? {} : { concurrency }),
    ...(rate === null ? {} : { request_rate: rate }),
  };
}

const MOST_LOOKED_AT = 2000;

/** The first value of a key, the nearest to the top first: where the configuration has it differs between versions. */
function search(top: unknown, key: string): unknown {
  const queue: unknown[] = [top];
  for (let i = 0; i < queue.length && i < MOST_LOOKED_AT; i += 1) {
    const at = queue[i];
    if (Array.isArray(at)) queue.push(...at.slice(0, 50));
    if (!isFields(at)) continue;
    if (at[key] !== undefined && at[key] !== null && !isFields(at[key])) return at[key];
    queue.push(...Object.values(at).slice(0, 500));
  }
  return undefined;
}

/** First and last request in nanoseconds since 1970; else `start_time` and `end_time`, which have no zone. */
function timesOf(document: Fields): ResultTimes {
  const [first, last] = [
    secondsIn(document, 'min_request_timestamp', 'avg'),
    secondsIn(document, 'max_response_timestamp', 'avg'),
  ];
  if (first !== null && last !== null && first > 1e9 && last > first)
    return { kind: 'absolute', startMs: first * 1000, endMs: last * 1000 };
  const [start, end] = [textIn(document.start_time), textIn(document.end_time)];
  if (start === null || end === null) return { kind: 'unknown' };
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/;
  const isAbsolute = hasZone.test(start) && hasZone.test(end);
  const parse = (text: string): number =>
    /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(isAbsolute ? text : `${text}Z`) : Number.NaN;
  const [startMs, endMs] = [parse(start), parse(end)];
  if (!(endMs > startMs)) return { kind: 'unknown' };
  return { kind: isAbsolute ? 'absolute' : 'local', startMs, endMs };
}
