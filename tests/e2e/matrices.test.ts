import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { RunDetail } from '#lib/api/runs.ts';
import { getJson, readyFleet } from '#tests/e2e/api.ts';
import { launchBrowser, openPage } from '#tests/e2e/browser.ts';
import { expectFits, unnamed } from '#tests/e2e/looks.ts';
import { guidellmReport, MODEL, vllmBench } from '#tests/runs/results/documents.ts';

const base = inject('demoUrl');
let browser: Browser;
let folder: string;
beforeAll(async () => {
  [browser] = await Promise.all([launchBrowser(), readyFleet(base)]);
  folder = await mkdtemp(path.join(tmpdir(), 'headroom-results-'));
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

async function fileOf(name: string, content: unknown): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

async function open(at: string): Promise<{ page: Page; close: () => Promise<void> }> {
  const { page, context, problems } = await openPage(browser);
  await context.addInitScript(() => localStorage.setItem('headroom-person', 'Kim'));
  await page.goto(base + at);
  const close = async () => {
    await context.close();
    expect(problems()).toEqual([]);
  };
  return { page, close };
}

const runOf = (page: Page) => getJson<RunDetail>(base, `/runs/${new URL(page.url()).pathname.split('/').at(-1)}`);
const cell = (page: Page, name: RegExp) => page.getByRole('button', { name });

describe('results of load generators', () => {
  it('a GuideLLM report becomes a matrix, with what the server did beside it', async () => {
    const startSeconds = Date.now() / 1000 - 40;
    const file = await fileOf(
      'sweep.json',
      guidellmReport([
        { streams: 50, startSeconds },
        { streams: 100, startSeconds, latencySeconds: 2.4, errored: 4 },
      ]),
    );
    const { page, close } = await open('/runs');
    await page.getByRole('button', { name: 'Import results' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Result files').setInputFiles(file);
    await dialog.getByText('GuideLLM: 2 measurements, as concurrency × context').waitFor();
    expect(await unnamed(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await page.waitForURL(/\/runs\/\d+$/);
    await cell(page, /^1024 tokens × C=50: p95 1.65 s, pass, passes < 2 s$/).waitFor();
    await cell(page, /^1024 tokens × C=100: p95 3.6 s, fail, passes < 3 s$/).click();
    const card = page.locator('section:has(> header h2:text-matches("^Cell 2:"))');
    await card.getByText('Errors: 4 × CUDA out of memory').waitFor();
    await card.getByText('p95 latency: 3.6 s, passes < 3 s').waitFor();
    expect(await card.getByRole('link', { name: 'KV cache' }).getAttribute('href')).toMatch(/^\/kv-cache\?.*from=/);
    const run = await runOf(page);
    expect(run).toMatchObject({ origin: 'file', kind: 'concurrency', outcome: 'fail', name: 'sweep.json' });
    expect(run.engines.some(({ name }) => name.endsWith(MODEL))).toBe(true);
    expect(run.batches[0]?.cell?.kvMaxRatio).not.toBeNull();
    await page.getByRole('button', { name: 'Success', exact: true }).click();
    await cell(page, /^1024 tokens × C=100: Success 96.2%, pass, passes >= 80 %$/).waitFor();
    await expectFits(page, 'a matrix');
    await close();
  });

  it('files of vllm bench become scenarios; a file that is none says why', async () => {
    const good = await fileOf(
      'burst.json',
      vllmBench({ scenario: 'burst_5x_spike', completed: 25_250, request_throughput: 610, failed: 0 }),
    );
    const bad = await fileOf('other.json', { rps: 3 });
    const { page, close } = await open('/runs?import=1');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Result files').setInputFiles(good);
    await dialog.getByText('vllm bench serve: 1 measurement, as bursts').waitFor();
    await dialog.getByText(/a clock without a zone/).waitFor();
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await page.waitForURL(/\/runs\/\d+$/);
    const row = page.locator('tr:has(th:has-text("burst_5x_spike"))').first();
    await row.getByText('610 req/s').waitFor();
    expect(await row.locator('td').allTextContents()).toEqual([
      expect.stringMatching(/not measured–/),
      expect.stringMatching(/pass610 req\/s/),
      expect.stringMatching(/not measured–/),
      expect.stringMatching(/pass25\s250/),
    ]);
    await page.getByText('time not known').first().waitFor();
    await expectFits(page, 'scenarios');
    await page.goto(`${base}/runs?kind=burst`);
    await page.getByRole('link', { name: 'burst.json' }).waitFor();
    expect(await page.getByRole('link', { name: 'sweep.json' }).count()).toBe(0);
    await close();
    const refused = await openPage(browser);
    await refused.page.goto(`${base}/runs?import=1`);
    await refused.page.getByLabel('Result files').setInputFiles(bad);
    await refused.page
      .getByText(/not a result of vllm bench serve, GuideLLM, AIPerf: found an object with rps/)
      .waitFor();
    await refused.context.close();
  });
});
