import { describe, expect, test } from 'vitest';
import { phaseAt } from '#lib/simulator/load.ts';
import {
  BURST_CASES,
  type BurstCase,
  burstCapacityRps,
  burstLengthS,
  burstPhases,
} from '#lib/simulator/scenarios-burst.ts';
import { countsOf, fleetOf, onlyEngine } from '#tests/simulator/run-scenario.ts';

const STEP_S = 0.25;

function measured(burst: BurstCase): {
  requests: number;
  peakRps: number;
  avgRps: number;
  queuePeak: number;
  clearedAfterS: number;
} {
  const fleet = fleetOf(burst.id, { stepS: STEP_S });
  const engine = onlyEngine(fleet);
  const lengthS = burstLengthS(burst);
  const first = countsOf(engine).arrived;
  let second = first;
  let peakRps = 0;
  let queuePeak = 0;
  let queuedUntilS = 0;
  let atRecovery = first;
  for (let step = 1; step <= lengthS / STEP_S; step += 1) {
    fleet.advance(step * STEP_S);
    const { arrived } = countsOf(engine);
    queuePeak = Math.max(queuePeak, engine.waiting);
    if (engine.waiting > 0) queuedUntilS = step * STEP_S;
    if (step % 4 === 0) {
      peakRps = Math.max(peakRps, arrived - second);
      second = arrived;
    }
    if (step * STEP_S === lengthS - burst.recoveryS) atRecovery = arrived;
  }
  const phasesS = lengthS - burst.recoveryS;
  return {
    requests: countsOf(engine).arrived - first,
    peakRps,
    avgRps: (atRecovery - first) / phasesS,
    queuePeak,
    clearedAfterS: queuedUntilS - phasesS,
  };
}

/** Within ten percent of the report, on both sides. */
function near(found: number, reported: number): void {
  expect(found).toBeGreaterThanOrEqual(reported * 0.9);
  expect(found).toBeLessThanOrEqual(reported * 1.1);
}

describe.each(BURST_CASES)('$id', (burst) => {
  const found = measured(burst);

  test('requests, peak and average are the report’s: they follow from its phases', () => {
    expect(found.requests).toBe(burst.reported.requests);
    expect(found.peakRps).toBe(burst.reported.peakRps);
    expect(Math.floor(found.avgRps)).toBe(burst.reported.averageRps);
  });

  test('the queue peaks where the report says, by an engine that serves nearly the whole peak', () => {
    near(found.queuePeak, burst.reported.queuePeak);
    expect(burstCapacityRps(burst)).toBeGreaterThan(burst.reported.peakRps * 0.98);
  });

  /** So the report's 5.5 s "average recovery" is the mean of four settings, not a measurement. */
  test('the queue is gone long before the report’s recovery time is over', () => {
    expect(found.clearedAfterS).toBeLessThan(burst.recoveryS / 2);
  });

  /** At a "baseline throughput" of 202 req/s the queue would hold every request above it: thousands, not 63. */
  test('the report’s own queue counts batches of 128 above the baseline', () => {
    const excess = (burst.reported.peakRps - burst.baselineRps) * burst.phaseS;
    expect(Math.floor(excess / 128)).toBe(burst.reported.queuePeak);
  });

  test('its timeline has no gap and no overlap', () => {
    const phases = burstPhases(burst);
    phases.slice(1).forEach((phase, i) => {
      expect(phase.startS).toBe(phases[i]?.endS);
    });
    expect(phaseAt(phases, burstLengthS(burst))?.name).toBe('after');
  });
});

test('report 000’s average recovery of 5.5 s is the mean of the recovery phases that it configured', () => {
  const mean = BURST_CASES.reduce((sum, burst) => sum + burst.recoveryS, 0) / BURST_CASES.length;
  expect(mean).toBe(5.5);
});
