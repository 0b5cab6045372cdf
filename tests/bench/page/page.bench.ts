/**
 * Run by hand: `npm run bench:page -- [--refreshes 8] [--engines 100]`. Script time that a live page takes for each of
 * its refreshes every 5 s, in Chromium: with the demo fleet, then with as many engines as asked for.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser, CDPSession } from 'playwright-core';
import { servePages } from '#tests/bench/scrape/pages-process.ts';
import { print, printTable, quantileOf } from '#tests/bench/table.ts';
import { launchBrowser, openPage } from '#tests/e2e/browser.ts';
import { startHeadroom } from '#tests/e2e/headroom-process.ts';

const { values: options } = parseArgs({
  options: { refreshes: { type: 'string', default: '8' }, engines: { type: 'string', default: '100' } },
});
const REFRESH_MS = 5000;
/** Loading, the first draw of every panel, and one refresh. */
const SETTLE_MS = 12_000;
const PATHS = ['/', '/kv-cache', '/throughput'];

const browser = await launchBrowser();
try {
  await measureDemo(browser);
  await measureMany(browser, Number(options.engines));
} finally {
  await browser.close();
}

async function measureDemo(chromium: Browser): Promise<void> {
  const headroom = await startHeadroom({ args: ['--demo'] });
  try {
    await report(chromium, headroom.url, 'the demo fleet');
  } finally {
    await headroom.dispose();
  }
}

async function measureMany(chromium: Browser, engines: number): Promise<void> {
  const pages = await servePages(engines);
  const dir = await mkdtemp(path.join(os.tmpdir(), 'headroom-bench-'));
  const config = path.join(dir, 'headroom.yaml');
  const targets = pages.urls.map((url, i) => `  - {name: vllm-${i}, source: vllm, url: "${url}", interval: 5s}`);
  await writeFile(config, ['targets:', ...targets].join('\n'));
  const headroom = await startHeadroom({ args: ['--config', config] });
  try {
    await report(chromium, headroom.url, `${engines} engines`);
  } finally {
    await headroom.dispose();
    pages.process.disconnect();
    await rm(dir, { recursive: true, force: true });
  }
}

async function report(chromium: Browser, url: string, fleet: string): Promise<void> {
  const rows: (string | number)[][] = [['script ms a refresh', 'least', 'median', 'most', 'all work, median']];
  for (const place of PATHS) {
    const { script, task } = await measurePage(chromium, url + place);
    rows.push([place, Math.min(...script), quantileOf(script, 0.5), Math.max(...script), quantileOf(task, 0.5)]);
  }
  printTable(`Live pages with ${fleet}`, rows);
}

type Work = { readonly script: readonly number[]; readonly task: readonly number[] };

async function measurePage(chromium: Browser, url: string): Promise<Work> {
  const { page, context, problems } = await openPage(chromium);
  await page.goto(url);
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await wait(SETTLE_MS);
  const script: number[] = [];
  const task: number[] = [];
  let before = await workOf(session);
  for (let refresh = 0; refresh < Number(options.refreshes); refresh++) {
    await wait(REFRESH_MS);
    const after = await workOf(session);
    script.push(after.scriptMs - before.scriptMs);
    task.push(after.taskMs - before.taskMs);
    before = after;
  }
  for (const problem of problems()) print(`  ${url}: ${problem}`);
  await context.close();
  return { script, task };
}

/** In thread time, which does not count what other processes did meanwhile. */
async function workOf(session: CDPSession): Promise<{ readonly scriptMs: number; readonly taskMs: number }> {
  const { metrics } = await session.send('Performance.getMetrics');
  const seconds = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return { scriptMs: seconds('ScriptDuration') * 1000, taskMs: seconds('TaskDuration') * 1000 };
}
