import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readyFleet } from '#tests/e2e/api.ts';
import { launchBrowser, openPage } from '#tests/e2e/browser.ts';
import { coveredTerms, expectFits, scrollThrough, unnamed } from '#tests/e2e/looks.ts';

const base = inject('demoUrl');
let browser: Browser;
let fleet: Awaited<ReturnType<typeof readyFleet>>;

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launchBrowser(), readyFleet(base)]);
});
afterAll(() => browser.close());

/** Every page, what only it shows once its data have come, and its panels with a line in them. */
const PAGES = [
  { path: () => '/', title: 'Fleet', shows: 'table:has-text("qwen-rust")', charts: 0 },
  {
    path: () => `/engines/${fleet.engine('coder')}`,
    title: 'coder',
    shows: 'section[aria-label="Memory of linked GPUs"]',
    charts: 12,
  },
  {
    path: () => `/gpus/${fleet.gpu('gpu-01')}`,
    title: 'GPU 0',
    shows: 'table:has-text("KV blocks in use")',
    charts: 6,
  },
  { path: () => '/kv-cache', title: 'KV cache', shows: 'dl:has-text("Max sequence length")', charts: 5 },
  { path: () => '/vram', title: 'VRAM', shows: 'table:has-text("Floor")', charts: 5 },
  { path: () => '/throughput', title: 'Throughput', shows: 'section[aria-label="Generated tokens"]', charts: 12 },
  { path: () => '/sla', title: 'SLA', shows: 'table:has-text("TTFT ≤ 500 ms")', charts: 2 },
  { path: () => '/bursts', title: 'Bursts', shows: 'table:has-text("Baseline")', charts: 6 },
  { path: () => '/targets', title: 'Targets', shows: 'table:has-text("mistral-v0")', charts: 0 },
  { path: () => `/targets/${fleet.target('coder')}`, title: 'coder', shows: 'table:has-text("Message")', charts: 0 },
  { path: () => '/alerts', title: 'Alerts', shows: '[role=grid], p:has-text("Nothing is open")', charts: 0 },
  { path: () => '/runs', title: 'Runs', shows: 'main section, main table', charts: 0 },
  { path: () => '/runs?add=1', title: 'Runs', shows: '[role=dialog] button:has-text("qwen")', charts: 0 },
  { path: () => '/runs/compare', title: 'Compare runs', shows: 'p, div:has-text("Choose two")', charts: 0 },
  {
    path: () => `/plan?place=subject:${fleet.engine('coder')}&numbers=open`,
    title: 'Planner',
    shows: 'section[aria-label="Answer"] [role=status]',
    charts: 0,
  },
  { path: () => '/plan?show=preflight', title: 'Planner', shows: 'table:has-text("oom_at_limit")', charts: 0 },
  { path: () => '/plan?show=kv', title: 'Planner', shows: 'table:has-text("cache_exhaustion")', charts: 0 },
  { path: () => '/plan?show=tables', title: 'Planner', shows: 'table:has-text("Chunk, tokens")', charts: 0 },
  { path: () => '/plan?show=models', title: 'Planner', shows: 'table:has-text("Phi-4")', charts: 0 },
  { path: () => '/rules', title: 'Rules', shows: 'table:has-text("KV cache nearly full")', charts: 0 },
  { path: () => '/rules/KvCacheCritical', title: 'KV cache nearly full', shows: 'dl:has-text("PromQL")', charts: 0 },
  { path: () => '/rules/new', title: 'New rule', shows: 'textarea', charts: 0 },
  { path: () => '/silences', title: 'Silences', shows: 'section:has-text("Maintenance windows")', charts: 0 },
  { path: () => '/channels', title: 'Channels', shows: 'main section', charts: 0 },
  { path: () => '/signals', title: 'Signals', shows: 'li#kv_cache_utilization', charts: 0 },
  { path: () => '/signals/nothing-here', title: 'no such page', shows: 'main a[href="/"]', charts: 0 },
] as const;

describe.each(PAGES)('the page $title', ({ path, title, shows, charts }) => {
  it('shows live data in both themes and every width, nothing fails, nothing scrolls sideways, everything has a name', async () => {
    const { page, context, problems } = await openPage(browser);
    await page.goto(base + path());
    await page.locator(shows).first().waitFor({ state: 'attached' });
    expect(await page.locator('h1').textContent()).toContain(title);
    // Panels ask and draw once they have been in view, and the page grows while they do.
    const drawn = async () => {
      await scrollThrough(page);
      return page.locator('[role=slider]').count();
    };
    await expect.poll(drawn, { timeout: 30_000, interval: 200 }).toBeGreaterThanOrEqual(charts);
    await expectFits(page, path());
    expect(await coveredTerms(page)).toEqual([]);
    expect(await unnamed(page)).toEqual([]);
    expect(await page.locator('main').count()).toBe(1);
    expect(await page.locator('h1').count()).toBe(1);
    const expected = path() === '/signals/nothing-here' ? /404/ : /(?!)/;
    expect(problems().filter((problem) => !expected.test(problem))).toEqual([]);
    await context.close();
  });
});
