import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriesOf } from '#lib/service/series.ts';
import { engineReading, pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const POLL = 5000;
const POLLS = 361;
const STEP = 60_000;
const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, Number.POSITIVE_INFINITY];

type Page = { atMs: number; tokens: number; cumulative: number[]; startS: number };

/** A seeded run of an exporter: bursts, one restart, five missed polls. The pages are what both sides see. */
function makePages(): Page[] {
  let random = 12345;
  const next = (): number => {
    random = (Math.imul(random, 1103515245) + 12345) & 0x7fffffff;
    return random / 0x7fffffff;
  };
  const pages: Page[] = [];
  let tokens = 0;
  let counts = BOUNDS.map(() => 0);
  let startS = 1;
  for (let i = 0; i < POLLS; i++) {
    if (i === 150) [tokens, counts, startS] = [0, BOUNDS.map(() => 0), START / 1000 + i * 5 - 2];
    const load = 50 + 40 * Math.sin(i / 20) + (i % 90 < 6 ? 300 : 0);
    tokens += Math.round(load * (0.8 + 0.4 * next()));
    counts = counts.map((count, b) => count + Math.round((1 + 0.2 * next()) * (b === 2 ? 900 : 300)));
    let below = 0;
    const cumulative = counts.map((count) => (below += count));
    pages.push({ atMs: START + i * POLL, tokens, cumulative, startS });
  }
  return pages.filter((_, i) => i < 250 || i > 254);
}

type Point = readonly [tS: number, value: number];

/** promql/functions.go, extrapolatedRate with isCounter and isRate, for the window (end − range, end]. */
function prometheusRate(points: readonly Point[], endS: number, rangeS: number): number | null {
  const inside = points.filter(([t]) => t > endS - rangeS && t <= endS);
  const first = inside[0];
  const last = inside.at(-1);
  if (first === undefined || last === undefined || inside.length < 2) return null;
  let delta = last[1] - first[1];
  for (let i = 1; i < inside.length; i++) {
    const [before, now] = [inside[i - 1]?.[1] ?? 0, inside[i]?.[1] ?? 0];
    if (now < before) delta += before;
  }
  const sampled = last[0] - first[0];
  const average = sampled / (inside.length - 1);
  const threshold = average * 1.1;
  let toStart = first[0] - (endS - rangeS);
  let toEnd = endS - last[0];
  if (toStart >= threshold) toStart = average / 2;
  if (delta > 0 && first[1] >= 0) toStart = Math.min(toStart, sampled * (first[1] / delta));
  if (toEnd >= threshold) toEnd = average / 2;
  return (delta * (sampled + toStart + toEnd)) / sampled / rangeS;
}

/** promql/quantile.go, BucketQuantile, on cumulative rates. */
function prometheusQuantile(q: number, bounds: readonly number[], cumulative: readonly number[]): number | null {
  const total = cumulative.at(-1) ?? 0;
  if (!(total > 0)) return null;
  const rank = q * total;
  const b = cumulative.slice(0, -1).findIndex((count) => count >= rank);
  if (b < 0) return bounds.at(-2) ?? null;
  const [start, end] = [b === 0 ? 0 : (bounds[b - 1] ?? 0), bounds[b] ?? 0];
  const [below, upTo] = [b === 0 ? 0 : (cumulative[b - 1] ?? 0), cumulative[b] ?? 0];
  return start + (end - start) * ((rank - below) / (upTo - below));
}

let database: TestDatabase;
const pages = makePages();
beforeAll(async () => {
  database = await createTestDatabase();
  const steps = pages.map(({ atMs, tokens, cumulative, startS }) => ({
    atMs,
    readings: [
      engineReading({
        gauges: { process_start_s: startS },
        counters: { generation_tokens: tokens },
        histograms: { ttft_s: { bounds: BOUNDS, cumulative: Float64Array.from(cumulative), sum: 1 } },
      }),
    ],
  }));
  await pushPolls(database.pool, SETTINGS, steps);
});
afterAll(() => database.drop());

const ask = async (signals: string) =>
  seriesOf(serviceContext(database.pool, START + POLLS * POLL), {
    signals,
    subject: [],
    from: String(START),
    to: String(START + 30 * STEP),
    points: 30,
    group: 'subject',
  });

const rateOf = (pick: (page: Page) => number, endMs: number): number | null =>
  prometheusRate(
    pages.map((page) => [page.atMs / 1000, pick(page)] as const),
    endMs / 1000,
    STEP / 1000,
  );

describe('over the same pages, numbers equal those of Prometheus', () => {
  it('rates, within 1 % or one poll, through bursts, a restart and missed polls', async () => {
    const { series, stepMs } = await ask('tokens_per_second');
    expect(stepMs).toBe(STEP);
    let compared = 0;
    series[0]?.t.forEach((t, i) => {
      // Our bucket holds polls in [t, t + step), Prometheus's window those in (end − range, end].
      const theirs = rateOf((page) => page.tokens, t + STEP - 1);
      const ours = series[0]?.mean[i] ?? null;
      // Where polls are missing inside the window Prometheus extrapolates only half an interval and reads low.
      const missing = t < START + 255 * POLL && t + STEP > START + 250 * POLL;
      if (theirs === null || ours === null || i === 0 || missing) return;
      const inBucket = pages.filter((page) => page.atMs >= t - POLL && page.atMs < t + STEP);
      const onePoll =
        Math.max(
          ...inBucket
            .slice(1)
            .map((page, k) => Math.abs(page.tokens - (inBucket[k]?.tokens ?? 0)))
            .filter((d) => d < 1000),
        ) /
        (STEP / 1000);
      expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(Math.max(0.01 * theirs, onePoll));
      compared++;
    });
    expect(compared).toBeGreaterThan(25);
  });

  it('and where polls were missed, ours is what the counter says', async () => {
    const { series } = await ask('tokens_per_second');
    const index = series[0]?.t.indexOf(START + 21 * STEP) ?? -1;
    const before = pages.find((page) => page.atMs === START + 249 * POLL)?.tokens ?? 0;
    const after = pages.findLast((page) => page.atMs < START + 22 * STEP);
    const elapsedS = ((after?.atMs ?? 0) - (START + 249 * POLL)) / 1000;
    expect(series[0]?.mean[index]).toBeCloseTo(((after?.tokens ?? 0) - before) / elapsedS, 9);
  });

  it('quantiles, within 1 % or one poll', async () => {
    const { series } = await ask('ttft_p50,ttft_p95');
    const compare = (q: number, index: number): number => {
      let compared = 0;
      series[index]?.t.forEach((t, i) => {
        const ours = series[index]?.mean[i] ?? null;
        const at = (end: number) => BOUNDS.map((_, b) => rateOf((page) => page.cumulative[b] ?? 0, end) ?? 0);
        const candidates = [t + STEP - 1 - POLL, t + STEP - 1, t + STEP - 1 + POLL].map(
          (end) => prometheusQuantile(q, BOUNDS, at(end)) ?? 0,
        );
        if (ours === null || i === 0 || i === 29) return;
        expect(ours).toBeGreaterThanOrEqual(Math.min(...candidates) * 0.99);
        expect(ours).toBeLessThanOrEqual(Math.max(...candidates) * 1.01);
        compared++;
      });
      return compared;
    };
    expect(compare(0.5, 0)).toBeGreaterThan(25);
    expect(compare(0.95, 1)).toBeGreaterThan(25);
  });
});
