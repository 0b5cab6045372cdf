import { REPORT_KV_CASES, type ReportKvCase } from '#lib/metrics/report-scenarios.ts';
import { gpuOf, RTX_3090, reserve } from '#lib/simulator/cards.ts';
import { calibrated, type EngineSettings, slotsOf } from '#lib/simulator/engine-settings.ts';
import { engineOf, QWEN_05B } from '#lib/simulator/models.ts';
import type { Scenario } from '#lib/simulator/scenario.ts';

/** Its 85.9 % case runs at 85 % of full speed, where report 002's own table says 50-60 %. */
export const KV_CASES = REPORT_KV_CASES;
export type KvCase = ReportKvCase;

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
  return calibrated(engine, { rps: kv.rps, running: Math.min(clients, slotsOf(engine)), wanted: clients });
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
        gpus: [gpuOf(RTX_3090, `gpu-01/${kv.id}`, 0, [kv.id], reserve(0.9, 480))],
      },
    ],
    events: [],
    faults: [],
    lengthS: 120,
  };
}
