import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunDetail } from '#lib/api/runs.ts';
import { readRunFile } from '#lib/cli/data-dir.ts';
import { createPool } from '#lib/db/pool.ts';
import { type Headroom, startHeadroom } from '#tests/e2e/headroom-process.ts';
import { playBatches } from '#tests/play-batches.ts';

export type PlayedRuns = {
  readonly url: string;
  readonly runs: Readonly<Record<string, RunDetail>>;
  dispose(): Promise<void>;
};

/** Longer than any of them: they share a GPU, which has one memory at a time. */
const APART_MS = 30 * 60_000;

/**
 * An installation of its own whose database holds the multi-batch scenarios of report 003 as polls left them, each told as
 * a run over the API. Its only configured target answers nothing: what is judged is what is stored.
 */
export async function startWithRuns(scenarios: readonly string[], dataDir: string): Promise<PlayedRuns> {
  const config = path.join(dataDir, 'headroom.yaml');
  await writeFile(
    config,
    'targets: [{name: silent, source: vllm, url: "http://127.0.0.1:9/metrics", interval: 60s}]\n',
  );
  const headroom: Headroom = await startHeadroom({ args: ['--config', config], dataDir });
  const databaseUrl = readRunFile(dataDir)?.databaseUrl;
  if (databaseUrl === undefined) throw new Error('the run file names no database');
  const pool = createPool({ connectionString: databaseUrl, max: 2, statementTimeoutMs: 60_000, name: 'e2e' }, () => {});
  const runs: Record<string, RunDetail> = {};
  const firstMs = Math.floor(Date.now() / 5000) * 5000 - scenarios.length * APART_MS;
  try {
    for (const [index, id] of scenarios.entries()) {
      const startMs = firstMs + index * APART_MS;
      const { batches, endMs, target } = await playBatches(pool, id, { startMs, everyMs: 5000 });
      const expectation = { requestsPerSecond: 1.5 };
      const run = { name: id, targets: [target], startedAtMs: startMs, finishedAtMs: endMs, expectation };
      const created = await post<RunDetail>(headroom.url, '/runs', run);
      for (const batch of batches) await post(headroom.url, `/runs/${created.id}/batches`, batch);
      runs[id] = await (await fetch(`${headroom.url}/api/v1/runs/${created.id}`)).json();
    }
  } finally {
    await pool.end();
  }
  return { url: headroom.url, runs, dispose: () => headroom.dispose() };
}

async function post<T>(url: string, apiPath: string, body: unknown): Promise<T> {
  const response = await fetch(`${url}/api/v1${apiPath}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status} ${apiPath}: ${await response.text()}`);
  return response.json() as Promise<T>;
}
