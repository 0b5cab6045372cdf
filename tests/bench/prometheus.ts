import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '#lib/cli/postgres.ts';
import { until } from '#tests/until.ts';

export type Prometheus = {
  readonly pid: number;
  readonly version: string;
  /** Scrapes since its start. */
  scrapes(): Promise<number>;
  stop(): Promise<void>;
};

export type PrometheusFiles = {
  readonly config: string;
  /** Alerting rules, which the configuration names as `RULE_FILE`. */
  readonly rules?: string;
};
export const RULE_FILE = 'rules.yml';

/** Runs the machine's `prometheus` under this configuration; null when there is none (Debian: `apt-get install prometheus`). */
export async function startPrometheus(files: PrometheusFiles): Promise<Prometheus | null> {
  const found = spawnSync('prometheus', ['--version'], { encoding: 'utf8' });
  if (found.error !== undefined) return null;
  const dir = await mkdtemp(path.join(os.tmpdir(), 'headroom-bench-prometheus-'));
  const config = path.join(dir, 'prometheus.yml');
  await writeFile(config, files.config);
  if (files.rules !== undefined) await writeFile(path.join(dir, RULE_FILE), files.rules);
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${dir}/data`, `--web.listen-address=127.0.0.1:${port}`],
    { stdio: 'ignore' },
  );
  const base = `http://127.0.0.1:${port}`;
  await until(() => isReady(base));
  return {
    pid: child.pid ?? 0,
    version: versionIn(found.stdout),
    scrapes: async () => countScrapes(await (await fetch(`${base}/metrics`)).text()),
    async stop() {
      await stopChild(child);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The scrape configuration of these pages, each every `everyS` seconds. */
export function scrapeConfig(urls: readonly string[], everyS: number): string {
  const entries = urls.map((text) => {
    const url = new URL(text);
    return `      - {targets: ["${url.host}"], labels: {__metrics_path__: "${url.pathname}", instance: "${url.pathname}"}}`;
  });
  return [
    'scrape_configs:',
    '  - job_name: vllm',
    `    scrape_interval: ${everyS}s`,
    '    static_configs:',
    ...entries,
    '',
  ].join('\n');
}

/** Whether a server of the Prometheus family takes requests. */
export async function isReady(base: string): Promise<boolean> {
  try {
    return (await fetch(`${base}/-/ready`)).ok;
  } catch {
    return false;
  }
}

/** `2.42.0` of what `--version` prints. */
export function versionIn(text: string): string {
  return /version (\S+)/.exec(text)?.[1] ?? '';
}

function countScrapes(metrics: string): number {
  const name = 'prometheus_target_interval_length_seconds_count';
  const counts = metrics.split('\n').filter((line) => line.startsWith(`${name}{`));
  return counts.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** Asks a process to end and waits until it has. */
export async function stopChild(child: ChildProcess): Promise<void> {
  const done = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await done;
}
