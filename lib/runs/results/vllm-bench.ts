import { type CellParams, KNOWN_PARAMS } from '#lib/runs/cell-params.ts';
import { NO_SPREAD, type ResultCell, type ResultTimes, type Spread } from '#lib/runs/results/result-cell.ts';
import { ResultError } from '#lib/runs/results/result-error.ts';
import {
  amount,
  countErrors,
  countIn,
  type Fields,
  finite,
  found,
  listIn,
  oomIn,
  textIn,
} from '#lib/runs/results/result-fields.ts';
import { spreadOfValues, spreadOr } from '#lib/runs/results/spread-of.ts';

/** One document of `vllm bench serve --save-result` or `--append-result`. */
export function isVllmBench(document: Fields): boolean {
  return 'completed' in document && 'duration' in document && 'request_throughput' in document;
}

/**
 * Reads one document; the keys are those that vllm/benchmarks/serve.py writes, old versions included. With
 * `--save-detailed` end-to-end percentiles that were not asked for come from the single requests (ttft + its itls).
 * Throws ResultError.
 */
export function readVllmBench(document: Fields, where: string): ResultCell {
  const completed = countIn(document.completed);
  if (completed === null)
    throw new ResultError(`${where}completed`, `expected a count, found ${found(document.completed)}`);
  const asked = countIn(document.num_prompts);
  const failed = countIn(document.failed) ?? (asked === null ? null : Math.max(0, asked - completed));
  const detail = detailOf(document);
  const errors = detail === null ? null : countErrors(detail.errors);
  // Without one completed request every percentile is written as 0.
  const spread = (name: string): Spread => (completed === 0 ? NO_SPREAD : spreadIn(document, name));
  const latency = spread('e2el');
  const durationSeconds = amount(document.duration);
  const throughput = amount(document.request_throughput);
  const goodput = amount(document.request_goodput) ?? amount(document['request_goodput:']);
  const times = timesOf(document, durationSeconds);
  return {
    params: paramsOf(document, completed, detail?.promptTokens ?? null),
    times,
    numbers: {
      durationSeconds,
      completed,
      failed,
      incomplete: null,
      requestsPerSecond: throughput,
      goodputPerSecond: goodput,
      goodRatio: goodRatio(goodput, durationSeconds, failed === null ? null : completed + failed),
      outputTokensPerSecond: amount(document.output_throughput),
      promptTokens: countIn(document.total_input_tokens),
      completionTokens: countIn(document.total_output_tokens),
      latency: detail === null ? latency : spreadOr(latency, detail.latency),
      ttft: spreadOr(spread('ttft'), detail?.ttft ?? NO_SPREAD),
      tpot: spread('tpot'),
      itl: spread('itl'),
      errors,
      oomErrors: oomIn(errors, failed),
      perRequest: detail?.count ?? null,
    },
    remarks: [
      ...(latency.p95 === null && detail === null
        ? [
            'no p95 of the whole request: run it with --percentile-metrics ttft,tpot,itl,e2el --metric-percentiles 50,95,99, or with --save-detailed',
          ]
        : []),
      ...(times.kind === 'unknown' ? ['its date cannot be read'] : []),
    ],
  };
}

/** Goodput is a rate over the whole time: good requests / all requests. */
function goodRatio(perSecond: number | null, seconds: number | null, requests: number | null): number | null {
  if (perSecond === null || seconds === null || requests === null || requests <= 0) return null;
  return Math.min(1, (perSecond * seconds) / requests);
}

function spreadIn(document: Fields, name: string): Spread {
  const seconds = (key: string): number | null => {
    const ms = amount(document[`${key}_${name}_ms`]);
    return ms === null ? null : ms / 1000;
  };
  return {
    mean: seconds('mean'),
    p50: seconds('p50') ?? seconds('median'),
    p95: seconds('p95'),
    p99: seconds('p99'),
    max: seconds('p100'),
  };
}

type Detail = {
  readonly count: number;
  readonly latency: Spread;
  readonly ttft: Spread;
  readonly promptTokens: number | null;
  readonly errors: readonly string[];
};

/** The single requests of `--save-detailed`: those without an error count for latency. null where they are not listed. */
function detailOf({ ttfts, itls, errors, input_lens: promptLens }: Fields): Detail | null {
  const [first, between, failures] = [listIn(ttfts), listIn(itls), listIn(errors)];
  if (first === null || between === null || failures === null) return null;
  const latencies: number[] = [];
  const firsts: number[] = [];
  failures.forEach((failure, i) => {
    const ttft = amount(first[i]);
    if (failure !== '' || ttft === null) return;
    firsts.push(ttft);
    latencies.push((listIn(between[i]) ?? []).reduce<number>((sum, itl) => sum + (amount(itl) ?? 0), ttft));
  });
  const lengths = (listIn(promptLens) ?? []).map(amount).filter((length) => length !== null);
  return {
    count: failures.length,
    latency: spreadOfValues(latencies),
    ttft: spreadOfValues(firsts),
    promptTokens: spreadOfValues(lengths).mean,
    errors: failures.filter((failure): failure is string => typeof failure === 'string' && failure !== ''),
  };
}

/** What the command was given; `--metadata NAME=VALUE` adds keys, of which the known parameters are taken. */
function paramsOf(document: Fields, completed: number, meanPrompt: number | null): CellParams {
  const given = KNOWN_PARAMS.flatMap((name) => {
    const value = textIn(document[name]) ?? finite(document[name]);
    return value === null || name === 'request_rate' ? [] : [[name, value] as const];
  });
  const promptTokens = countIn(document.total_input_tokens);
  const context = meanPrompt ?? (promptTokens === null || completed === 0 ? null : promptTokens / completed);
  const model = textIn(document.model_id);
  const concurrency = countIn(document.max_concurrency);
  const rate = amount(document.request_rate);
  return {
    ...(model === null ? {} : { model }),
    ...(context === null ? {} : { context_tokens: Math.round(context) }),
    ...(concurrency === null ? {} : { concurrency }),
    ...(rate === null ? {} : { request_rate: rate }),
    ...Object.fromEntries(given),
  };
}

/** `date` is the end, "20261126-023015", by the clock of the load generator and without a zone. */
function timesOf({ date }: Fields, durationSeconds: number | null): ResultTimes {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(typeof date === 'string' ? date : '') ?? [];
  const endMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(endMs) || durationSeconds === null || durationSeconds <= 0) return { kind: 'unknown' };
  return { kind: 'local', startMs: endMs - durationSeconds * 1000, endMs };
}
