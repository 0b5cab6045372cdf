/** The bound of the lowest histogram bucket that quantiles of a line fell into; absent when none did. */
export type CoarseBelow = number | undefined;

/** Whether of a value only that is known: it is below the bound. Where in the bucket it lies was interpolated. */
export function isCoarse(value: number, coarseBelow: CoarseBelow): boolean {
  return coarseBelow !== undefined && value < coarseBelow;
}

/** The highest that a value may be, in its own unit: itself, or the bound of the lowest bucket. */
export function upperOf(value: number, coarseBelow: CoarseBelow): number {
  return coarseBelow !== undefined && value < coarseBelow ? coarseBelow : value;
}
