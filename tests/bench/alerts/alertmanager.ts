import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '#lib/cli/postgres.ts';
import { isReady, stopChild, versionIn } from '#tests/bench/prometheus.ts';
import { until } from '#tests/until.ts';

export type Alertmanager = { readonly host: string; readonly version: string; stop(): Promise<void> };

/** Debian's package gives the program another name than upstream's releases. */
const NAMES = ['alertmanager', 'prometheus-alertmanager'];

/** Runs the machine's Alertmanager, which tells `webhookUrl` of each alert by itself and at once; null when there is none. */
export async function startAlertmanager(webhookUrl: string): Promise<Alertmanager | null> {
  const found = NAMES.map((name) => ({ name, run: spawnSync(name, ['--version'], { encoding: 'utf8' }) })).find(
    ({ run }) => run.status === 0,
  );
  if (found === undefined) return null;
  const dir = await mkdtemp(path.join(os.tmpdir(), 'headroom-bench-alertmanager-'));
  const config = path.join(dir, 'alertmanager.yml');
  await writeFile(
    config,
    `route: {receiver: sink, group_by: ["..."], group_wait: 0s, group_interval: 1s, repeat_interval: 4h}
receivers: [{name: sink, webhook_configs: [{url: "${webhookUrl}"}]}]
`,
  );
  const host = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    found.name,
    [`--config.file=${config}`, `--storage.path=${dir}`, `--web.listen-address=${host}`, '--cluster.listen-address='],
    { stdio: 'ignore' },
  );
  await until(() => isReady(`http://${host}`));
  return {
    host,
    version: versionIn(`${found.run.stdout}${found.run.stderr}`),
    async stop() {
      await stopChild(child);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
