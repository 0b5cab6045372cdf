import os from 'node:os';
import { createFetcher } from '#lib/scrape/fetch.ts';
import { createPoll } from '#lib/scrape/poll.ts';
import { PLAIN_TARGET } from '#lib/target/plain-target.ts';
import type { TargetSettings } from '#lib/target/target.ts';

/** vLLM, dcgm-exporter, nvidia_gpu_exporter and the mindprince exporter where they listen by default. */
const WELL_KNOWN = [
  { name: 'vllm', port: 8000 },
  { name: 'dcgm', port: 9400 },
  { name: 'gpu-exporter', port: 9835 },
  { name: 'gpu-exporter-mindprince', port: 9445 },
];

/** What answers on this machine: each is polled once and must be recognised. */
export async function findLocalTargets(): Promise<readonly TargetSettings[]> {
  const fetcher = createFetcher();
  try {
    const candidates = [...WELL_KNOWN.map(({ name, port }) => pageTarget(name, port)), smiTarget()];
    const found = await Promise.all(
      candidates.map(async (target) => {
        const outcome = await createPoll(target, { fetcher, smiCommand: 'nvidia-smi' })();
        return outcome.ok && outcome.readings.length > 0 ? target : null;
      }),
    );
    return found.filter((target) => target !== null);
  } finally {
    await fetcher.close();
  }
}

function pageTarget(name: string, port: number): TargetSettings {
  return {
    ...PLAIN_TARGET,
    name,
    source: 'auto',
    url: `http://127.0.0.1:${port}/metrics`,
    labels: { host: os.hostname() },
  };
}

function smiTarget(): TargetSettings {
  return { ...PLAIN_TARGET, name: 'local', source: 'nvidia-smi', url: null, labels: { host: os.hostname() } };
}
