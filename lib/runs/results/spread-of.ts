import { NO_SPREAD, type Spread } from '#lib/runs/results/result-cell.ts';

/** Percentiles of single values as numpy gives them (linear between neighbours); unknown without values. */
export function spreadOfValues(values: readonly number[]): Spread {
  if (values.length === 0) return NO_SPREAD;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
    return low + (high - low) * (place - Math.floor(place));
  };
  const sum = sorted.reduce((total, value) => total + value, 0);
  return { mean: sum / sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** What the first does not know is taken from the second. */
export function spreadOr(first: Spread, second: Spread): Spread {
  return {
    mean: first.mean ?? second.mean,
    p50: first.p50 ?? second.p50,
    p95: first.p95 ?? second.p95,
    p99: first.p99 ?? second.p99,
    max: first.max ?? second.max,
  };
}
