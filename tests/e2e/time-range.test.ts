import type { Browser, Locator, Page } from 'playwright-core';
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

const chart = (title: string): Locator => page.getByRole('slider', { name: `Crosshair of ${title}` });
const param = (name: string) => new URL(page.url()).searchParams.get(name);

async function open(query = ''): Promise<void> {
  await page.goto(`${base}/kv-cache${query}`);
  await chart('KV cache used').waitFor();
}

/** From and to of the chart itself, not of the address. */
async function spanMs(title: string): Promise<number> {
  const [min, max] = await Promise.all(
    ['aria-valuemin', 'aria-valuemax'].map((name) => chart(title).getAttribute(name)),
  );
  return Number(max) - Number(min);
}

async function drag(title: string, fromShare: number, toShare: number): Promise<void> {
  const box = await chart(title).boundingBox();
  if (box === null) throw new Error(`no chart ${title}`);
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * fromShare, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * toShare, y, { steps: 3 });
  await page.mouse.up();
}

const MINUTE = 60_000;

describe('zoom', () => {
  it('a drag zooms every panel of the page, pauses, and the back button undoes it', async () => {
    await open('?from=now-10m');
    await drag('KV cache used', 0.5, 0.99);
    await expect.poll(() => param('from')).toMatch(/^\d{4}-.*Z$/);
    await page.getByRole('button', { name: 'Paused – resume' }).waitFor();
    for (const title of ['KV cache used', 'Prefix cache hits'])
      await expect.poll(() => spanMs(title)).toBeLessThan(6 * MINUTE);
    await page.goBack();
    await expect.poll(() => param('from')).toBe('now-10m');
    await page.getByRole('button', { name: /^Live · 5s/ }).waitFor();
    await expect.poll(() => spanMs('KV cache used')).toBeGreaterThan(9 * MINUTE);
  });

  it('a click is no zoom', async () => {
    await open();
    await drag('KV cache used', 0.5, 0.5);
    expect(param('from')).toBeNull();
  });

  it('keys move the crosshair, zoom in and out, and Escape hides it', async () => {
    await open();
    await chart('KV cache used').focus();
    await page.keyboard.press('End');
    const last = Number(await chart('KV cache used').getAttribute('aria-valuenow'));
    await page.keyboard.press('ArrowLeft');
    expect(Number(await chart('KV cache used').getAttribute('aria-valuenow'))).toBeLessThan(last);
    expect(await chart('KV cache used').getAttribute('aria-valuetext')).toMatch(/coder/);
    await page.keyboard.press('+');
    await expect.poll(() => spanMs('KV cache used')).toBeLessThan(35 * MINUTE);
    const near = await spanMs('KV cache used');
    await chart('KV cache used').focus();
    await page.keyboard.press('-');
    await expect.poll(() => spanMs('KV cache used')).toBeGreaterThan(near * 1.2);
    await page.keyboard.press('Escape');
    expect(await chart('KV cache used').getAttribute('aria-valuetext')).toBe('no instant chosen');
  });
});

describe('the crosshair', () => {
  it('is at the same instant in every panel, with one tooltip, and a gap is "no data"', async () => {
    await open();
    const box = await chart('KV cache used').boundingBox();
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) * 0.3, (box?.y ?? 0) + 60);
    const lines = page.locator('[role=slider] > svg > line');
    await expect.poll(() => lines.count()).toBeGreaterThan(1);
    const places = await lines.evaluateAll((all) => all.map((line) => Math.round(Number(line.getAttribute('x1')))));
    expect(Math.max(...places) - Math.min(...places)).toBeLessThanOrEqual(1);
    expect(await page.locator('[role=slider] table').count()).toBe(1);
    // The demo began minutes ago: at 30 % of the last hour nothing was measured, and nothing is made up.
    expect(await page.locator('[role=slider] table').textContent()).toContain('no data');
    await page.mouse.move(5, 5);
    await expect.poll(() => lines.count()).toBe(0);
  });
});

describe('live and paused', () => {
  it('pausing freezes the instants on screen, resuming follows the clock with the same width', async () => {
    await open('?from=now-15m&to=now');
    await page.getByRole('button', { name: /^Live/ }).click();
    await expect.poll(() => param('to')).toMatch(/Z$/);
    await page.getByRole('button', { name: 'Paused – resume' }).click();
    await expect.poll(() => param('from')).toBe('now-15m');
  });

  it('the refresh interval can be switched off', async () => {
    await open('?refresh=off');
    await page.getByRole('button', { name: 'Paused – resume' }).waitFor();
  });
});

describe('the range in the address', () => {
  it.each([
    ['from=now-6h', 'Last 6 hours', 360],
    ['from=now-90m', 'Last 90m', 90],
    ['from=2026-11-20T10:00:00Z&to=2026-11-20T11:30:00Z', '20 Nov 11:00:00 – 12:30:00', 90],
    ['from=1795312000000&to=1795315600000', '–', 60],
    ['from=rubbish', 'Last hour', 60],
    ['from=now&to=now-6h', 'Last hour', 60],
  ])('%s is shown as %s', async (query, text, minutes) => {
    await page.goto(`${base}/kv-cache?${query}`);
    await page.getByRole('button', { name: text }).first().waitFor();
    const panel = page.locator('section[aria-label="KV cache used"]');
    await panel.locator('[role=slider], .hatched').first().waitFor();
    if (await chart('KV cache used').count()) {
      const off = Math.abs((await spanMs('KV cache used')) - minutes * MINUTE);
      // The axis is of whole buckets.
      expect(off / MINUTE).toBeLessThan(5);
    }
  });

  it('a preset and absolute fields write it, and a wrong field says what is expected', async () => {
    await open();
    await page.getByRole('button', { name: 'Last hour' }).click();
    const popover = page.getByRole('dialog', { name: 'Time range' });
    await popover.getByLabel('From').fill('soon');
    await popover.getByRole('button', { name: 'Apply' }).click();
    expect(await popover.textContent()).toContain('Expected now-6h');
    await popover.getByLabel('From').fill('now-2h');
    await popover.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => param('from')).toBe('now-2h');
    await page.getByRole('button', { name: 'Last 2h' }).click();
    await page.getByRole('button', { name: 'Last 15 minutes' }).click();
    await expect.poll(() => param('from')).toBe('now-15m');
  });

  it('follows from page to page', async () => {
    await open('?from=now-15m&tz=utc');
    await page.getByRole('navigation').getByRole('link', { name: 'Throughput' }).click();
    await page.waitForURL(/throughput/);
    expect([param('from'), param('tz')]).toEqual(['now-15m', 'utc']);
  });
});
