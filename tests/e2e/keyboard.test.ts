import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readyFleet } from '#tests/e2e/api.ts';
import { launchBrowser, openPage, type WatchedPage } from '#tests/e2e/browser.ts';

const base = inject('demoUrl');
let browser: Browser;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  [browser] = await Promise.all([launchBrowser(), readyFleet(base)]);
  watched = await openPage(browser);
  page = watched.page;
});
afterAll(async () => {
  expect(watched.problems()).toEqual([]);
  await browser.close();
});

/** The page listens to keys once React runs; the version is drawn from the first answer. */
async function open(path: string): Promise<void> {
  await page.goto(base + path);
  await page
    .getByText(/^v\d+\.\d+/)
    .first()
    .waitFor({ state: 'attached' });
}

const focused = () =>
  page.evaluate(() => {
    const element = document.activeElement;
    return element === document.body ? 'nothing' : (element?.getAttribute('aria-label') ?? element?.textContent ?? '');
  });

describe('without a mouse', () => {
  it('the first Tab offers to skip to the content', async () => {
    await open('/');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  });

  it('? lists the keys, Escape closes it and focus returns', async () => {
    await open('/');
    await page.locator('aside').getByRole('link', { name: 'VRAM' }).focus();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keyboard' });
    await dialog.waitFor();
    expect(await dialog.textContent()).toContain('Go to KV cache');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('VRAM');
  });

  it.each([
    ['g k', '/kv-cache'],
    ['g v', '/vram'],
    ['g t', '/throughput'],
    ['g l', '/sla'],
    ['g b', '/bursts'],
    ['g p', '/plan'],
    ['g f', '/'],
  ])('%s goes to %s', async (keys, path) => {
    for (const key of keys.split(' ')) await page.keyboard.press(key);
    await expect.poll(() => new URL(page.url()).pathname).toBe(path);
  });

  it('/ starts the filter, what is typed there is text, and the table follows', async () => {
    await open('/');
    await page.locator('tr', { hasText: 'mistral-v0' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('qwen?g');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await expect.poll(() => page.locator('tr', { hasText: 'mistral-v0' }).count()).toBe(0);
    expect(new URL(page.url()).searchParams.get('q')).toBe('qwen');
  });

  it('keys that change the range work, and single keys can be switched off', async () => {
    await open('/vram');
    await page.keyboard.press('.');
    await page.getByRole('button', { name: 'Paused – resume' }).waitFor();
    await page.keyboard.press('u');
    await expect.poll(() => new URL(page.url()).searchParams.get('tz')).toBe('utc');
    await page.keyboard.press('?');
    await page.getByLabel('Single-key shortcuts are on').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('k');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(new URL(page.url()).pathname).toBe('/vram');
    await page.evaluate(() => localStorage.clear());
  });

  it('a menu opens, moves and closes by keys, and the theme it sets stays', async () => {
    await open('/');
    await page.locator('aside').getByRole('button', { name: 'Appearance' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(focused).toContain('System');
    for (const theme of ['Light', 'Dark']) {
      await page.keyboard.press('ArrowDown');
      await expect.poll(focused).toContain(theme);
    }
    await page.keyboard.press('Enter');
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    await expect.poll(theme).toBe('dark');
    await page.reload();
    expect(await theme()).toBe('dark');
    await page.evaluate(() => localStorage.clear());
  });

  it('on a phone the menu is a drawer that keeps the focus inside', async () => {
    await page.setViewportSize({ width: 375, height: 800 });
    await open('/');
    await page.getByRole('button', { name: 'Menu' }).focus();
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog', { name: 'Headroom' });
    await drawer.waitFor();
    for (let i = 0; i < 12; i++) await page.keyboard.press('Tab');
    expect(await drawer.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    await drawer.getByRole('link', { name: 'Bursts' }).press('Enter');
    await page.waitForURL(/bursts/);
    await drawer.waitFor({ state: 'detached' });
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('what has the focus is outlined', async () => {
    await open('/targets');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
    expect(outline).toBe('solid');
  });
});

describe('motion', () => {
  it.each(['reduce', 'no-preference'] as const)('with %s nothing slides while data come', async (motion) => {
    const { page: other, context } = await openPage(browser, { motion });
    await other.goto(`${base}/kv-cache`);
    await other.locator('[role=slider]').first().waitFor();
    const sliding = await other.evaluate(() =>
      document
        .getAnimations()
        .map((animation) => (animation as CSSAnimation).animationName ?? 'transition')
        .filter((name) => name !== 'appear' && name !== 'progress'),
    );
    expect(sliding).toEqual([]);
    if (motion === 'reduce') expect(await other.evaluate(() => document.getAnimations().length)).toBe(0);
    await context.close();
  });
});
