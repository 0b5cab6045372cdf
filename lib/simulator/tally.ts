/** A histogram as an exporter keeps it: counts per bucket, not cumulative; the last bucket is +Inf. */
export class Tally {
  /** Finite upper bounds, ascending. */
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** Counts `weight` observations of `value`. */
  add(value: number, weight: number): void {
    if (weight <= 0) return;
    let low = 0;
    let high = this.bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (this.bounds[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    this.counts[low] = (this.counts[low] ?? 0) + weight;
    this.count += weight;
    this.sum += value * weight;
  }

  clear(): void {
    this.counts.fill(0);
    this.sum = 0;
    this.count = 0;
  }
}
