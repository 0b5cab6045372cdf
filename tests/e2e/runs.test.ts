import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { RunDetail, RunList } from '#lib/api/runs.ts';
import { CHECKS } from '#lib/runs/judgement.ts';
import { getJson, readyFleet } from '#tests/e2e/api.ts';
import { launchBrowser, openPage } from '#tests/e2e/browser.ts';
import { expectFits, unnamed } from '#tests/e2e/looks.ts';
import { LEAKING, runView } from '#tests/run-views.ts';
import { until } from '#tests/until.ts';

const base = inject('demoUrl');
let browser: Browser;
let fleet: Awaited<ReturnType<typeof readyFleet>>;
/** Two runs over what the demo fleet measured before: three short batches, and one. */
let three: RunDetail;
let one: RunDetail;

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launchBrowser(), readyFleet(base)]);
  const endMs = Math.floor(Date.now() / 1000) * 1000 - 1000;
  const past = async (name: string, batches: number) => {
    const startMs = endMs - batches * 4000;
    const run = {
      name,
      engines: [fleet.engine('qwen')],
      labels: { input: 'e2e' },
      expectation: { requestsPerSecond: 0.1 },
    };
    const { id } = await send<RunDetail>('POST', '/runs', { ...run, startedAtMs: startMs, finishedAtMs: endMs });
    for (let batch = 0; batch < batches; batch += 1) {
      const startedAtMs = startMs + batch * 4000;
      await send('POST', `/runs/${id}/batches`, { startedAtMs, endedAtMs: startedAtMs + 3000 });
    }
    return runOf(id);
  };
  three = await past('e2e three batches', 3);
  one = await past('e2e one batch', 1);
});
afterAll(() => browser.close());

const runOf = (id: number) => getJson<RunDetail>(base, `/runs/${id}`);
const runsOf = async (query = '') => (await getJson<RunList>(base, `/runs${query}`)).items;

