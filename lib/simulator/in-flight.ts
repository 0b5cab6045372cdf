export type Flow = {
  readonly inFlight: number;
  /** Arrivals per second, even over the span. */
  readonly rps: number;
  readonly slots: number;
  readonly serviceS: number;
};

/**
 * Requests in flight after `spanS`: dn/dt = rps - min(n, slots) / serviceS, solved in closed form, so one step of 5 s
 * is as good as 500 of 10 ms and costs the same at 2 and at 2000 requests a second.
 */
export function inFlightAfter(flow: Flow, spanS: number): number {
  const { inFlight, rps, slots, serviceS } = flow;
  const slope = rps - slots / serviceS;
  if (inFlight > slots) {
    const fallsBelowS = slope < 0 ? (inFlight - slots) / -slope : Number.POSITIVE_INFINITY;
    if (fallsBelowS >= spanS) return inFlight + slope * spanS;
    return relaxed(flow, slots, spanS - fallsBelowS);
  }
  const end = relaxed(flow, inFlight, spanS);
  if (end <= slots) return end;
  const level = rps * serviceS;
  const fillsAfterS = serviceS * Math.log((level - inFlight) / (level - slots));
  return slots + slope * (spanS - fillsAfterS);
}

/** With a free slot for everyone, requests in flight approach arrivals × service time. */
function relaxed({ rps, serviceS }: Flow, from: number, spanS: number): number {
  const level = rps * serviceS;
  return level + (from - level) * Math.exp(-spanS / serviceS);
}
