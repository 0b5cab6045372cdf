import { mkdtemp, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunDetail } from '#lib/api/runs.ts';
import { runDifferences } from '#lib/client/compare-runs.ts';
import { judgedValueText, memoryText, outcomeText } from '#lib/client/run-words.ts';
import { slopeText, timeToLimitText } from '#lib/detect/leak-text.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { launchBrowser, openPage } from '#tests/e2e/browser.ts';
import { expectFits, unnamed } from '#tests/e2e/looks.ts';
import { type PlayedRuns, startWithRuns } from '#tests/e2e/played-runs.ts';

const STEADY = 'multi_batch_steady';
const LEAKING = 'multi_batch_leaking';
const DEGRADING = 'multi_batch_degrading';
const RELOADING = 'multi_batch_reloading';

let browser: Browser;
let played: PlayedRuns;

beforeAll(async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'headroom-runs-'));
  [browser, played] = await Promise.all([
    launchBrowser(),
    startWithRuns([STEADY, LEAKING, DEGRADING, RELOADING], dataDir, {
      [LEAKING]: 'batch_vram_delta',
      [DEGRADING]: 'batch_throughput_variance',
      [RELOADING]: 'batch_reload_delay',
    }),
  ]);
}, 300_000);
afterAll(async () => {
  await Promise.all([browser.close(), played.dispose()]);
});

function runOf(name: string): RunDetail {
  const run = played.runs[name];
  if (run === undefined) throw new Error(`no run ${name}`);
  return run;
}

async function open(pagePath: string): Promise<{ page: Page; close: () => Promise<void> }> {
  const { page, context, problems } = await openPage(browser);
  await page.goto(played.url + pagePath);
  const close = async () => {
    await context.close();
    expect(problems()).toEqual([]);
  };
  return { page, close };
}

const rowsOf = (page: Page, caption: string) =>
  page
    .locator(`table:has(caption:text-is("${caption}")) tbody tr`)
    .evaluateAll((rows) => rows.map((row) => row.textContent ?? ''));

