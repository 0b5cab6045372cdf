import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { BurstDetail, BurstList } from '#lib/api/bursts.ts';
import { runPlay } from '#lib/cli/play.ts';
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

it('a burst that is played on the demo fleet: seen while it lasts, at one-second points, with its queue', async () => {
  const startedMs = Date.now();
  await runPlay(['burst_10x_spike_extreme', '--target', 'qwen', '--url', base], {});
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

it('what cannot be played is refused with what can be', async () => {
  await expect(runPlay(['burst_99x', '--url', base], {})).rejects.toThrow('expected one of burst_5x_spike,');
  const of = (target: string) => runPlay(['burst_5x_spike', '--target', target, '--url', base], {});
  await expect(of('nobody')).rejects.toThrow('polls no target "nobody"; it polls coder,');
  await expect(of('gpu-01')).rejects.toThrow('"gpu-01" is no engine of a simulated fleet');
});
