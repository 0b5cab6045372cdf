import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, isAlive } from '#lib/cli/postgres.ts';
import { type CountingExporter, startCountingExporter } from '#tests/counting-exporter.ts';
import { type Headroom, startHeadroom } from '#tests/e2e/headroom-process.ts';
import { until } from '#tests/until.ts';

let exporter: CountingExporter;
let dir = '';
let headroom: Headroom;

const yaml = (url: string, more = '') =>
  `targets:\n  - {name: engine-a, source: vllm, url: "${url}", interval: 1s}\n${more}`;

beforeAll(async () => {
  exporter = await startCountingExporter();
  dir = await mkdtemp(path.join(os.tmpdir(), 'headroom-config-'));
  await writeFile(path.join(dir, 'headroom.yaml'), yaml(exporter.url));
  headroom = await startHeadroom({ args: ['--config', path.join(dir, 'headroom.yaml')] });
});
afterAll(async () => {
  await headroom.dispose();
  await exporter.close();
  await rm(dir, { recursive: true, force: true });
});

async function api<T>(at: string): Promise<T> {
  return (await fetch(`${headroom.url}${at}`)).json() as Promise<T>;
}
type Current = { items: { signal: string; value: number | null; reason: string }[] };
type Health = {
  status: string;
  processes: { name: string; pid: number; state: string; restarts: number }[];
  configuration: { error: string | null };
};

describe('headroom start', () => {
  it('polls what the file names and answers with its values', async () => {
    const items = await until(async () => {
      const { items: found } = await api<Current>('/api/v1/current?signals=kv_cache_utilization,tokens_per_second');
      return found.length === 2 && found.every((item) => item.value !== null) && found;
    });
    expect(items.find((item) => item.signal === 'kv_cache_utilization')?.value).toBe(0.4);
  });

  it('refuses a second start on the same data directory and names the pid', async () => {
    await expect(startHeadroom({ dataDir: headroom.dataDir })).rejects.toThrow(
      new RegExp(`in use by Headroom with pid ${headroom.process.pid}`),
    );
  });

  it('says which port is taken and what to do', async () => {
    const port = await freePort();
    const other = net.createServer().listen(port, '127.0.0.1');
    await expect(startHeadroom({ port })).rejects.toThrow(new RegExp(`port ${port} .* is taken.*--port`));
    other.close();
  });

  it('refuses an address that others can reach while there is no account and no token', async () => {
    await expect(startHeadroom({ args: ['--host', '0.0.0.0'] })).rejects.toThrow(/HEADROOM_BOOTSTRAP_TOKEN/);
  });

  it('takes a changed file without a restart, and keeps the last good one when it is broken', async () => {
    const file = path.join(dir, 'headroom.yaml');
    await writeFile(file, 'targets:\n  - {name: engine-a, urll: x}\n');
    const broken = await until(async () => {
      const { configuration } = await api<Health>('/api/v1/health');
      return configuration.error;
    });
    expect(broken).toMatch(/:2: targets\[0\]\.urll: unknown key/);
    const polls = exporter.polls();
    await until(() => exporter.polls() > polls);
    await writeFile(file, yaml(exporter.url, `  - {name: engine-b, url: "${exporter.url}", interval: 1s}\n`));
    await until(async () =>
      (await api<{ items: { name: string }[] }>('/api/v1/targets')).items.some((target) => target.name === 'engine-b'),
    );
    // The targets are stored a moment before the outcome is.
    await until(async () => (await api<Health>('/api/v1/health')).configuration.error === null);
  });

  const childOf = async (name: string) => {
    const { processes } = await api<Health>('/api/v1/health');
    return processes.find((child) => child.name === name);
  };
  const isWellAgain = async (name: string, restarts: number): Promise<boolean> => {
    const response = await fetch(`${headroom.url}/api/v1/health`);
    const { status, processes } = (await response.json()) as Health;
    const child = processes.find((one) => one.name === name);
    return status === 'ok' && child?.state === 'running' && child.restarts === restarts + 1;
  };
  const pollsAgain = async (): Promise<void> => {
    const polls = exporter.polls();
    await until(() => exporter.polls() > polls + 1);
  };

  it('starts a killed collector again, which takes over what the dead one held, and shows it in health', async () => {
    const before = await childOf('collector');
    process.kill(before?.pid ?? 0, 'SIGKILL');
    await until(() => isWellAgain('collector', before?.restarts ?? 0));
    // Else it would wait until the dead one's leases are over.
    expect(headroom.output()).toContain(`takes over the targets of process ${before?.pid}`);
    await pollsAgain();
  });

  it('starts a killed Postgres again and shows it in health; the collector lives on', async () => {
    const [before, collector] = [await childOf('postgres'), await childOf('collector')];
    process.kill(before?.pid ?? 0, 'SIGKILL');
    await until(() => isWellAgain('postgres', before?.restarts ?? 0));
    await pollsAgain();
    expect(await childOf('collector')).toMatchObject({ pid: collector?.pid, restarts: collector?.restarts });
  });

  it('refuses another host name: DNS rebinding', async () => {
    const port = Number(new URL(headroom.url).port);
    const status = await new Promise<string>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () =>
        socket.write('GET /api/v1/targets HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text.split('\r\n')[0] ?? ''));
    });
    expect(status).toContain('403');
  });

  it('refuses a change from another site', async () => {
    const response = await fetch(`${headroom.url}/api/v1/targets/1`, {
      method: 'DELETE',
      headers: { Origin: 'http://evil.example' },
    });
    expect(response.status).toBe(403);
  });

  it('ends at Ctrl-C with all it started', async () => {
    const pids = (await api<Health>('/api/v1/health')).processes.map((child) => child.pid);
    expect(pids.length).toBe(3);
    expect(await headroom.interrupt()).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});