describe("report 003's four runs, played into the store", () => {
  it('are four different verdicts in the list', async () => {
    const { page, close } = await open('/runs');
    await expect.poll(() => rowsOf(page, 'Finished runs')).toHaveLength(4);
    const rows = await rowsOf(page, 'Finished runs');
    const row = (name: string) => rows.find((text) => text.includes(name));
    expect(row(STEADY)).toMatch(/Pass.*steady/);
    expect(row(LEAKING)).toMatch(/Fail.*leak: 154 MiB per batch/);
    expect(row(DEGRADING)).toMatch(/Fail.*degrading: 21%/);
    expect(row(RELOADING)).toMatch(/Fail.*reloaded: batches 2, 3/);
    await expectFits(page, 'four runs');
    expect(await unnamed(page)).toEqual([]);
    await close();
  });

  it.each([STEADY, LEAKING, DEGRADING, RELOADING])(
    'the page of %s says every criterion and batch as the API gives them',
    async (name) => {
      const run = runOf(name);
      const { page, close } = await open(`/runs/${run.id}`);
      const short = page.locator('section[aria-label="In short"]');
      await expect.poll(() => short.textContent()).toContain(outcomeText(run));
      const criteria = await rowsOf(page, 'Criteria');
      expect(criteria).toHaveLength(run.criteria.length);
      for (const criterion of run.criteria) {
        const parts = [criterion.check, criterion.state, judgedValueText(criterion), criterion.limit, criterion.reason];
        const row = criteria.find((text) => parts.every((part) => text.includes(part)));
        expect(row, `${criterion.check} among ${criteria.join('\n')}`).toBeDefined();
      }
      const batches = await rowsOf(page, 'Batches');
      expect(batches).toHaveLength(run.batches.length);
      run.batches.forEach((batch, index) => {
        expect(batches[index]).toContain(`${batch.number} · ${batch.name}`);
        expect(batches[index]).toContain(formatValue(batch.requestsPerSecond, 'requests_per_second'));
        expect(batches[index]).toContain(`${formatValue(batch.failed, 'requests')} failed`);
        expect(batches[index]).toContain(formatValue(batch.hitRatio, 'ratio'));
        expect(batches[index]).toContain(memoryText(batch.memory[0]?.afterBytes ?? null));
      });
      await close();
    },
  );

  it.each([
    [LEAKING, /^leak: 154 MiB per batch/, 'VRAM trend', 'section[aria-label^="Memory of"]'],
    [DEGRADING, /^degrading: 21%/, 'throughput degradation', 'section[aria-label="Throughput by batch"]'],
    [RELOADING, /^reloaded: batches 2, 3/, 'model reload delay', 'table:has(caption:text-is("Batches"))'],
  ])('an alert about %s shows the run, what it fails and the evidence', async (name, headline, check, evidence) => {
    const run = runOf(name);
    expect(run.headline).toMatch(headline);
    const { page, close } = await open(`/alerts/${played.alertIds[name]}`);
    const card = page.locator('section', { has: page.getByRole('heading', { name: 'The run' }) }).last();
    await expect.poll(() => card.textContent()).toContain(run.headline);
    expect(await card.textContent()).toContain(check);
    await page.locator(evidence).waitFor();
    if (name === LEAKING) await page.getByText(/in about .+, between .+ and .+ \(the card has 24.00 GiB\)/).waitFor();
    expect(await page.getByText('No data in this time').count()).toBe(0);
    await expectFits(page, `the alert about ${name}`);
    expect(await unnamed(page)).toEqual([]);
    await card.getByRole('link', { name: run.name }).click();
    await page.waitForURL(`**/runs/${run.id}`);
    await close();
  });

  it('the leaking one shows its evidence with the numbers of the API, in a picture, a table and a file', async () => {
    const run = runOf(LEAKING);
    const [gpu] = run.gpus;
    if (gpu === undefined) throw new Error('no GPU');
    const { page, close } = await open(`/runs/${run.id}`);
    const evidence = page.locator('section', { has: page.getByRole('heading', { name: /^Leak verdict/ }) }).last();
    await expect.poll(() => evidence.textContent()).toContain('it grows steadily and nothing gives it back');
    const text = (await evidence.textContent()) ?? '';
    expect(text).toContain(slopeText(gpu.leak.slopeMibPerBatch, 'batch'));
    expect(text).toContain(slopeText(gpu.leak.slopeMibPerHour, 'h'));
    expect(timeToLimitText(gpu.leak.timeToLimit)).toMatch(/^in about .+, between .+ and .+$/);
    expect(text).toMatch(/in about .+, between .+ and .+ \(the card has 24.00 GiB\)/);
    expect(text).toMatch(/VLLM::EngineCore \(\d+\) grew by \d+ MiB/);
    const picture = page.locator('section[aria-label^="Memory of"]');
    // The line lies on the floors: both are drawn where the report's 0.15 GB per batch put them.
    expect(await picture.locator('figure svg circle').count()).toBe(5);
    expect(await picture.locator('figure svg line[stroke-dasharray="5 3"]').count()).toBe(1);
    await picture.getByLabel('View as table').click();
    const rows = await picture.locator('tbody tr').allTextContents();
    expect(rows).toHaveLength(4);
    run.batches.forEach(({ memory: [own] }, index) => {
      expect(rows[index]).toContain(memoryText(own?.beforeBytes ?? null));
      expect(rows[index]).toContain(memoryText(own?.afterBytes ?? null));
      expect(rows[index]).toContain('+154 MiB');
    });
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Report' }).click();
    await page.getByRole('menuitem', { name: /Markdown/ }).click();
    const report = await readFile(await (await waiting).path(), 'utf8');
    expect(report).toContain('FINAL MULTI-BATCH SUMMARY');
    await expectFits(page, 'a leaking run');
    expect(await unnamed(page)).toEqual([]);
    await close();
  });

  it('the degrading one falls out of the band', async () => {
    const { page, close } = await open(`/runs/${runOf(DEGRADING).id}`);
    const picture = page.locator('section[aria-label="Throughput by batch"]');
    await picture.getByText('below the band').waitFor();
    await picture.getByLabel('View as table').click();
    const rows = await rowsOf(page, 'Throughput by batch');
    expect(rows.map((text) => (text.endsWith('no') ? 'out' : 'in'))).toEqual(['in', 'in', 'out']);
    await close();
  });

  it('a batch leads to its panels, on which its beginning and its end are marked', async () => {
    const run = runOf(LEAKING);
    const { page, close } = await open(`/runs/${run.id}`);
    await page.getByRole('button', { name: 'Panels of batch 2' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Throughput' }).click();
    await page.waitForURL('**/throughput**');
    const marks = page.locator('svg title', { hasText: `batch 2 of ${LEAKING} began` });
    await marks.first().waitFor({ state: 'attached' });
    await close();
  });

  it('two are compared in words', async () => {
    const { page, close } = await open(`/runs/compare?ids=${runOf(STEADY).id},${runOf(LEAKING).id}`);
    for (const { text } of runDifferences(runOf(STEADY), runOf(LEAKING))) {
      await page.getByText(text, { exact: true }).waitFor();
    }
    await page.getByText('Memory: leak instead of no leak').waitFor();
    await page.getByText(/Throughput: .* equal within 10 %/).waitFor();
    const floors = page.locator('section[aria-label="Idle memory gained since the first floor"]');
    await floors.getByLabel('View as table').click();
    expect((await floors.locator('tbody tr').last().textContent()) ?? '').toContain('+616 MiB');
    await close();
  });
});
