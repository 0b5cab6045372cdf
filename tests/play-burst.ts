import { BurstDetector } from '#lib/detect/burst-detector.ts';
import { burstSampleOf } from '#lib/detect/burst-readings.ts';
import type { BurstRecord } from '#lib/detect/burst-record.ts';
import type { BurstSample } from '#lib/detect/burst-sample.ts';
import { PageReader } from '#lib/scrape/page-reader.ts';
import { type Cursor, increment } from '#lib/series/increments.ts';
import { enginePath, type Scenario } from '#lib/simulator/scenario.ts';
import { type BurstCase, burstScenario } from '#lib/simulator/scenarios-burst.ts';
import { SimulatedTargets } from '#lib/simulator/targets.ts';

export const BURST_EPOCH_MS = 1_800_000_000_000;
/** Baseline load before the scenario's own first phase. */
export const LEAD_S = 300;

/** Polls of a burst scenario's pages, and beside each the simulator's own requests: not what a page says of them. */
export type PlayedPoll = {
  readonly sample: BurstSample;
  readonly own: { readonly arrived: number; readonly finished: number; readonly waiting: number };
};

const STEP_S = 0.25;

/** Reads the engine's page every `pollS` seconds from the lead on; the scenario begins at second 0. */
export function playPolls(burst: BurstCase, untilS: number, pollS: number): PlayedPoll[] {
  const targets = new SimulatedTargets({
    scenario: later(burstScenario(burst), LEAD_S),
    ...{ seed: 1, epochMs: BURST_EPOCH_MS - LEAD_S * 1000, stepS: STEP_S, warmUpS: 60 },
  });
  const target = targets.byPath.get(enginePath('burst'));
  const engine = target?.server?.engines[0];
  if (target === undefined || engine === undefined) throw new Error('a burst scenario without its engine');
  const reader = new PageReader('auto');
  const polls: PlayedPoll[] = [];
  let cursor: Cursor | null = null;
  for (let timeS = 0; timeS <= LEAD_S + untilS; timeS += pollS) {
    targets.advance(timeS);
    const page = targets.print(target);
    const reading = page === null ? undefined : reader.read(page).readings.find((each) => each.kind === 'engine');
    if (reading === undefined) throw new Error(`no engine on the page at ${timeS} s`);
    const atMs = BURST_EPOCH_MS + (timeS - LEAD_S) * 1000;
    const step = increment(cursor, reading, { atMs, intervalMs: pollS * 1000, processStartS: null });
    cursor = step.cursor;
    const { arrived } = engine.counters;
    polls.push({
      sample: burstSampleOf(step.sample),
      own: { arrived, finished: engine.finished, waiting: engine.waiting },
    });
  }
  return polls;
}

function later(scenario: Scenario, byS: number): Scenario {
  return {
    ...scenario,
    servers: scenario.servers.map((server) => ({
      ...server,
      engines: server.engines.map((engine) => {
        if (engine.load.kind !== 'phases') return engine;
        const phases = engine.load.phases.map((phase) => ({
          ...phase,
          ...{ startS: phase.startS + byS, endS: phase.endS + byS },
        }));
        return { ...engine, load: { ...engine.load, phases } };
      }),
    })),
  };
}

/** Every burst that a detector finds in the polls, in its last word. */
export function burstsIn(polls: readonly PlayedPoll[], baselineRps: number | null): BurstRecord[] {
  const detector = new BurstDetector();
  const found = new Map<number, BurstRecord>();
  for (const { sample } of polls) {
    const { burst } = detector.add(sample, baselineRps);
    if (burst !== null) found.set(burst.start.atMs, burst);
  }
  return [...found.values()];
}
