import type { Arrivals } from '#lib/detect/burst-sample.ts';
import { median } from '#lib/detect/order-statistics.ts';

/** How arrivals come when nothing happens: requests per second, and variance ÷ mean of counts (1 is Poisson). */
export type ArrivalLevel = { readonly rps: number; readonly dispersion: number };

/**
 * How surely `count` arrivals in `elapsedMs` are more than this level brings: the logarithm of a likelihood ratio (nats),
 * 0 when they are not more. Of a Poisson count; a clumpier one (dispersion > 1) tells that much less.
 */
export function evidenceOfMore(count: number, elapsedMs: number, level: ArrivalLevel): number {
  const expected = (level.rps * elapsedMs) / 1000;
  if (count <= expected) return 0;
  if (expected <= 0) return Number.POSITIVE_INFINITY;
  return (count * Math.log(count / expected) - (count - expected)) / level.dispersion;
}

/** Log-likelihood of counts at a rate of their own, up to a constant that depends on the counts alone. */
export function ownLikelihood(count: number, elapsedMs: number): number {
  return count <= 0 ? 0 : count * Math.log((count * 1000) / elapsedMs) - count;
}

/** Log-likelihood of counts at `rps`, up to the same constant; fewer than that count as exactly that. */
export function baseLikelihood(count: number, elapsedMs: number, rps: number): number {
  const expected = (rps * elapsedMs) / 1000;
  if (count <= expected) return ownLikelihood(count, elapsedMs);
  return count * Math.log(rps) - expected;
}

const BLOCK_MS = 60_000;
const SHORT_BLOCK_MS = 10_000;
const NEWEST_MINUTES = 5;

/**
 * The level of quiet polls, oldest first: the median rate of their minutes, or of the newest five where a day's load climbs,
 * and the dispersion of counts around it, of polls and of ten seconds, whichever is larger, at least Poisson's 1. null with
 * less than `fewestMs` of known time.
 */
export function arrivalLevel(quiet: readonly Arrivals[], fewestMs: number): ArrivalLevel | null {
  const knownMs = quiet.reduce((sum, each) => sum + each.elapsedMs, 0);
  if (knownMs < fewestMs || quiet.length === 0) return null;
  const minutes = blocksOf(quiet, BLOCK_MS);
  const rates = minutes.map((each) => (each.count * 1000) / each.elapsedMs);
  const rps = Math.max(median(rates) ?? 0, median(rates.slice(-NEWEST_MINUTES)) ?? 0);
  const dispersion = Math.max(1, dispersionOf(quiet, rps), dispersionOf(blocksOf(quiet, SHORT_BLOCK_MS), rps));
  return { rps, dispersion };
}

/** Neighbouring counts joined until they span `blockMs`; a rest shorter than half of that joins the block before it. */
function blocksOf(counts: readonly Arrivals[], blockMs: number): Arrivals[] {
  const blocks: Arrivals[] = [];
  let [count, elapsedMs, atMs] = [0, 0, 0];
  for (const each of counts) {
    [count, elapsedMs, atMs] = [count + each.count, elapsedMs + each.elapsedMs, each.atMs];
    if (elapsedMs < blockMs) continue;
    blocks.push({ atMs, elapsedMs, count });
    [count, elapsedMs] = [0, 0];
  }
  const last = blocks.at(-1);
  if (elapsedMs > 0 && (last === undefined || elapsedMs >= blockMs / 2)) blocks.push({ atMs, elapsedMs, count });
  else if (elapsedMs > 0 && last !== undefined) {
    blocks[blocks.length - 1] = { atMs, elapsedMs: last.elapsedMs + elapsedMs, count: last.count + count };
  }
  return blocks;
}

/** Mean of (count − expected)² ÷ expected without the largest hundredth. */
function dispersionOf(counts: readonly Arrivals[], rps: number): number {
  if (rps <= 0 || counts.length < 5) return 1;
  const residuals = counts.map((each) => {
    const expected = (rps * each.elapsedMs) / 1000;
    return (each.count - expected) ** 2 / expected;
  });
  residuals.sort((a, b) => a - b);
  const kept = residuals.slice(0, Math.max(1, Math.ceil(residuals.length * 0.99)));
  return kept.reduce((sum, each) => sum + each, 0) / kept.length;
}