async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'headroom-person': 'Zoe' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${response.status} ${path}: ${await response.text()}`);
  return response.status === 204 ? (null as T) : ((await response.json()) as T);
}

async function open(path: string): Promise<{ page: Page; close: () => Promise<void> }> {
  const { page, context, problems } = await openPage(browser);
  await context.addInitScript(() => localStorage.setItem('headroom-person', 'Kim'));
  await page.goto(base + path);
  const close = async () => {
    await context.close();
    expect(problems()).toEqual([]);
  };
  return { page, close };
}

const tableOf = (page: Page, caption: string) => page.locator(`table:has(caption:text-is("${caption}"))`);
const textsOf = (page: Page, caption: string) =>
  tableOf(page, caption)
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => row.textContent ?? ''));

describe('a run by hand, from its start to its end', () => {
  it('is started, gets batches, is finished, renamed and deleted in the browser', async () => {
    const { page, close } = await open('/');
    // Keys are heard once the page's own data are there.
    await page.locator('table:has-text("qwen-rust")').first().waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    await page.waitForURL('**/runs**');
    await page.getByRole('button', { name: 'Start a run' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await dialog.getByText('Give it a name').waitFor();
    await dialog.getByLabel('Name').fill('e2e by hand');
    await dialog
      .getByRole('button', { name: /^qwen$|^qwen ·/ })
      .first()
      .click();
    await dialog.getByLabel('Labels').fill('input=batch_5k.jsonl');
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await page.waitForURL(/\/runs\/\d+$/);
    const id = Number(new URL(page.url()).pathname.split('/').at(-1));
    expect(await runOf(id)).toMatchObject({
      name: 'e2e by hand',
      labels: { input: 'batch_5k.jsonl' },
      state: 'running',
    });
    await page.getByText('No batch yet. Its numbers').waitFor();
    await page.getByRole('button', { name: 'Begin batch 1' }).click();
    await page.getByRole('button', { name: 'End batch 1' }).click();
    await page.getByRole('button', { name: 'Begin batch 2' }).click();
    await page.getByRole('button', { name: 'End batch 2' }).waitFor();
    await page.goto(`${base}/runs`);
    await expect.poll(() => textsOf(page, 'Running runs')).toEqual([expect.stringContaining('e2e by hand')]);
    await page.getByRole('link', { name: 'e2e by hand' }).click();
    // The list has a filter that is called "Finished".
    const finish = page.getByRole('button', { name: 'Finish', exact: true });
    await finish.click();
    await finish.waitFor({ state: 'detached' });
    // The button is no longer there while it is asked for, too.
    const finished = await until(async () => {
      const run = await runOf(id);
      return run.state === 'finished' && run;
    });
    expect(finished.batches.map(({ endedAtMs }) => typeof endedAtMs)).toEqual(['number', 'number']);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: /Change/ }).click();
    await dialog.getByLabel('Notes').fill('with a new driver');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.locator('section[aria-label="In short"]').getByText('with a new driver').waitFor();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL('**/runs');
    await until(async () => (await runsOf()).every((run) => run.id !== id));
    await expect.poll(() => textsOf(page, 'Finished runs')).not.toContainEqual(expect.stringContaining('e2e by hand'));
    await close();
  });
});

describe('a run that somebody else deletes', () => {
  it('is no longer shown, with nothing left to press', async () => {
    const { page, context } = await openPage(browser);
    const { id } = await send<RunDetail>('POST', '/runs', { name: 'deleted elsewhere', targets: ['qwen'] });
    await page.goto(`${base}/runs/${id}`);
    await page.getByRole('button', { name: 'Begin batch 1' }).waitFor();
    await send('DELETE', `/runs/${id}`);
    await page.getByText(`There is no run ${id} any more`).waitFor();
    expect(await page.getByRole('button', { name: /Begin batch|Finish/ }).count()).toBe(0);
    expect(await page.getByText('Criteria').count()).toBe(0);
    await context.close();
  });
});

describe('the page of a run', () => {
  it.each([
    ['Markdown, to read', /\.md$/],
    ['JSON, everything', /\.json$/],
    ['CSV, a row a batch', /\.csv$/],
  ])('hands out its report: %s', async (item, fileName) => {
    const { page, close } = await open(`/runs/${three.id}`);
    await page.getByRole('button', { name: 'Report' }).click();
    const waiting = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: item }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toMatch(fileName);
    expect(await readFile(await download.path(), 'utf8')).toMatch(/e2e three batches|batch 3/);
    await close();
  });

  it('leads from a batch to the panels of its engine, cut to its time', async () => {
    const { page, close } = await open(`/runs/${three.id}`);
    await page.getByRole('button', { name: 'Panels of batch 2' }).click();
    await page.getByRole('link', { name: 'Throughput', exact: true }).last().click();
    await page.waitForURL('**/throughput**');
    const { searchParams } = new URL(page.url());
    expect(searchParams.get('on')).toBe(String(fleet.engine('qwen')));
    const [from, to] = [Date.parse(searchParams.get('from') ?? ''), Date.parse(searchParams.get('to') ?? '')];
    expect(from).toBeLessThanOrEqual(three.batches[1]?.startedAtMs ?? 0);
    expect(to).toBeGreaterThanOrEqual(three.batches[1]?.endedAtMs ?? Number.POSITIVE_INFINITY);
    await page.locator('[role=slider]').first().waitFor();
    await close();
  });

  it('a run that is not there is said, not an empty page', async () => {
    const { page, context, problems } = await openPage(browser);
    await page.goto(`${base}/runs/999999`);
    await page.getByText('There is no run 999999').waitFor();
    await context.close();
    expect(problems().filter((text) => !text.includes('404'))).toEqual([]);
  });
});

describe('the list and the comparison', () => {
  it('filters are the URL; what is chosen is compared', async () => {
    const { page, close } = await open(`/runs?origin=detected&engine=${fleet.engine('qwen')}`);
    await page.getByRole('button', { name: 'Clear' }).first().click();
    await expect.poll(() => new URL(page.url()).search).toBe('');
    await page.getByRole('button', { name: 'Finished' }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('state')).toBe('finished');
    await page.getByLabel(`Compare ${three.name}`).check();
    await page.getByLabel(`Compare ${one.name}`).check();
    await page.getByRole('link', { name: 'Compare 2' }).click();
    await page.waitForURL(`**/runs/compare?ids=${three.id},${one.id}`);
    await expect.poll(() => textsOf(page, 'Criteria side by side')).toHaveLength(CHECKS.length);
    await page.locator('section[aria-label="Throughput over each other"]').getByLabel('View as table').click();
    expect(await textsOf(page, 'Throughput over each other')).toHaveLength(3);
    await expectFits(page, 'compare');
    expect(await unnamed(page)).toEqual([]);
    await close();
  });
});

/** What a demo cannot show in a minute: the answers of the contract, made by the real criteria and the real verdict. */
describe('evidence', () => {
  async function openView(run: RunDetail): Promise<{ page: Page; close: () => Promise<void> }> {
    const { page, context, problems } = await openPage(browser);
    await page.route(`**/api/v1/runs/${run.id}`, (route) => route.fulfill({ json: run }));
    await page.goto(`${base}/runs/${run.id}`);
    const close = async () => {
      await context.close();
      expect(problems()).toEqual([]);
    };
    return { page, close };
  }

  it('a leak: verdict, slope, interval, time to limit, the process that grew, floors as CSV', async () => {
    const run = runView({ ...LEAKING, id: 900_001 });
    const { page, close } = await openView(run);
    const card = page.locator('section', { has: page.getByRole('heading', { name: /^Leak verdict/ }) }).last();
    await expect.poll(() => card.textContent()).toContain('it grows steadily and nothing gives it back');
    const text = (await card.textContent()) ?? '';
    expect(text).toMatch(/143 MiB\/batch \(95 %: [\d.]+ MiB to [\d.]+ MiB\)/);
    expect(text).toMatch(/in about .+, between .+ and .+/);
    expect(text).toContain('python3 (4242) grew by 572 MiB, 98% of the growth');
    expect(text).toContain('+572 MiB to reserved');
    const waiting = page.waitForEvent('download');
    await card.getByRole('button', { name: 'Floors' }).click();
    const csv = await readFile(await (await waiting).path(), 'utf8');
    const bytes = run.gpus[0]?.leak.floors.map((floor) => String(floor.bytes));
    expect(
      csv
        .trimEnd()
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(',')[1]),
    ).toEqual(bytes);
    await expectFits(page, 'a leaking run');
    expect(await unnamed(page)).toEqual([]);
    await close();
  });

  it('fifty batches on eight GPUs fit every width; the one that leaks comes first, the others on demand', async () => {
    const levels = Array.from({ length: 8 }, (_, gpu) =>
      Array.from(
        { length: 51 },
        (_, batch) => 10.35 + (gpu === 3 ? 0.02 * batch : 0) + ((batch * 13 + gpu) % 3) * 0.01,
      ),
    );
    const rates = Array.from({ length: 50 }, (_, batch) => (batch === 20 ? null : 0.2 - ((batch * 7) % 5) * 0.006));
    const { page, close } = await openView(runView({ id: 900_002, name: 'fifty', rates, levels }));
    await expect.poll(() => textsOf(page, 'Batches').then((rows) => rows.length)).toBe(50);
    const verdicts = page.getByRole('heading', { name: /^Leak verdict/ });
    expect(await verdicts.allTextContents()).toEqual(['Leak verdict: gpu-01 · GPU 3']);
    await page.getByRole('button', { name: 'Show the 7 GPUs without a leak' }).click();
    await expect.poll(() => verdicts.count()).toBe(8);
    await expectFits(page, 'fifty batches');
    await close();
  });
});
