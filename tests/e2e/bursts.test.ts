import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { BurstDetail, BurstList } from '#lib/api/bursts.ts';
import { getJson, readyFleet } from '#tests/e2e/api.ts';
import { launchBrowser, openPage } from '#tests/e2e/browser.ts';
import { expectFits, scrollThrough, unnamed } from '#tests/e2e/looks.ts';
import { until } from '#tests/until.ts';

const base = inject('demoUrl');
let browser: Browser;
let fleet: Awaited<ReturnType<typeof readyFleet>>;

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launchBrowser(), readyFleet(base)]);
});
afterAll(() => browser.close());

/** Tells the simulator of the demo fleet to send a burst of report 000 to an engine. */
async function play(target: string, burst: string): Promise<void> {
  const url = new URL(fleet.targets.find(({ name }) => name === target)?.url ?? '');
  const body = JSON.stringify({ path: url.pathname, play: burst });
  const response = await fetch(new URL('/control', url), { method: 'POST', body });
  expect(response.status).toBe(200);
}

it('a burst that is played on the demo fleet: seen while it lasts, at one-second points, with its queue', async () => {
  const startedMs = Date.now();
  await play('qwen', 'burst_10x_spike_extreme');
  const id = await until(async () => {
    const { items } = await getJson<BurstList>(base, `/bursts?subject=${fleet.engine('qwen')}`);
    return items.find(({ burst }) => burst.untilMs >= startedMs && burst.multiplier > 5)?.id ?? null;
  });
  const { page, context, problems } = await openPage(browser);
  await page.goto(`${base}/bursts?burst=${id}`);
  const burst = page.getByRole('region', { name: 'Burst', exact: true });
  await expect.poll(() => burst.textContent()).toMatch(/Burst on qwen.*(Load lasts|Still recovering)/);
  expect(await burst.textContent()).toMatch(/polled every 1\s?s instead of 5\s?s/);
  await until(async () => {
    const { burst: now, points } = await getJson<BurstDetail>(base, `/bursts/${id}`);
    const newest = points.t.slice(-4);
    const gaps = newest.slice(1).map((atMs, i) => atMs - (newest[i] ?? 0));
    return (now.queuePeak ?? 0) > 1000 && gaps.length === 3 && Math.max(...gaps) < 3000;
  });
  await expect.poll(() => burst.getByRole('row', { name: /Waiting requests/ }).textContent()).toContain('outside');
  await scrollThrough(page);
  await expect.poll(() => page.locator('[aria-busy=true]:visible').count()).toBe(0);
  await expectFits(page, 'a burst that lasts');
  expect(await unnamed(page)).toEqual([]);
  await context.close();
  expect(problems()).toEqual([]);
});
