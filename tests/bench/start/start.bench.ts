/**
 * Run by hand: `npm run bench:start`. Seconds from the command to numbers on the fleet page, in Chromium: the first
 * start with the web build and a new data directory (the build that is there is thrown away), then a later start.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { printTable } from '#tests/bench/table.ts';
import { launchBrowser } from '#tests/e2e/browser.ts';
import { ROOT, startHeadroom } from '#tests/e2e/headroom-process.ts';

const LATER_STARTS = 3;

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'headroom-bench-'));
const browser = await launchBrowser();
try {
  await rm(path.join(ROOT, '.next'), { recursive: true, force: true });
  const rows: (string | number)[][] = [['seconds', 'until ready', 'until numbers are shown']];
  rows.push(['first start, with the build', ...(await timeStart(browser))]);
  for (let i = 0; i < LATER_STARTS; i++) rows.push(['later start', ...(await timeStart(browser))]);
  printTable(
    `Start of the demo fleet on ${os.availableParallelism()} cores, load ${os.loadavg()[0]?.toFixed(1)}`,
    rows,
  );
} finally {
  await browser.close();
  await rm(dataDir, { recursive: true, force: true });
}

async function timeStart(chromium: Browser): Promise<[number, number]> {
  const startedMs = performance.now();
  const seconds = (): number => (performance.now() - startedMs) / 1000;
  const headroom = await startHeadroom({ dataDir, args: ['--demo'] });
  const ready = seconds();
  try {
    const page = await chromium.newPage();
    await page.goto(headroom.url);
    await page.locator('tbody tr', { hasText: '%' }).first().waitFor({ timeout: 60_000 });
    const shown = seconds();
    await page.close();
    return [ready, shown];
  } finally {
    await headroom.interrupt();
  }
}
