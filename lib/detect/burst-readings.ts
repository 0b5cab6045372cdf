import type { BurstSample } from '#lib/detect/burst-sample.ts';
import type { Sample } from '#lib/series/increments.ts';
import { type Buckets, bucketQuantile, bucketTotal, mergeBuckets } from '#lib/series/quantile.ts';
import type { Track } from '#lib/series/track.ts';

/** What of an engine's stored samples the detector reads. */
export const BURST_FIELDS = {
  gauges: ['waiting_requests', 'running_requests', 'kv_usage_ratio'],
  counters: ['arrivals', 'finished', 'finished_abort', 'finished_error', 'generation_tokens', 'preemptions'],
  histograms: ['ttft_s'],
} as const;

const TTFT_QUANTILE = 0.95;

/** A poll as it is about to be stored. */
export function burstSampleOf(sample: Sample): BurstSample {
  const { gauges, increases, histograms } = sample;
  const ttft = histograms.ttft_s;
  return {
    atMs: sample.atMs,
    elapsedMs: sample.elapsedMs,
    restarted: sample.restarted,
    arrivals: increases.arrivals ?? null,
    finished: increases.finished ?? null,
    failed: failedOf(increases.finished_abort ?? null, increases.finished_error ?? null),
    waiting: gauges.waiting_requests ?? null,
    running: gauges.running_requests ?? null,
    kvRatio: gauges.kv_usage_ratio ?? null,
    tokens: increases.generation_tokens ?? null,
    preemptions: increases.preemptions ?? null,
    ...ttftOf(ttft === undefined ? [] : [ttft], ttft?.sum ?? null),
  };
}

/** Stored polls, oldest first. Where they are not polls but sums of several, they read as one long poll each. */
export function burstSamplesOf(track: Track, restartsMs: ReadonlySet<number>): BurstSample[] {
  const column = (name: string, i: number): number | null => {
    const value = track.columns.get(name)?.[i] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  };
  return track.atMs.map((atMs, i) => {
    const ttft = track.histograms.get('ttft_s')?.[i] ?? [];
    const sums = ttft.map((part) => part.sum);
    return {
      atMs,
      elapsedMs: column('elapsed_ms', i),
      restarted: restartsMs.has(atMs),
      arrivals: column('arrivals', i),
      finished: column('finished', i),
      failed: failedOf(column('finished_abort', i), column('finished_error', i)),
      waiting: column('waiting_requests_last', i),
      running: column('running_requests_last', i),
      kvRatio: column('kv_usage_ratio_last', i),
      tokens: column('generation_tokens', i),
      preemptions: column('preemptions', i),
      ...ttftOf(ttft, sums.length === 0 || sums.includes(null) ? null : sums.reduce<number>((a, b) => a + (b ?? 0), 0)),
    };
  });
}

function failedOf(aborted: number | null, errors: number | null): number | null {
  return aborted === null && errors === null ? null : (aborted ?? 0) + (errors ?? 0);
}

type Ttft = Pick<BurstSample, 'ttftP95S' | 'ttftSumS' | 'ttftCount'>;

function ttftOf(parts: readonly Buckets[], sumS: number | null): Ttft {
  const buckets = mergeBuckets(parts);
  if (buckets === null) return { ttftP95S: null, ttftSumS: null, ttftCount: null };
  return { ttftP95S: bucketQuantile(TTFT_QUANTILE, buckets), ttftSumS: sumS, ttftCount: bucketTotal(buckets) };
}
