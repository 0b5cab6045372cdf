import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readyFleet } from '#tests/e2e/api.ts';
import { launchBrowser, openPage } from '#tests/e2e/browser.ts';

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
  { path: () => '/bursts', title: 'Bursts', shows: 'table:has-text("Baseline")', charts: 6 },
  { path: () => '/targets', title: 'Targets', shows: 'table:has-text("mistral-v0")', charts: 0 },
  { path: () => `/targets/${fleet.target('coder')}`, title: 'coder', shows: 'table:has-text("Message")', charts: 0 },
  { path: () => '/alerts', title: 'Alerts', shows: '[role=grid], p:has-text("Nothing is open")', charts: 0 },
  { path: () => '/rules', title: 'Rules', shows: 'table:has-text("KV cache nearly full")', charts: 0 },
  { path: () => '/rules/KvCacheCritical', title: 'KV cache nearly full', shows: 'dl:has-text("PromQL")', charts: 0 },
  { path: () => '/rules/new', title: 'New rule', shows: 'textarea', charts: 0 },
  { path: () => '/silences', title: 'Silences', shows: 'section:has-text("Maintenance windows")', charts: 0 },
  { path: () => '/channels', title: 'Channels', shows: 'main section', charts: 0 },
  { path: () => '/signals', title: 'Signals', shows: 'li#kv_cache_utilization', charts: 0 },
  { path: () => '/signals/nothing-here', title: 'no such page', shows: 'main a[href="/"]', charts: 0 },
] as const;

const LOOKS = [
  { width: 1280, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
  { width: 1024, scheme: 'light' },
  { width: 375, scheme: 'dark' },
  { width: 320, scheme: 'light' },
] as const;

/** Brings every panel into view. */
async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += 600) {
      window.scrollTo(0, y);
      await new Promise(requestAnimationFrame);
    }
    window.scrollTo(0, 0);
  });
}

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
    for (const { width, scheme } of LOOKS) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      const look = `${path()} at ${width} ${scheme}`;
      await expect.poll(() => wideOf(page), { message: look }).toEqual({ page: width, beyond: [] });
      await expect
        .poll(() => background(page), { message: look })
        .toBe(scheme === 'dark' ? 'rgb(14, 16, 19)' : 'rgb(246, 247, 248)');
      expect(await page.locator('[aria-busy=true]:visible').count(), `${look}: still loading`).toBe(0);
    }
    expect(await unnamed(page)).toEqual([]);
    expect(await page.locator('main').count()).toBe(1);
    expect(await page.locator('h1').count()).toBe(1);
    const expected = path() === '/signals/nothing-here' ? /404/ : /(?!)/;
    expect(problems().filter((problem) => !expected.test(problem))).toEqual([]);
    await context.close();
  });
});

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

/** The width of the page, and the boxes that cut something off; between a phone and a desk a wide table may scroll in its box. */
function wideOf(page: Page): Promise<{ page: number; beyond: string[] }> {
  return page.evaluate(() => ({
    page: document.documentElement.scrollWidth,
    beyond: [...document.querySelectorAll('main div, main section')]
      .filter((box) => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === 'auto')
      .filter(() => window.innerWidth !== 1024)
      .map((box) => `${box.querySelector('caption')?.textContent ?? box.className}: ${box.scrollWidth}`),
  }));
}

/** Controls and images without a name, fields without a label, and names that are used by two landmarks of one kind. */
function unnamed(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const nameOf = (element: Element): string =>
      (
        element.getAttribute('aria-label') ??
        (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
          ? [...(element.labels ?? [])].map((label) => label.textContent).join(' ')
          : element.textContent)
      )?.trim() ?? '';
    const selector = 'a[href], button, input, textarea, select, [role=img], [role=slider], nav, section[tabindex]';
    return [...document.querySelectorAll(selector)]
      .filter((element) => nameOf(element) === '' && element.closest('[aria-hidden=true]') === null)
      .map((element) => element.outerHTML.slice(0, 120));
  });
}
