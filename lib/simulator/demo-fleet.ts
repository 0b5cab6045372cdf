import { enginePath, gpuPath } from '#lib/simulator/scenario.ts';
import { DEMO } from '#lib/simulator/scenarios-demo.ts';
import type { TargetSettings } from '#lib/target/target.ts';

const INTERVAL_MS = 5000;

type Known = Partial<Pick<TargetSettings, 'baselineRps' | 'maxRunning' | 'profile' | 'gpus' | 'slo'>>;

/** What a person would write beside the URL. Only gpu-03 is the reports' deployment, where their literal numbers hold. */
const KNOWN: Readonly<Record<string, Known>> = {
  'llama-dp': {
    baselineRps: 19,
    maxRunning: 128,
    gpus: ['0', '1'],
    slo: { latencies: { ttft: 0.5, itl: 0.1 } },
  },
  coder: { maxRunning: 64, gpus: ['0'] },
  'mistral-v0': { gpus: ['1'] },
  qwen: {
    baselineRps: 202,
    maxRunning: 80,
    profile: 'literal',
    gpus: ['0'],
    slo: { latencies: { ttft: 0.25 }, objective: 0.95 },
  },
  'qwen-rust': {
    baselineRps: 202,
    maxRunning: 256,
    profile: 'literal',
    gpus: ['1'],
    slo: { latencies: { ttft: 0.1 }, requestsPerSecond: 200 },
  },
  'gpu-03': { profile: 'literal' },
};

/** The targets of scenario `demo`, served by a simulator at this address. */
export function demoTargets(baseUrl: string): TargetSettings[] {
  const target = (name: string, host: string, path: string): TargetSettings => ({
    name,
    source: 'auto',
    url: `${baseUrl.replace(/\/$/, '')}${path}`,
    intervalMs: INTERVAL_MS,
    labels: { host },
    baselineRps: KNOWN[name]?.baselineRps ?? null,
    maxRunning: KNOWN[name]?.maxRunning ?? null,
    profile: KNOWN[name]?.profile ?? 'relative',
    gpus: KNOWN[name]?.gpus ?? [],
    slo: KNOWN[name]?.slo ?? null,
    auth: null,
    tls: null,
  });
  return [
    ...DEMO.servers.map((server) => target(server.name, server.host, enginePath(server.name))),
    ...DEMO.hosts.map((host) => target(host.name, host.name, gpuPath(host.name))),
  ];
}
