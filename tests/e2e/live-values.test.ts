import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { formatValue, type Unit } from '#lib/metrics/unit.ts';
import { currentOf, readyFleet, targetsOf } from '#tests/e2e/api.ts';
import { launchBrowser, openPage } from '#tests/e2e/browser.ts';

const base = inject('demoUrl');
let browser: Browser;
let fleet: Awaited<ReturnType<typeof readyFleet>>;

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launchBrowser(), readyFleet(base)]);
});
afterAll(() => browser.close());

/** Every row shows a value that the API gave, of this poll or of the one before: page and test ask at different moments. */
async function sameAsApi(query: string, shown: (name: string) => Promise<string>, unit: Unit): Promise<void> {
  const given = new Map<string, string[]>();
  const wrongRows = async () => {
    for (const { name, value } of await currentOf(base, query))
      given.set(name, [...(given.get(name) ?? []), formatValue(value, unit)]);
    const texts = await Promise.all([...given].map(async ([name, values]) => ({ values, text: await shown(name) })));
    return texts.filter(({ values, text }) => !values.some((value) => text.includes(value))).length;
  };
  await expect.poll(wrongRows, { timeout: 40_000, interval: 500 }).toBe(0);
  expect(given.size).toBe(6);
}

const cellOf = (page: Page, caption: string, column: string) => async (name: string) => {
  const table = page.locator(`table:has(caption:text-is("${caption}"))`);
  const titles = (await table.locator('thead th').allTextContents()).map((title) => title.trim());
  const row = table.locator('tbody tr', { has: page.locator(`a[title="${name}"]`) });
  return (await row.locator('td').nth(titles.indexOf(column)).textContent()) ?? '';
};

describe('what a page says is what the API says', () => {
  it.each([
    ['/', 'Engines', 'KV cache', 'signals=kv_cache_utilization&kind=engine', 'ratio'],
    ['/', 'Engines', 'Tokens', 'signals=tokens_per_second&kind=engine', 'tokens_per_second'],
    ['/', 'GPUs', 'Temp.', 'signals=gpu_temperature&kind=gpu', 'celsius'],
    ['/kv-cache', 'KV cache by engine', 'Hits', 'signals=cache_hit_rate&kind=engine', 'ratio'],
    ['/vram', 'Memory by GPU', 'Used', 'signals=vram_used&kind=gpu', 'bytes'],
    ['/bursts', 'Arrivals against baseline', 'Arriving', 'signals=arrival_rate&kind=engine', 'requests_per_second'],
  ] as const)('%s, %s: %s', async (path, caption, column, query, unit) => {
    const { page, context } = await openPage(browser);
    await page.goto(base + path);
    await page.locator(`table:has(caption:text-is("${caption}")) tbody tr`).first().waitFor();
    await sameAsApi(query, cellOf(page, caption, column), unit);
    await context.close();
  });

  it('the KV page holds at a glance what report 002 asks for, in numbers and a word', async () => {
    const { page, context } = await openPage(browser);
    await page.goto(`${base}/kv-cache?on=${fleet.engine('qwen')}`);
    const glance = page.locator('dl', { hasText: 'Max sequence length' });
    await expect
      .poll(() => glance.textContent(), { timeout: 20_000 })
      .toMatch(
        /Cache utilisation.*\d%.*Hit rate.*\d%.*Evictions.*\d% \((NONE|LOW|THRASHING|SEVERE)\).*Throughput\d+ req\/s \(.+\).*Active sequences\d+.*Max sequence length.*\d+.*Average batch[\d.]+ tok\/step.*Status.*(HEALTHY|WARNING|DANGER)/,
      );
    await context.close();
  });

  it('the page moves on by itself: the time of the numbers and the numbers', async () => {
    const { page, context } = await openPage(browser);
    await page.goto(base);
    const row = page.locator('tr', { hasText: 'qwen-rust' });
    const before = await row.textContent();
    await expect.poll(() => row.textContent(), { timeout: 30_000 }).not.toBe(before);
    await context.close();
  });
});

describe('what is unknown is explained where it is missing', () => {
  it('the target page gives a reason for every field that an old vLLM does not expose', async () => {
    const { page, context } = await openPage(browser);
    const missing = (await targetsOf(base)).find(({ name }) => name === 'mistral-v0')?.recognised?.missing ?? [];
    expect(missing.length).toBeGreaterThan(5);
    await page.goto(`${base}/targets/${fleet.target('mistral-v0')}`);
    const list = page.locator('section[aria-label="Missing fields"]');
    await list.waitFor();
    const shown = await list.locator('dl > div').evaluateAll((rows) => rows.map((row) => row.textContent ?? ''));
    expect(shown).toEqual(missing.map(({ field, reason }) => `${field}${reason}`));
    expect(await list.textContent()).toMatch(/exists since vLLM 0\.\d+\.\d+, this server is older/);
    await context.close();
  });

  it('a panel says which line is missing and why', async () => {
    const { page, context } = await openPage(browser);
    await page.goto(`${base}/kv-cache`);
    const panel = page.locator('section[aria-label="Prefix cache hits"]');
    await expect.poll(() => panel.textContent(), { timeout: 20_000 }).toMatch(/mistral-v0, .*not exposed/);
    await context.close();
  });

  it('the banner of the simulated fleet is on every page and leads to the form', async () => {
    const { page, context } = await openPage(browser);
    await page.goto(`${base}/vram`);
    const banner = page.locator('section[aria-label="Notices"]');
    await expect.poll(() => banner.textContent()).toContain('This fleet is simulated');
    await banner.getByRole('link', { name: 'Add a real target' }).click();
    await page.getByRole('dialog', { name: 'Add a target' }).waitFor();
    await context.close();
  });
});
