import type { Engine } from '#lib/simulator/engine.ts';
import type { Server } from '#lib/simulator/fleet.ts';

/** A batch that a scenario sends to an engine: when its requests begin and stop to arrive, and how many they are. */
export type JobSettings = {
  readonly id: string;
  readonly startS: number;
  readonly endS: number;
  readonly requests: number;
};

/** A batch API in front of a server of the scenario. */
export type BatchApiSettings = {
  readonly server: string;
  readonly model: string;
  readonly jobs: readonly JobSettings[];
};

/** The file is checked for this long before the first request goes out. */
export const VALIDATION_S = 5;

const COUNTED = ['promptTokens', 'generationTokens', 'prefixHits', 'finishedError'] as const;
type Counts = Record<(typeof COUNTED)[number] | 'finished', number>;

const NONE: Counts = { promptTokens: 0, generationTokens: 0, prefixHits: 0, finishedError: 0, finished: 0 };

/** A batch as its engine served it so far. */
export type Job = JobSettings & {
  counts: Counts;
  /** null until its last request was answered. */
  drainedS: number | null;
};

/** Batches of a scenario in virtual time: what they have done is what the engine has counted while they ran. */
export class BatchJobs {
  readonly settings: BatchApiSettings;
  readonly jobs: readonly Job[];
  #before: Counts = NONE;

  constructor(settings: BatchApiSettings) {
    this.settings = settings;
    this.jobs = settings.jobs.map((job) => ({ ...job, counts: { ...NONE }, drainedS: null }));
  }

  /** After each step of the fleet. Counters that fell began anew with another process. */
  step(nowS: number, server: Server): void {
    const now = countsOf(server.engines);
    const grown = Object.fromEntries(
      Object.entries(now).map(([name, count]) => {
        const before = this.#before[name as keyof Counts];
        return [name, count < before ? count : count - before];
      }),
    ) as Counts;
    this.#before = now;
    const job = this.jobs.find((each) => nowS > each.startS && each.drainedS === null);
    if (job === undefined) return;
    for (const name of Object.keys(grown) as (keyof Counts)[]) job.counts[name] += grown[name];
    const isIdle = server.engines.every((engine) => engine.running + engine.waiting === 0);
    if (nowS >= job.endS && isIdle) job.drainedS = nowS;
  }

  /** Those that were submitted by now, newest first. */
  submitted(nowS: number): readonly Job[] {
    return this.jobs.filter((job) => nowS >= job.startS - VALIDATION_S).toReversed();
  }
}

function countsOf(engines: readonly Engine[]): Counts {
  const sum = (of: (engine: Engine) => number): number => engines.reduce((total, engine) => total + of(engine), 0);
  const counted = COUNTED.map((name) => [name, sum((engine) => engine.counters[name])]);
  return { ...Object.fromEntries(counted), finished: sum((engine) => engine.finished) } as Counts;
}
