import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { getJson, readyFleet } from '#tests/e2e/api.ts';
import { launchBrowser, openPage, type WatchedPage } from '#tests/e2e/browser.ts';

const base = inject('demoUrl');
let browser: Browser;
let watched: WatchedPage;
let page: Page;
let fleet: Awaited<ReturnType<typeof readyFleet>>;

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launchBrowser(), readyFleet(base)]);
  watched = await openPage(browser);
  page = watched.page;
});
afterAll(async () => {
  expect(watched.problems()).toEqual([]);
  await browser.close();
});

const answer = () => page.getByRole('region', { name: 'Answer' }).textContent();

it('asked whether batch 8192 fits a 24 GB card: the report’s sentence, the numbers behind it, and the batch that does fit', async () => {
  await page.goto(`${base}/plan`);
  await expect.poll(answer).toContain('Batch 512 fits');
  await page.getByLabel('Batch', { exact: true }).fill('8192');
  await expect.poll(answer).toContain('CUDA out of memory: batch needs 32.0GB but only 24.0GB available');
  expect(await answer()).toContain('Batch 4096 fits: 16.0GB');
  expect(new URL(page.url()).searchParams.get('batch')).toBe('8192');
  const halving = page.getByRole('table', { name: 'Halving until it fits' });
  expect(await halving.locator('tbody tr').allTextContents()).toEqual([
    '819232.0GB133%Does not fit',
    '409616.0GB66.7%Fits',
  ]);
  await page.locator('summary', { hasText: 'The batch needs' }).click();
  const need = page.locator('details[open]');
  for (const part of ['34,359,738,368 B = 32 GiB', 'batch × batches at a time', 'report 000: 0.5 GB ÷ 65,536 tokens'])
    expect(await need.textContent()).toContain(part);
  // The address alone brings it back.
  await page.reload();
  await expect.poll(answer).toContain('Batch 4096 fits');
});

it('of a live engine the capacity is read from it, with a link to where', async () => {
  const id = fleet.engine('coder');
  await page.goto(`${base}/engines/${id}`);
  await page.getByRole('link', { name: 'Plan a batch' }).click();
  await page.waitForURL(/plan\?place=subject/);
  await expect.poll(answer).toContain('of 99.2 k tok');
  await page.locator('summary', { hasText: 'KV cache holds' }).click();
  const capacity = page.locator('details[open]');
  expect(await capacity.textContent()).toContain('num_gpu_blocks × block_size = 99,200 tok');
  expect(await capacity.getByRole('link').first().getAttribute('href')).toBe(`/engines/${id}`);
});

it('lists the sixty combinations, and shows the numbers of the one that is pressed', async () => {
  await page.goto(`${base}/plan`);
  const cells = page.getByRole('button', { name: / on (RTX|A100|L40|H100).*%/ });
  await expect.poll(() => cells.count()).toBe(60);
  await page
    .getByRole('button', { name: '13B on H100, INT4: Fits the card, not the cap, 82%, printed by the report' })
    .click();
  const chosen = page.getByRole('region', { name: 'The chosen combination' });
  expect(await chosen.textContent()).toContain('13B on H100 with INT4: 82 % of 80 GB');
  expect(new URL(page.url()).searchParams.get('cell')).toBe('13B.h100.int4');
});

it('a model of one’s own is added, planned with and removed', async () => {
  await page.goto(`${base}/plan?show=models`);
  await page.getByRole('button', { name: 'Add a model' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a model' });
  for (const [label, text] of [
    ['Name', 'e2e-model'],
    ['Parameters, billions', '1'],
    ['Layers', '10'],
    ['KV heads', '2'],
    ['Head size', '64'],
  ] as const)
    await dialog.getByLabel(label, { exact: true }).fill(text);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('cell', { name: 'e2e-model (own)' }).waitFor();
  const { items } = await getJson<{ items: { id: string; name: string }[] }>(base, '/plan/models');
  await page.goto(`${base}/plan?show=models&model=${items.find(({ name }) => name === 'e2e-model')?.id}`);
  await expect.poll(answer).toContain('Batch 512 fits: it needs 1.3GB');
  await page.goto(`${base}/plan?show=models`);
  await page.getByRole('button', { name: 'Remove e2e-model' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('cell', { name: 'e2e-model (own)' }).waitFor({ state: 'detached' });
});
