import { gpuOf, RTX_3090, reserve } from '#lib/simulator/cards.ts';
import { calibrated, type EngineSettings, slotsOf } from '#lib/simulator/engine-settings.ts';
import { engineOf, QWEN_05B } from '#lib/simulator/models.ts';
import type { Scenario } from '#lib/simulator/scenario.ts';

export type KvCase = {
  readonly id: string;
  readonly model: '0.5B' | '7B';
  readonly batch: number;
  readonly sequence: number;
  readonly concurrent: number;
  readonly generate: number;
  /** As report 002 prints them; percent. */
  readonly reported: {
    readonly utilization: number;
    readonly hitRate: number;
    readonly evictions: number;
    readonly rps: number;
    readonly pass: boolean;
  };
};

type Row = readonly [
  id: string,
  model: KvCase['model'],
  batch: number,
  sequence: number,
  concurrent: number,
  generate: number,
  utilization: number,
  hitRate: number,
  evictions: number,
  rps: number,
  pass: boolean,
];

const ROWS: readonly Row[] = [
  ['short_sequence_low_stress', '0.5B', 32, 1024, 1, 128, 0.7, 90, 0, 50.5, true],
  ['medium_sequence_normal', '0.5B', 64, 4096, 2, 256, 10.7, 90, 0, 101, true],
  ['large_sequence_high', '0.5B', 128, 8192, 4, 512, 85.9, 90, 0, 171.7, true],
  ['very_large_sequence_extreme', '0.5B', 256, 16_384, 8, 512, 687.2, 50, 85, 343.4, false],
  ['maximum_context_32k', '0.5B', 128, 32_768, 2, 256, 171.8, 69.5, 41, 171.7, false],
  ['high_concurrency_16', '0.5B', 512, 2048, 16, 128, 343.6, 55, 70, 686.8, false],
  ['streaming_progressive', '0.5B', 64, 8192, 4, 2048, 42.9, 90, 0, 101, true],
  ['multi_request_worst_case', '0.5B', 256, 16_384, 8, 1024, 687.2, 50, 85, 343.4, false],
  ['7b_moderate', '7B', 32, 4096, 2, 256, 21.5, 90, 0, 50.5, true],
  ['7b_maximum_sequence', '7B', 16, 16_384, 1, 512, 21.5, 90, 0, 25.2, true],
  ['cache_exhaustion', '0.5B', 512, 32_768, 16, 512, 5497.6, 50, 98, 686.8, false],
];

/** The eleven KV cases of report 002. Its 85.9 % case runs at 85 % of full speed, where its own table says 50-60 %. */
export const KV_CASES: readonly KvCase[] = ROWS.map(
  ([id, model, batch, sequence, concurrent, generate, utilization, hitRate, evictions, rps, pass]) => {
    return {
      id,
      model,
      batch,
      sequence,
      concurrent,
      generate,
      reported: { utilization, hitRate, evictions, rps, pass },
    };
  },
);

/** The report's 24 GB over its 4915.2 bytes a token (20.6 GB for 4,194,304); the 7B rows use four times as much. */
const POOL_TOKENS = { '0.5B': 24e9 / 4915.2, '7B': 24e9 / 4915.2 / 4 } as const;

/** Requests that the test keeps going at once. */
export function kvClients(kv: KvCase): number {
  return kv.batch * kv.concurrent;
}

/** The engine of a case: every client holds one sequence, and the speed is what gives the report's rate. */
export function kvEngine(kv: KvCase): EngineSettings {
  const clients = kvClients(kv);
  const name = kv.id;
  const load = {
    kind: 'phases',
    spacing: { kind: 'regular' },
    phases: [{ name: 'stress', startS: 0, endS: Number.POSITIVE_INFINITY, clients }],
  } as const;
  const engine: EngineSettings = {
    ...engineOf(QWEN_05B, name, '0.23.0', load),
    model: kv.model === '7B' ? 'Qwen/Qwen2.5-7B-Instruct' : QWEN_05B.model,
    maxModelTokens: kv.sequence + 2 * kv.generate,
    maxRunning: Math.max(1024, clients),
    kvBlocks: Math.floor(POOL_TOKENS[kv.model] / QWEN_05B.blockTokens),
    // A request holds half of its answer on average, so that the mean in flight is the report's sequence length.
    prompt: { mean: kv.sequence - kv.generate / 2, sigma: 0.01 },
    output: { mean: kv.generate, sigma: 0.02 },
    abortShare: 0,
    lengthShare: 1,
  };
  return calibrated(engine, { rps: kv.reported.rps, running: Math.min(clients, slotsOf(engine)), wanted: clients });
}

export function kvScenario(kv: KvCase): Scenario {
  return {
    name: kv.id,
    title: `KV case of report 002: batch ${kv.batch} × ${kv.concurrent} sequences of ${kv.sequence} tokens`,
    servers: [{ name: kv.id, host: 'gpu-01', format: '0.23.0', engines: [kvEngine(kv)] }],
    hosts: [
      {
        name: 'gpu-01',
        exporter: 'nvidia-gpu-exporter',
        gpus: [gpuOf(RTX_3090, 'gpu-01', 0, [kv.id], reserve(0.9, 480))],
      },
    ],
    events: [],
    faults: [],
    lengthS: 120,
  };
}
