import { REPORT_OOM_CASES, type ReportOomCase } from '#lib/metrics/report-scenarios.ts';
import { A100_40, gpuOf, RTX_3090, SMALL_8 } from '#lib/simulator/cards.ts';
import { engineOf, QWEN_05B } from '#lib/simulator/models.ts';
import type { Scenario } from '#lib/simulator/scenario.ts';

const MIB_PER_GIB = 1024;

/** `oom_at_limit` fits only because the report counts nothing but the batch. */
export const OOM_CASES = REPORT_OOM_CASES;

const CARDS = { 8: SMALL_8, 24: RTX_3090, 40: A100_40 } as const;

/** The batch is allocated, and where it does not fit, half of it once the engine is back. */
export const OOM_TIMELINE = { batchStartS: 60, batchEndS: 120, retryStartS: 180, retryEndS: 240, downS: 10 } as const;

export function oomScenario(oom: ReportOomCase): Scenario {
  const { batchStartS, batchEndS, retryStartS, retryEndS, downS } = OOM_TIMELINE;
  const batch = { startS: batchStartS, endS: batchEndS, mib: oom.needGb * MIB_PER_GIB };
  const retry = { startS: retryStartS, endS: retryEndS, mib: (oom.needGb * MIB_PER_GIB) / 2 };
  const allocations = oom.fits ? [batch] : [batch, retry];
  const load = { kind: 'wave', spacing: { kind: 'poisson' }, baseRps: 20, swing: 0, periodS: 600 } as const;
  return {
    name: oom.id,
    title: `OOM case of report 000: ${oom.needGb} GB needed on a ${oom.gpuGb} GB card`,
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
          gpuOf(CARDS[oom.gpuGb], `gpu-01/${oom.id}`, 0, ['batch-engine'], {
            kind: 'demand',
            contextMib: 420,
            allocations,
          }),
        ],
      },
    ],
    events: oom.fits ? [] : [{ server: 'batch-engine', kind: 'oom', atS: batchStartS, downS }],
    faults: [],
    lengthS: 300,
  };
}
