import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunDetail } from '#lib/api/runs.ts';
import { readRunFile } from '#lib/cli/data-dir.ts';
import { createPool, type Pool } from '#lib/db/pool.ts';
import { type Headroom, startHeadroom } from '#tests/e2e/headroom-process.ts';
import { playBatches } from '#tests/play-batches.ts';
import { fire, firingEpisode, newAlert } from '#tests/stored-alerts.ts';

export type PlayedRuns = {
  readonly url: string;
  readonly runs: Readonly<Record<string, RunDetail>>;
  /** An alert about each of them, as a rule that reads this signal fires it at the end of the run. */
  readonly alertIds: Readonly<Record<string, number>>;
  dispose(): Promise<void>;
};

/** Rules of the pack that runs answer to, by the signal that they read. */
const RULE_OF = {
  batch_vram_delta: { ruleId: 'BatchVramLeak', title: 'A run kept VRAM', unit: 'bytes' },
  batch_throughput_variance: { ruleId: 'BatchVariance', title: 'Batches differ in speed', unit: 'ratio' },
  batch_reload_delay: { ruleId: 'ModelReloaded', title: 'A batch waited for a model load', unit: 'seconds' },
} as const;
export type AlertedSignal = keyof typeof RULE_OF;

/** Longer than any of them: they share a GPU, which has one memory at a time. */
const APART_MS = 30 * 60_000;

/**
 * An installation of its own whose database holds the multi-batch scenarios of report 003 as polls left them, each told as
 * a run over the API. Its only configured target answers nothing: what is judged is what is stored.
 */
export async function startWithRuns(
  scenarios: readonly string[],
  dataDir: string,
  alerts: Readonly<Record<string, AlertedSignal>> = {},
): Promise<PlayedRuns> {
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
  const alertIds: Record<string, number> = {};
  const firstMs = Math.floor(Date.now() / 5000) * 5000 - scenarios.length * APART_MS;
  try {
    for (const [index, id] of scenarios.entries()) {
      const startMs = firstMs + index * APART_MS;
      const { batches, endMs, target } = await playBatches(pool, id, { startMs, everyMs: 5000 });
      const expectation = { requestsPerSecond: 1.5 };
      const told = { name: id, targets: [target], startedAtMs: startMs, finishedAtMs: endMs, expectation };
      const created = await post<RunDetail>(headroom.url, '/runs', told);
      for (const batch of batches) await post(headroom.url, `/runs/${created.id}/batches`, batch);
      const run: RunDetail = await (await fetch(`${headroom.url}/api/v1/runs/${created.id}`)).json();
      runs[id] = run;
      const signal = alerts[id];
      if (signal !== undefined) alertIds[id] = await fireAbout(pool, run, signal);
    }
  } finally {
    await pool.end();
  }
  return { url: headroom.url, runs, alertIds, dispose: () => headroom.dispose() };
}

async function fireAbout(pool: Pool, run: RunDetail, signal: AlertedSignal): Promise<number> {
  const [engine] = run.engines;
  const { rows } = await pool.query<{ target: number }>('SELECT target_id AS target FROM subject WHERE id = $1', [
    engine?.id ?? -1,
  ]);
  const { ruleId, title, unit } = RULE_OF[signal];
  const base = newAlert(rows[0]?.target ?? -1, {
    ruleId,
    scope: 'engine',
    subjectId: engine?.id ?? -1,
    subjectName: engine?.name ?? '',
    episode: firingEpisode(run.finishedAtMs ?? 0, { unit, limit: 1 }),
  });
  const [id = -1] = await fire(pool, [
    { ...base, rule: { ...base.rule, title, expr: `${signal} > 1`, signals: [signal] } },
  ]);
  return id;
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
