import { A100_40, gpuOf, RTX_3090, SMALL_8 } from '#lib/simulator/cards.ts';
import { engineOf, QWEN_05B } from '#lib/simulator/models.ts';
import type { Scenario } from '#lib/simulator/scenario.ts';

const MIB_PER_GIB = 1024;

export type OomCase = {
  readonly id: string;
  readonly gpuGib: 8 | 24 | 40;
  readonly needGib: number;
  readonly fits: boolean;
};

/** The seven pre-flight cases of report 000. `oom_at_limit` fits only because the report counts nothing but the batch. */
export const OOM_CASES: readonly OomCase[] = [
  { id: 'oom_normal_batch', gpuGib: 24, needGib: 0.5, fits: true },
  { id: 'oom_large_batch_safe', gpuGib: 24, needGib: 2, fits: true },
  { id: 'oom_oversized_batch', gpuGib: 24, needGib: 8, fits: true },
  { id: 'oom_extreme_batch', gpuGib: 24, needGib: 32, fits: false },
  { id: 'oom_multi_worker', gpuGib: 40, needGib: 12, fits: true },
  { id: 'oom_at_limit', gpuGib: 24, needGib: 24, fits: true },
  { id: 'oom_small_gpu_large_batch', gpuGib: 8, needGib: 4, fits: true },
];

const CARDS = { 8: SMALL_8, 24: RTX_3090, 40: A100_40 } as const;

/** The batch is allocated, and where it does not fit, half of it once the engine is back. */
export const OOM_TIMELINE = { batchStartS: 60, batchEndS: 120, retryStartS: 180, retryEndS: 240, downS: 10 } as const;

export function oomScenario(oom: OomCase): Scenario {
  const { batchStartS, batchEndS, retryStartS, retryEndS, downS } = OOM_TIMELINE;
  const batch = { startS: batchStartS, endS: batchEndS, mib: oom.needGib * MIB_PER_GIB };
  const retry = { startS: retryStartS, endS: retryEndS, mib: (oom.needGib * MIB_PER_GIB) / 2 };
  const allocations = oom.fits ? [batch] : [batch, retry];
  const load = { kind: 'wave', spacing: { kind: 'poisson' }, baseRps: 20, swing: 0, periodS: 600 } as const;
  return {
    name: oom.id,
    title: `OOM case of report 000: ${oom.needGib} GB needed on a ${oom.gpuGib} GB card`,
    servers: [
      {
        name: 'batch-engine',
        host: 'gpu-01',
        format: '0.23.0',
        engines: [engineOf(QWEN_05B, 'batch-engine', '0.23.0', load)],
      },
    ],
    hosts: [
      {
        name: 'gpu-01',
        exporter: 'nvidia-gpu-exporter-nvml',
        gpus: [
          gpuOf(CARDS[oom.gpuGib], 'gpu-01', 0, ['batch-engine'], { kind: 'demand', contextMib: 420, allocations }),
        ],
      },
    ],
    events: oom.fits ? [] : [{ server: 'batch-engine', kind: 'oom', atS: batchStartS, downS }],
    faults: [],
    lengthS: 300,
  };
}
