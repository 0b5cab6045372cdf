import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { SeriesAnswer } from '#lib/api/series.ts';
import { displayUnit, formatValue } from '#lib/metrics/unit.ts';
import { getJson, readyFleet } from '#tests/e2e/api.ts';
import { launchBrowser, openPage, type WatchedPage } from '#tests/e2e/browser.ts';
import { until } from '#tests/until.ts';

const base = inject('demoUrl');
let browser: Browser;
let watched: WatchedPage;
let page: Page;
let answer: SeriesAnswer;

/** A span that is over, so that page and API must agree to the last digit. */
beforeAll(async () => {
  const [launched, fleet] = await Promise.all([launchBrowser(), readyFleet(base)]);
  browser = launched;
  watched = await openPage(browser);
  page = watched.page;
  const to = Math.floor(Date.now() / 1000) * 1000 - 2000;
  const [engine, range] = [fleet.engine('qwen'), { from: to - 600_000, to }];
  await page.goto(`${base}/kv-cache?on=${engine}&from=${range.from}&to=${range.to}&tz=utc`);
  const asked = page.waitForResponse((response) => /\/series\?.*kv_cache_utilization&/.test(response.url()));
  const points = new URL((await asked).url()).searchParams.get('points');
  const query = `signals=kv_cache_utilization&subject=${engine}&from=${range.from}&to=${range.to}&points=${points}`;
  answer = await getJson<SeriesAnswer>(base, `/series?${query}`);
});
afterAll(async () => {
  expect(watched.problems()).toEqual([]);
  await browser.close();
});

const panel = () => page.locator('section[aria-label="KV cache used"]');
const line = () => answer.series[0] ?? { t: [], mean: [], min: [], max: [] };

describe('a chart in other forms', () => {
  it('the table holds every bucket of the API, newest first, and a gap is in words', async () => {
    await panel().getByRole('button', { name: 'View as table' }).click();
    const rows = panel().locator('section[aria-label="KV cache used as table"] tbody tr');
    await rows.first().waitFor();
    const shown = await rows.evaluateAll((all) => all.map((row) => row.querySelector('td')?.textContent ?? ''));
    const unit = displayUnit('ratio', 1);
    const expected = line().mean.toReversed();
    expect(shown.length).toBe(expected.length);
    shown.forEach((text, index) => {
      const value = expected[index] ?? null;
      if (value === null) expect(text).toMatch(/[a-z]/);
      else expect(text).toBe(formatValue(value, 'ratio', unit));
    });
    expect(expected.some((value) => value !== null)).toBe(true);
    await panel().getByRole('button', { name: 'View as table' }).click();
    await panel().locator('[role=slider]').waitFor();
  });

  it('the CSV is what is shown: every bucket, base units, unknown is empty', async () => {
    const waiting = page.waitForEvent('download');
    await panel().getByRole('button', { name: 'Download CSV' }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toMatch(/^headroom-kv-cache-used-[\d-]+\.csv$/);
    const [head, ...rows] = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
    expect(head).toMatch(/^time,(.+) mean \(ratio\),\1 min \(ratio\),\1 max \(ratio\)$/);
    const { t, mean, min, max } = line();
    const cell = (value: number | null | undefined) => (value === null || value === undefined ? '' : String(value));
    expect(rows).toEqual(
      t.map((start, i) => [new Date(start).toISOString(), cell(mean[i]), cell(min[i]), cell(max[i])].join(',')),
    );
  });

  it('a line that is switched off is in neither', async () => {
    await page.goto(`${base}/kv-cache?from=now-10m`);
    await panel().locator('[role=slider]').waitFor();
    await panel().getByRole('button', { name: 'coder', exact: true }).click();
    await until(() => new URL(page.url()).searchParams.has('show-kv'));
    const waiting = page.waitForEvent('download');
    await panel().getByRole('button', { name: 'Download CSV' }).click();
    const [head] = (await readFile(await (await waiting).path(), 'utf8')).split('\r\n');
    expect(head).toBe('time,coder mean (ratio),coder min (ratio),coder max (ratio)');
  });
});

describe('what a chart says without being seen', () => {
  it('is a sentence with first, last, lowest and highest', async () => {
    await page.goto(`${base}/kv-cache?from=now-10m`);
    await panel().locator('figcaption').waitFor({ state: 'attached' });
    expect(await panel().locator('figcaption').textContent()).toMatch(
      /^KV cache used, .+: .+ (rose|fell|stayed level) from [\d.]+% to [\d.]+%, lowest [\d.]+%, highest [\d.]+%/,
    );
  });

  it('limits are named on the chart', async () => {
    const words = () => panel().locator('svg text').allTextContents();
    await expect.poll(words).toEqual(expect.arrayContaining(['warning', 'danger']));
  });
});
