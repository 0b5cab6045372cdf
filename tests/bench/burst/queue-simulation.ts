import type { BurstSample } from '#lib/detect/burst-sample.ts';
import { bucketQuantile } from '#lib/series/quantile.ts';
import { Random } from '#lib/simulator/random.ts';

/** A server with `slots` places, first come first served, and how requests arrive and are served. */
export type QueueSettings = {
  readonly slots: number;
  readonly serviceS: number;
  /** Spread of the logarithm of service times. */
  readonly serviceSigma: number;
  /** Gamma shape of the time between arrivals: 1 is Poisson, less is clumpier, more is more regular. */
  readonly arrivalShape: number;
  /** Arrivals per second at a time. */
  readonly rpsAt: (timeS: number) => number;
};

const PREFILL_SHARE = 0.08;
const TOKENS_PER_REQUEST = 100;
/** vLLM's own bounds of time to first token. */
const BOUNDS_S = [
  ...[0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560],
  Number.POSITIVE_INFINITY,
];

type Request = { readonly arrivedS: number; readonly serviceS: number; readonly prefillS: number };

/** A G/G/c queue, request by request in continuous time; it shares no code with what it is the truth for. */
export class QueueSimulation {
  readonly #settings: QueueSettings;
  readonly #random: Random;
  #nowS = 0;
  #nextArrivalS = 0;
  readonly #queue: Request[] = [];
  #head = 0;
  /** Ends of running requests, a binary heap. */
  readonly #ends: number[] = [];
  arrived = 0;
  finished = 0;
  #tokens = 0;
  #ttft: { sum: number; count: number; counts: number[] } = noTtft();

  constructor(settings: QueueSettings, seed: number) {
    this.#settings = settings;
    this.#random = new Random(seed);
    this.#nextArrivalS = this.#gap(0);
  }

  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  get running(): number {
    return this.#ends.length;
  }

  /** How long the request at the head of the queue has waited; 0 without one. */
  get headWaitS(): number {
    const first = this.#queue[this.#head];
    return first === undefined ? 0 : this.#nowS - first.arrivedS;
  }

  advance(toS: number): void {
    for (;;) {
      const endS = this.#ends[0] ?? Number.POSITIVE_INFINITY;
      const nextS = Math.min(endS, this.#nextArrivalS);
      if (nextS > toS) break;
      this.#pass(nextS);
      if (endS <= this.#nextArrivalS) this.#finish();
      else this.#arrive();
    }
    this.#pass(toS);
  }

  /** What a poll at this moment reads, as increases since the poll before. */
  poll(atMs: number, elapsedMs: number, before: { arrived: number; finished: number }): BurstSample {
    const finished = this.finished - before.finished;
    const { sum, count, counts } = this.#ttft;
    const tokens = Math.round(this.#tokens);
    this.#tokens -= tokens;
    this.#ttft = noTtft();
    const inFlight = this.arrived - this.finished - (before.arrived - before.finished);
    return {
      ...{ atMs, elapsedMs, restarted: false, arrivals: finished + inFlight, finished, failed: 0 },
      ...{ waiting: this.waiting, running: this.running, kvRatio: this.running / (this.#settings.slots * 1.1) },
      ...{ tokens, preemptions: 0 },
      ttftP95S: count === 0 ? null : bucketQuantile(0.95, { bounds: BOUNDS_S, counts }),
      ...{ ttftSumS: sum, ttftCount: count },
    };
  }

  #pass(toS: number): void {
    const perSecond = TOKENS_PER_REQUEST / this.#settings.serviceS;
    this.#tokens += this.#ends.length * perSecond * (toS - this.#nowS);
    this.#nowS = toS;
  }

  #arrive(): void {
    const { serviceS, serviceSigma } = this.#settings;
    this.arrived += 1;
    const service = this.#random.lognormal(serviceS, serviceSigma);
    const prefillS = this.#random.lognormal(serviceS * PREFILL_SHARE, 0.4);
    this.#queue.push({ arrivedS: this.#nowS, serviceS: service, prefillS });
    this.#nextArrivalS = this.#nowS + this.#gap(this.#nowS);
    this.#fill();
  }

  #finish(): void {
    popHeap(this.#ends);
    this.finished += 1;
    this.#fill();
  }

  #fill(): void {
    while (this.#ends.length < this.#settings.slots && this.waiting > 0) {
      const request = this.#queue[this.#head];
      if (request === undefined) return;
      this.#head += 1;
      pushHeap(this.#ends, this.#nowS + request.serviceS);
      const ttftS = this.#nowS - request.arrivedS + request.prefillS;
      this.#ttft.sum += ttftS;
      this.#ttft.count += 1;
      const bucket = BOUNDS_S.findIndex((bound) => ttftS <= bound);
      this.#ttft.counts[bucket] = (this.#ttft.counts[bucket] ?? 0) + 1;
    }
    if (this.#head > 10_000 && this.#head * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** Until the next arrival. A rate that changes meanwhile is followed by drawing in small steps of its own time. */
  #gap(fromS: number): number {
    const shape = this.#settings.arrivalShape;
    let left = this.#gamma(shape) / shape;
    let atS = fromS;
    for (;;) {
      const rps = this.#settings.rpsAt(atS);
      const stepS = Math.max(1e-3, Math.floor(atS * 4 + 1 + 1e-9) / 4 - atS);
      if (rps > 0 && left <= rps * stepS) return atS + left / rps - fromS;
      left -= rps * stepS;
      atS += stepS;
    }
  }

  /** Of unit scale (Marsaglia and Tsang). */
  #gamma(shape: number): number {
    if (shape === 1) return -Math.log(1 - this.#random.next());
    const boost = shape < 1 ? (1 - this.#random.next()) ** (1 / shape) : 1;
    const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
    for (;;) {
      const x = this.#random.normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v <= 0) continue;
      if (Math.log(1 - this.#random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v * boost;
    }
  }
}

function noTtft(): { sum: number; count: number; counts: number[] } {
  return { sum: 0, count: 0, counts: BOUNDS_S.map(() => 0) };
}

function pushHeap(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] ?? 0;
    if (above <= value) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = value;
}

function popHeap(heap: number[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= heap.length) break;
    if ((heap[child + 1] ?? Number.POSITIVE_INFINITY) < (heap[child] ?? 0)) child += 1;
    const below = heap[child] ?? 0;
    if (below >= last) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
}
