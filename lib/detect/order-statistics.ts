/** The k-th smallest (from 0) of `values`, which are reordered in place (Hoare's selection, middle pivot). */
export function selectKth(values: Float64Array, k: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1] ?? 0;
    let [i, j] = [low, high];
    while (i <= j) {
      while ((values[i] ?? 0) < pivot) i += 1;
      while ((values[j] ?? 0) > pivot) j -= 1;
      if (i > j) break;
      const swapped = values[i] ?? 0;
      values[i] = values[j] ?? 0;
      values[j] = swapped;
      i += 1;
      j -= 1;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return values[k] ?? Number.NaN;
}

/** The middle value, or the mean of the two in the middle; null of nothing. */
export function median(values: ArrayLike<number>): number | null {
  return values.length === 0 ? null : medianInPlace(Float64Array.from(values));
}

/** The median of one value or more, which are reordered. */
export function medianInPlace(values: Float64Array): number {
  const middle = values.length >> 1;
  const upper = selectKth(values, middle);
  return values.length % 2 === 1 ? upper : (selectKth(values, middle - 1) + upper) / 2;
}
