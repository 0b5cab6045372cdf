import { BurstDetector } from '#lib/detect/burst-detector.ts';
import type { BurstRecord } from '#lib/detect/burst-record.ts';
import { EPOCH_MS } from '#tests/bench/burst/burst-case.ts';
import { QueueSimulation } from '#tests/bench/burst/queue-simulation.ts';

/** A load without bursts: how it changes over the day as a multiple of its mean rate. */
export type SteadyLoad = {
  readonly name: string;
  readonly arrivalShape: number;
  readonly at: (timeS: number) => number;
};

const DAY_S = 86_400;
const HOUR_S = 3600;

export const STEADY_LOADS: readonly SteadyLoad[] = [
  { name: 'Poisson', arrivalShape: 1, at: () => 1 },
  { name: 'clumpy (shape 0.5)', arrivalShape: 0.5, at: () => 1 },
  {
    name: 'daily load, 4:1, with an hourly swing',
    arrivalShape: 1,
    at: (timeS) =>
      1 + 0.6 * Math.sin((2 * Math.PI * timeS) / DAY_S) + 0.15 * Math.sin((2 * Math.PI * timeS) / (HOUR_S * 1.03)),
  },
  {
    name: 'office day: 4 times within an hour',
    arrivalShape: 1,
    at: (timeS) => {
      const hour = (timeS / HOUR_S) % 24;
      if (hour < 8) return 0.25;
      return hour < 9 ? 0.25 + 0.75 * (hour - 8) : hour < 18 ? 1 : 0.4;
    },
  },
];

/** Bursts found in `hours` of a load at a mean of `rps`, polled every second. */
export function burstsOfSteady(load: SteadyLoad, rps: number, hours: number, seed: number): readonly BurstRecord[] {
  const simulation = new QueueSimulation(
    {
      ...{ slots: 64, serviceS: (64 * 0.4) / rps, serviceSigma: 0.6, arrivalShape: load.arrivalShape },
      rpsAt: (timeS) => rps * load.at(timeS),
    },
    seed,
  );
  const detector = new BurstDetector();
  const found = new Map<number, BurstRecord>();
  let before = { arrived: 0, finished: 0 };
  for (let second = 1; second <= hours * HOUR_S; second += 1) {
    simulation.advance(second);
    const { burst } = detector.add(simulation.poll(EPOCH_MS + second * 1000, 1000, before), null);
    before = { arrived: simulation.arrived, finished: simulation.finished };
    if (burst !== null) found.set(burst.start.atMs, burst);
  }
  return [...found.values()];
}
