import { REPORT_BASELINE_RPS, REPORT_BURSTS, type ReportBurst } from '#lib/metrics/report-scenarios.ts';
import { gpuOf, RTX_3090, reserve } from '#lib/simulator/cards.ts';
import { calibrated } from '#lib/simulator/engine-settings.ts';
import type { Phase } from '#lib/simulator/load.ts';
import { engineOf, QWEN_05B } from '#lib/simulator/models.ts';
import type { Scenario } from '#lib/simulator/scenario.ts';

export type BurstCase = {
  readonly id: string;
  readonly baselineRps: number;
  /** Load of each phase as a multiple of the baseline, in order; the recovery follows at 1. */
  readonly multiples: readonly number[];
  readonly phaseS: number;
  readonly recoveryS: number;
  readonly reported: ReportBurst;
};

type Timeline = Pick<BurstCase, 'multiples' | 'phaseS' | 'recoveryS'>;

/**
 * The report's numbers fix the timelines: 25,250 = 202 × (2 × (10 + 5 × 10) + 5), and 606 is the mean of the phases without
 * the recovery. So every burst comes twice, the oscillation three times, the ramp in five steps.
 */
const TIMELINES: Readonly<Record<ReportBurst['id'], Timeline>> = {
  burst_5x_spike: { multiples: [1, 5, 1, 5], phaseS: 10, recoveryS: 5 },
  burst_10x_spike_extreme: { multiples: [1, 10, 1, 10], phaseS: 10, recoveryS: 8 },
  burst_oscillating: { multiples: [1, 3, 1, 3, 1, 3], phaseS: 5, recoveryS: 3 },
  burst_ramp_drop: { multiples: [1, 2, 3, 4, 1], phaseS: 8, recoveryS: 6 },
};

/** The four bursts of report 000. */
export const BURST_CASES: readonly BurstCase[] = REPORT_BURSTS.map((reported) => ({
  id: reported.id,
  baselineRps: REPORT_BASELINE_RPS,
  ...TIMELINES[reported.id],
  reported,
}));

/** End of the recovery. */
export function burstLengthS(burst: BurstCase): number {
  return burst.multiples.length * burst.phaseS + burst.recoveryS;
}

export function burstPhases(burst: BurstCase): Phase[] {
  const { baselineRps, phaseS } = burst;
  const phases = burst.multiples.map((multiple, i): Phase => {
    return {
      name: multiple === 1 ? 'baseline' : `${multiple}x`,
      startS: i * phaseS,
      endS: (i + 1) * phaseS,
      rps: baselineRps * multiple,
    };
  });
  const endS = phases.length * phaseS;
  const lengthS = burstLengthS(burst);
  return [
    ...phases,
    { name: 'recovery', startS: endS, endS: lengthS, rps: baselineRps },
    { name: 'after', startS: lengthS, endS: Number.POSITIVE_INFINITY, rps: baselineRps },
  ];
}

/**
 * What the engine can serve. A queue of 63 after 10 s at 1010 req/s means 1003 req/s were served, five times the
 * "baseline throughput"; the report's own queue is (peak - baseline) × phase / 128, a count of batches, not of requests.
 */
export function burstCapacityRps({ reported, phaseS }: BurstCase): number {
  return reported.peakRps - reported.queuePeak / (phaseS * 0.96);
}

export function burstScenario(burst: BurstCase): Scenario {
  const phases = burstPhases(burst);
  const maxRunning = 64;
  const engine = {
    ...engineOf(QWEN_05B, 'burst', '0.23.0', { kind: 'phases', spacing: { kind: 'regular' }, phases }),
    maxRunning,
  };
  const sized = calibrated(engine, { rps: burstCapacityRps(burst), running: maxRunning, wanted: maxRunning });
  return {
    name: burst.id,
    title: `burst of report 000: ${burst.multiples.join('x, ')}x of ${burst.baselineRps} req/s`,
    servers: [{ name: 'burst', host: 'gpu-01', format: '0.23.0', engines: [sized] }],
    hosts: [
      {
        name: 'gpu-01',
        exporter: 'nvidia-gpu-exporter',
        gpus: [gpuOf(RTX_3090, `gpu-01/${burst.id}`, 0, ['burst'], reserve(0.6, 480))],
      },
    ],
    events: [],
    faults: [],
    lengthS: burstLengthS(burst),
  };
}
