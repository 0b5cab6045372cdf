import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetsOf } from '#tests/e2e/api.ts';
import { launchBrowser, openPage, type WatchedPage } from '#tests/e2e/browser.ts';
import { type Headroom, startHeadroom } from '#tests/e2e/headroom-process.ts';
import { type PageExporter, startPageExporter, vllmPage } from '#tests/e2e/page-exporter.ts';

let exporter: PageExporter;
let headroom: Headroom;
let browser: Browser;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  exporter = await startPageExporter({
    '/metrics': vllmPage({ kv: 0.25, running: 7 }),
    '/html': (response) => response.setHeader('Content-Type', 'text/html').end('<!doctype html><p>Sign in</p>'),
    '/other': '# TYPE node_load1 gauge\nnode_load1 0.5\n',
  });
  [headroom, browser] = await Promise.all([startHeadroom({ args: ['--demo'] }), launchBrowser()]);
  watched = await openPage(browser);
  page = watched.page;
});
afterAll(async () => {
  await browser.close();
  await headroom.dispose();
  await exporter.close();
});

const dialog = () => page.getByRole('dialog', { name: 'Add a target' });

async function fill(name: string, url: string): Promise<void> {
  await dialog().getByLabel('Name', { exact: true }).fill(name);
  await dialog().getByLabel('Address of the metrics page').fill(url);
}

async function testResult(url: string): Promise<string> {
  await fill('mine', url);
  await dialog().getByRole('button', { name: 'Test' }).click();
  await dialog().getByRole('button', { name: 'Testing…' }).waitFor({ state: 'detached' });
  const result = dialog().getByRole('region', { name: 'Test result' });
  await result.waitFor();
  return (await result.textContent()) ?? '';
}

describe('the form tests before anything is stored', () => {
  it('says what was recognised with its values, what is missing, and why', async () => {
    await page.goto(`${headroom.url}/targets?add=1`);
    const text = await testResult(exporter.url('/metrics'));
    expect(text).toContain('It answers and is understood');
    expect(text).toMatch(/vLLM .*1 engine/);
    expect(text).toMatch(/Running requests7/i);
    expect(text).toMatch(/Missing fields \(\d+\)/);
    expect(text).toMatch(/not on the page|exists since/);
    expect((await targetsOf(headroom.url)).some(({ name }) => name === 'mine')).toBe(false);
  });

  it.each([
    ['HTML instead of metrics', '/html', /It answers, but nothing was recognised/, /html/i],
    [
      'a page of something else',
      '/other',
      /It answers, but nothing was recognised/,
      /nothing is recognised on the page: no vLLM.*node_load1/,
    ],
    ['a connection that breaks', '/gone', /It does not answer/, /network|connection|socket|other side/i],
  ])('%s is named', async (_case, path, verdict, detail) => {
    const text = await testResult(path.startsWith('/') ? exporter.url(path) : path);
    expect(text).toMatch(verdict);
    expect(text).toMatch(detail);
  });

  it.each([
    ['', 'Address of the metrics page'],
    ['not a url', 'Address of the metrics page'],
    ['ftp://gpu-01/metrics', 'Address of the metrics page'],
    ['http://169.254.169.254/latest', 'Address of the metrics page'],
  ])('address %j is refused at its field', async (url, label) => {
    await fill('mine', url);
    await dialog().getByRole('button', { name: 'Add target' }).click();
    const field = dialog().getByLabel(label);
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
    const described = (await field.getAttribute('aria-describedby')) ?? '';
    const error = await dialog()
      .locator(`[id="${described.split(' ').at(-1)}"]`)
      .textContent();
    expect(error?.length).toBeGreaterThan(10);
  });
});

describe('a real target', () => {
  it('ends the demo: banner and simulated engines leave, its values come', async () => {
    await fill('mine', exporter.url('/metrics'));
    // Waited for from the start: the message leaves again by itself.
    const told = page.getByRole('status').filter({ hasText: 'mine is added' }).waitFor();
    await dialog().getByRole('button', { name: 'Add target' }).click();
    await Promise.all([told, dialog().waitFor({ state: 'detached' })]);
    await expect.poll(() => page.locator('tr', { hasText: 'demo fleet' }).count(), { timeout: 30_000 }).toBe(0);
    await page.goto(headroom.url);
    const row = page.locator('tr', { hasText: 'mine' });
    await expect.poll(() => row.textContent(), { timeout: 30_000 }).toContain('25%');
    await expect.poll(() => page.getByText('This fleet is simulated').count(), { timeout: 30_000 }).toBe(0);
    expect(await page.locator('tr', { hasText: 'qwen-rust' }).count()).toBe(0);
  });

  it('can be paused, which is shown by name, and resumed', async () => {
    await page.goto(`${headroom.url}/targets`);
    const row = page.locator('tr', { hasText: 'mine' });
    const act = async (item: string) => {
      await row.getByRole('button', { name: 'Actions for mine' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await act('Pause polling');
    await expect.poll(() => row.textContent()).toContain('Paused');
    await act('Resume polling');
    await expect.poll(() => row.textContent(), { timeout: 30_000 }).toContain('OK');
  });

  it('a name that is taken is refused with the reason', async () => {
    await page.getByRole('button', { name: 'Add a target' }).click();
    await fill('mine', exporter.url('/metrics?again'));
    await dialog().getByRole('button', { name: 'Add target' }).click();
    const field = dialog().getByLabel('Name', { exact: true });
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
    expect(await dialog().textContent()).toContain('Name▲ is taken');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  it('is deleted after a question that says what follows, then the page says what to do next', async () => {
    await page.locator('tr', { hasText: 'mine' }).getByRole('link', { name: 'mine' }).click();
    await page.getByRole('heading', { name: 'Recent polls' }).waitFor();
    await page.getByRole('button', { name: 'Actions for mine' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const question = page.getByRole('dialog', { name: 'Delete mine?' });
    expect(await question.textContent()).toContain('its subject leaves every page');
    await question.getByRole('button', { name: 'Cancel' }).click();
    const actions = page.getByRole('button', { name: 'Actions for mine' });
    await expect.poll(() => actions.evaluate((button) => button === document.activeElement)).toBe(true);
    await actions.click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await question.getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL(/\/targets$/);
    await page.getByText('Nothing is watched yet').waitFor();
    expect(await page.locator('pre').textContent()).toContain('targets:');
  });
});
