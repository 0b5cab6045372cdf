import { A100_40, gpuOf, H100_80, RTX_3090, reserve } from '#lib/simulator/cards.ts';
import type { Load } from '#lib/simulator/load.ts';
import { CODER_14B, engineOf, LLAMA_8B, MISTRAL_7B, QWEN_05B } from '#lib/simulator/models.ts';
import type { Scenario } from '#lib/simulator/scenario.ts';

type Burst = { everyS: number; offsetS: number; lastsS: number; multiplier: number };

function wave(baseRps: number, swing: number, periodS: number, burst?: Burst): Load {
  return { kind: 'wave', spacing: { kind: 'clumped', shape: 40 }, baseRps, swing, periodS, burst };
}

const QWEN = wave(205, 0.04, 1500, { everyS: 600, offsetS: 150, lastsS: 20, multiplier: 2.5 });
const QWEN_RUST = wave(198, 0.08, 2100);
const LLAMA = wave(19, 0.3, 1800, { everyS: 660, offsetS: 420, lastsS: 40, multiplier: 2 });
const CODER = wave(1.75, 0.16, 1300, { everyS: 630, offsetS: 300, lastsS: 70, multiplier: 1.5 });
const MISTRAL = wave(7, 0.3, 2400);

/**
 * What people see at the first start: three hosts, five servers of different age, mostly healthy. The two Qwens are the
 * reports' deployment; the coder lives near the end of its KV cache; gpu-03's second card leaks; the old server restarts.
 */
export const DEMO: Scenario = {
  name: 'demo',
  title: 'the fleet of the first start',
  servers: [
    {
      name: 'llama-dp',
      host: 'gpu-01',
      format: '0.10.2',
      engines: [
        engineOf(LLAMA_8B, 'llama-dp/0', '0.10.2', LLAMA, '0'),
        engineOf(LLAMA_8B, 'llama-dp/1', '0.10.2', LLAMA, '1'),
      ],
    },
    { name: 'coder', host: 'gpu-02', format: '0.11.0', engines: [engineOf(CODER_14B, 'coder', '0.11.0', CODER)] },
    {
      name: 'mistral-v0',
      host: 'gpu-02',
      format: '0.6.6',
      engines: [engineOf(MISTRAL_7B, 'mistral-v0', '0.6.6', MISTRAL)],
    },
    {
      name: 'qwen',
      host: 'gpu-03',
      format: '0.23.0',
      engines: [engineOf({ ...QWEN_05B, maxRunning: 80, kvBlocks: 2900 }, 'qwen', '0.23.0', QWEN)],
    },
    {
      name: 'qwen-rust',
      host: 'gpu-03',
      format: 'rust',
      engines: [engineOf({ ...QWEN_05B, kvBlocks: 1900 }, 'qwen-rust', 'rust', QWEN_RUST)],
    },
  ],
  hosts: [
    {
      name: 'gpu-01',
      exporter: 'nvidia-gpu-exporter-nvml',
      gpus: [0, 1].map((index) => gpuOf(H100_80, 'gpu-01', index, ['llama-dp'], reserve(0.9, 15_300))),
    },
    {
      name: 'gpu-02',
      exporter: 'dcgm',
      gpus: [
        gpuOf(A100_40, 'gpu-02', 0, ['coder'], reserve(0.88, 9800)),
        gpuOf(A100_40, 'gpu-02', 1, ['mistral-v0'], reserve(0.85, 14_500)),
      ],
    },
    {
      name: 'gpu-03',
      exporter: 'nvidia-gpu-exporter',
      gpus: [
        gpuOf(RTX_3090, 'gpu-03', 0, ['qwen'], reserve(0.55, 480)),
        gpuOf(RTX_3090, 'gpu-03', 1, ['qwen-rust'], reserve(0.55, 480, { kind: 'leak', mibPerHour: 120 })),
      ],
    },
  ],
  events: [{ server: 'mistral-v0', kind: 'restart', atS: 840, downS: 35, everyS: 2700 }],
  faults: [],
  lengthS: Number.POSITIVE_INFINITY,
};

/** One healthy engine on one card, for trying things out. */
export const STEADY: Scenario = {
  name: 'steady',
  title: 'one healthy engine on one GPU',
  servers: [
    {
      name: 'llama',
      host: 'gpu-01',
      format: '0.23.0',
      engines: [engineOf(LLAMA_8B, 'llama', '0.23.0', wave(6, 0.1, 1800))],
    },
  ],
  hosts: [
    {
      name: 'gpu-01',
      exporter: 'nvidia-gpu-exporter',
      gpus: [gpuOf(H100_80, 'gpu-01/steady', 0, ['llama'], reserve(0.9, 15_300))],
    },
  ],
  events: [],
  faults: [],
  lengthS: Number.POSITIVE_INFINITY,
};
