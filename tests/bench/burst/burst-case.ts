import { BurstDetector } from '#lib/detect/burst-detector.ts';
import type { BurstRecord } from '#lib/detect/burst-record.ts';
import { Random } from '#lib/simulator/random.ts';
import { type QueueSettings, QueueSimulation } from '#tests/bench/burst/queue-simulation.ts';

/** A burst of requests on a queue: its load and how the queue serves it. */
export type BurstCase = {
  readonly seed: number;
  readonly queue: Omit<QueueSettings, 'rpsAt'>;
  readonly baseRps: number;
  readonly multiple: number;
  readonly startS: number;
  readonly lastsS: number;
};

/** What happened, by the simulation alone: times in seconds. */
export type Truth = { readonly loadEndS: number; readonly recoveredS: number; readonly queuePeak: number };

export type CaseOutcome = {
  readonly at: BurstCase;
  readonly truth: Truth;
  readonly bursts: readonly BurstRecord[];
  /** Recovery as found less the true one, both from the end of the load; null when none was found. */
  readonly errorMs: number | null;
};

const GRID_S = 0.05;
const CALM_S = 30;
/** A queue that is outside for less than a poll after it was back is not seen by polls, and no state to speak of. */
const FLICKER_S = 1;
const LEAD_S = 1500;
const STATIONARY_S = 2500;
const WARM_S = 300;
const LONGEST_RECOVERY_S = 240;
export const EPOCH_MS = 1_800_000_000_000;

/**
 * A random burst: 10 to 250 requests a second on 16 to 256 slots that are 30 to 75 % busy, arrivals clumpy to regular,
 * 3 to 12 times the usual for 5 to 60 s. Those whose backlog would take longer than four minutes are drawn again.
 */
export function drawCase(seed: number): BurstCase {
  const random = new Random(seed);
  const between = (low: number, high: number): number => low + (high - low) * random.next();
  const betweenLog = (low: number, high: number): number => low * (high / low) ** random.next();
  for (;;) {
    const baseRps = betweenLog(10, 250);
    const slots = Math.round(betweenLog(16, 256));
    const busy = between(0.3, 0.75);
    const multiple = betweenLog(3, 12);
    const lastsS = betweenLog(5, 60);
    const capacityRps = baseRps / busy;
    const backlog = Math.max(0, multiple * baseRps - capacityRps) * lastsS;
    const serviceS = (busy * slots) / baseRps;
    if (backlog / (capacityRps - baseRps) + serviceS * 4 > LONGEST_RECOVERY_S || serviceS > 8) continue;
    const arrivalShape = [0.5, 1, 1, 2, 4][Math.floor(random.next() * 5)] ?? 1;
    const queue = { slots, serviceS, serviceSigma: between(0.2, 1), arrivalShape };
    return { seed, queue, baseRps, multiple, startS: LEAD_S + random.next(), lastsS };
  }
}

type State = { readonly waiting: number; readonly running: number; readonly headWaitS: number };

/**
 * The edge of what the queue shows when nothing happens, in another run of it without a burst: the most that waits, and
 * four standard deviations above the mean of what runs.
 */
function steadyEdge({ queue, baseRps, seed }: BurstCase): State {
  const simulation = new QueueSimulation({ ...queue, rpsAt: () => baseRps }, seed + 500_000_000);
  simulation.advance(WARM_S);
  let [waiting, headWaitS, sum, squares, count] = [0, 0, 0, 0, 0];
  for (let timeS = WARM_S; timeS < WARM_S + STATIONARY_S; timeS += GRID_S) {
    simulation.advance(timeS);
    waiting = Math.max(waiting, simulation.waiting);
    headWaitS = Math.max(headWaitS, simulation.headWaitS);
    [sum, squares, count] = [sum + simulation.running, squares + simulation.running ** 2, count + 1];
  }
  const mean = sum / count;
  return { waiting, headWaitS, running: mean + 4 * Math.sqrt(squares / count - mean ** 2) };
}

/** Plays a case and finds its truth: the first moment from which the queue is for 30 s where it was without the burst. */
export function playCase(at: BurstCase, pollMs: number, offsetMs: number): CaseOutcome {
  const endS = at.startS + at.lastsS;
  const rpsAt = (timeS: number): number => at.baseRps * (timeS >= at.startS && timeS < endS ? at.multiple : 1);
  const simulation = new QueueSimulation({ ...at.queue, rpsAt }, at.seed);
  const edge = steadyEdge(at);
  const detector = new BurstDetector();
  const bursts = new Map<number, BurstRecord>();
  let before = { arrived: 0, finished: 0 };
  let lastOutsideS = endS;
  let outsideSinceS: number | null = endS;
  let recoveredS: number | null = null;
  let queuePeak = 0;
  let nextPollMs = offsetMs;
  const stopS = endS + LONGEST_RECOVERY_S * 2;
  for (let step = 1; step * GRID_S < stopS; step += 1) {
    const timeS = step * GRID_S;
    while (nextPollMs / 1000 <= timeS) {
      simulation.advance(nextPollMs / 1000);
      const sample = simulation.poll(EPOCH_MS + nextPollMs, pollMs, before);
      before = { arrived: simulation.arrived, finished: simulation.finished };
      const { burst } = detector.add(sample, null);
      if (burst !== null) bursts.set(burst.start.atMs, burst);
      nextPollMs += pollMs;
    }
    simulation.advance(timeS);
    if (timeS < at.startS) continue;
    queuePeak = Math.max(queuePeak, simulation.waiting);
    if (timeS < endS || recoveredS !== null) continue;
    const { waiting, running, headWaitS } = simulation;
    const isOutside = waiting > edge.waiting || running > edge.running || headWaitS > edge.headWaitS;
    outsideSinceS = isOutside ? (outsideSinceS ?? timeS) : null;
    const isOneSpell = timeS - lastOutsideS <= GRID_S * 1.5;
    if (isOutside && (isOneSpell || timeS - (outsideSinceS ?? timeS) >= FLICKER_S)) lastOutsideS = timeS;
    else if (timeS - lastOutsideS >= CALM_S) recoveredS = lastOutsideS;
  }
  const truth = { loadEndS: endS, recoveredS: recoveredS ?? Number.POSITIVE_INFINITY, queuePeak };
  const found = [...bursts.values()];
  const first = found.find((burst) => burst.verdict === 'recovered');
  const errorMs =
    first === undefined || first.recoveryMs === null
      ? null
      : first.recoveryMs - (truth.recoveredS - truth.loadEndS) * 1000;
  return { at, truth, bursts: found, errorMs };
}
