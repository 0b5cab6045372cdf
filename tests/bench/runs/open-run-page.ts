import type { Browser } from 'playwright-core';
import { startBenchWeb } from '#tests/bench/bench-web.ts';
import { launchBrowser, openPage } from '#tests/e2e/browser.ts';

/**
 * Milliseconds from the address to the whole run page in Chromium, each time in a browser profile that has nothing of it:
 * all rows of the batch table and at least one picture for every GPU and the throughput.
 */
export async function openRunPage(
  databaseUrl: string,
  runId: number,
  expected: { readonly batches: number; readonly pictures: number },
  repeats: number,
): Promise<readonly number[]> {
  const web = await startBenchWeb(databaseUrl);
  const browser = await launchBrowser();
  try {
    const times: number[] = [];
    for (let i = 0; i < repeats; i++) times.push(await openOnce(browser, `${web.url}/runs/${runId}`, expected));
    return times;
  } finally {
    await browser.close();
    await web.stop();
  }
}

async function openOnce(
  browser: Browser,
  url: string,
  expected: { readonly batches: number; readonly pictures: number },
): Promise<number> {
  const { page, context, problems } = await openPage(browser);
  const beganMs = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction(({ batches, pictures }) => {
    const table = [...document.querySelectorAll('table')].find((one) => one.caption?.textContent === 'Batches');
    const drawn = document.querySelectorAll('svg.recharts-surface').length;
    return table !== undefined && table.tBodies[0]?.rows.length === batches && drawn >= pictures;
  }, expected);
  const tookMs = performance.now() - beganMs;
  // Without a collector health is bad, which the page says and the browser logs.
  const found = problems().filter((problem) => problem.startsWith('page:') || problem.includes('/runs'));
  await context.close();
  if (found.length > 0) throw new Error(`the page had problems, so its time means nothing: ${found.join('; ')}`);
  return tookMs;
}
