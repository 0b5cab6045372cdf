import type { Browser } from 'playwright-core';
import { startBenchWeb } from '#tests/bench/bench-web.ts';
import { launchBrowser, openPage } from '#tests/e2e/browser.ts';

/**
 * Milliseconds from the address to the run page in Chromium, each time in a browser profile that has nothing of it: what
 * is in view, and all rows of the batch table. Pictures are drawn as they come into view.
 */
export async function openRunPage(
  databaseUrl: string,
  runId: number,
  batches: number,
  repeats: number,
): Promise<readonly number[]> {
  const web = await startBenchWeb(databaseUrl);
  const browser = await launchBrowser();
  try {
    const times: number[] = [];
    for (let i = 0; i < repeats; i++) times.push(await openOnce(browser, `${web.url}/runs/${runId}`, batches));
    return times;
  } finally {
    await browser.close();
    await web.stop();
  }
}

async function openOnce(browser: Browser, url: string, batches: number): Promise<number> {
  const { page, context, problems } = await openPage(browser);
  const beganMs = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction((expected) => {
    const table = [...document.querySelectorAll('table')].find((one) => one.caption?.textContent === 'Batches');
    return table?.tBodies[0]?.rows.length === expected;
  }, batches);
  const tookMs = performance.now() - beganMs;
  // Without a collector health is bad, which the page says and the browser logs.
  const found = problems().filter((problem) => problem.startsWith('page:') || problem.includes('/runs'));
  await context.close();
  if (found.length > 0) throw new Error(`the page had problems, so its time means nothing: ${found.join('; ')}`);
  return tookMs;
}
