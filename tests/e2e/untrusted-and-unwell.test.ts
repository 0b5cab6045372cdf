import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Subject } from '#lib/api/subjects.ts';
import { subjectsOf, targetsOf } from '#tests/e2e/api.ts';
import { launchBrowser, openPage, type WatchedPage } from '#tests/e2e/browser.ts';
import { type Headroom, startHeadroom } from '#tests/e2e/headroom-process.ts';
import { type PageExporter, startPageExporter, vllmPage } from '#tests/e2e/page-exporter.ts';
import { until } from '#tests/until.ts';

/** What runs when a page takes text for markup. */
const EVIL = '<img src=x onerror=alert(1)>';
const FORMULA = '=cmd|calc';

function hostilePage(polls: number): string {
  const labels = `engine="0",model_name="${FORMULA} ${EVIL}"`;
  const bucket = (le: string, count: number) =>
    `vllm:time_to_first_token_seconds_bucket{${labels},le="${le}"} ${count}`;
  return [
    `# HELP vllm:num_requests_running ${EVIL}`,
    '# TYPE vllm:num_requests_running gauge',
    `vllm:num_requests_running{${labels}} ${polls % 7}`,
    `vllm:num_requests_waiting{${labels}} 0`,
    `vllm:kv_cache_usage_perc{${labels}} 0.5`,
    '# TYPE vllm:time_to_first_token_seconds histogram',
    bucket(EVIL, polls),
    bucket('1', polls),
    bucket('+Inf', polls),
    `# TYPE vllm:unheard_of gauge`,
    `vllm:unheard_of{a="${EVIL}"} 1`,
    `${EVIL} 1`,
    '',
  ].join('\n');
}

let exporter: PageExporter;
let headroom: Headroom;
let browser: Browser;
let watched: WatchedPage;
let page: Page;
let dir = '';

beforeAll(async () => {
  let polls = 0;
  const counted = (print: (count: number) => string) => (response: ServerResponse) => {
    polls++;
    response.setHeader('Content-Type', 'text/plain; version=0.0.4').end(print(polls));
  };
  exporter = await startPageExporter({
    '/well': counted((count) => vllmPage({ running: count % 7, tokens: count * 10 })),
    '/hostile': counted(hostilePage),
    '/frozen': vllmPage({ running: 5, kv: 0.99, tokens: 100 }),
    '/falls': vllmPage({ running: 5, kv: 0.98, tokens: 100 }),
  });
  dir = await mkdtemp(path.join(os.tmpdir(), 'headroom-config-'));
  const file = path.join(dir, 'headroom.yaml');
  const names = ['well', 'hostile', 'frozen', 'falls', 'never'];
  const lines = names.map((name) => `  - {name: ${name}, url: "${exporter.url(`/${name}`)}", interval: 1s}`);
  await writeFile(file, `targets:\n${lines.join('\n')}\n`);
  [headroom, browser] = await Promise.all([startHeadroom({ args: ['--config', file] }), launchBrowser()]);
  watched = await openPage(browser);
  page = watched.page;
  await stateOf('falls', 'ok');
  exporter.set('/falls', (response) => response.socket?.destroy());
});
afterAll(async () => {
  await browser.close();
  await headroom.dispose();
  await exporter.close();
  await rm(dir, { recursive: true, force: true });
});

/** The subject of a target, once it is in this state. */
async function stateOf(target: string, state: Subject['health']['state']): Promise<Subject> {
  return until(async () => {
    const subject = (await subjectsOf(headroom.url)).find((one) => one.target.name === target);
    return subject?.health.state === state && subject;
  });
}

describe('an exporter that wants to run scripts', () => {
  const paths = ['fleet', 'engine', 'target'] as const;

  it.each(paths)('cannot on the page %s: its names are text', async (name) => {
    const subject = await stateOf('hostile', 'ok');
    const target = (await targetsOf(headroom.url)).find((one) => one.name === 'hostile')?.id;
    const at = {
      fleet: '/',
      engine: `/engines/${subject.id}`,
      target: `/targets/${target}`,
    };
    await page.goto(headroom.url + at[name]);
    await page
      .locator(name === 'fleet' ? 'table' : name === 'target' ? 'dl' : '[role=slider]')
      .first()
      .waitFor();
    if (name === 'target') {
      for (const summary of await page.locator('summary').all()) await summary.click();
    }
    expect(await page.locator('main').textContent()).toContain('<img src=x onerror');
    expect(await page.locator('img').count()).toBe(0);
    expect(watched.problems()).toEqual([]);
  });

  it('cannot in the tooltip of a chart', async () => {
    const subject = await stateOf('hostile', 'ok');
    await page.goto(`${headroom.url}/engines/${subject.id}`);
    const chart = page.getByRole('slider', { name: 'Crosshair of Waiting requests' });
    await chart.focus();
    await page.keyboard.press('End');
    expect(await chart.locator('table').textContent()).toContain('<img src=x onerror');
    expect(await page.locator('img').count()).toBe(0);
    expect(watched.problems()).toEqual([]);
  });

  it('cannot put a formula into a spreadsheet, in no cell of the header', async () => {
    const panel = page.locator('section[aria-label="Waiting requests"]');
    const waiting = page.waitForEvent('download');
    await panel.getByRole('button', { name: 'Download CSV' }).click();
    const [head] = (await readFile(await (await waiting).path(), 'utf8')).split('\r\n');
    expect(head).toContain('cmd|calc');
    expect(head).not.toMatch(/(^|,)"?[=+@-]/);
  });

  it('has its bad lines counted and shown, and loses only them', async () => {
    const target = (await targetsOf(headroom.url)).find((one) => one.name === 'hostile');
    expect(target?.recognised?.problemCount).toBeGreaterThan(0);
    await page.goto(`${headroom.url}/targets/${target?.id}`);
    await page.getByText(/Lines that were lost \(\d+\)/).waitFor();
  });
});

describe('what cannot be trusted looks it, each in its own way', () => {
  it('down, frozen and never answered have their own word, shape and reason', async () => {
    await Promise.all([stateOf('falls', 'down'), stateOf('frozen', 'frozen')]);
    await page.goto(headroom.url);
    const row = (name: string) => page.locator('tr', { has: page.getByRole('link', { name, exact: true }) });
    await expect.poll(() => row('falls').textContent()).toContain('Down');
    await expect.poll(() => row('frozen').textContent()).toContain('Frozen');
    const shapes = await Promise.all(
      ['well', 'falls', 'frozen'].map((name) => row(name).locator('svg').first().innerHTML()),
    );
    expect(new Set(shapes).size).toBe(3);
    const line = page.getByRole('list', { name: 'State of the fleet' });
    await expect
      .poll(() => line.textContent())
      .toMatch(/never: .*connection|never: .*network|never: no poll has succeeded/);
    expect(await line.textContent()).toMatch(/falls: last sample .* ago \(expected every 1 s\)/);
    expect(await line.textContent()).toMatch(/frozen: .*values have not changed/);
  });

  it('their last values are no present values and win no place in the fleet line', async () => {
    const line = page.getByRole('list', { name: 'State of the fleet' });
    await expect.poll(() => line.textContent()).toMatch(/KV cache highest 50% on hostile/);
    const falls = page.locator('tr', { has: page.getByRole('link', { name: 'falls', exact: true }) });
    expect(await falls.getAttribute('class')).toContain('hatched');
    expect(await falls.textContent()).not.toContain('98%');
  });

  it('the engine page says since when and why, and takes the colour away', async () => {
    const { id } = await stateOf('falls', 'down');
    await page.goto(`${headroom.url}/engines/${id}`);
    await expect.poll(() => page.locator('main').textContent()).toMatch(/Down.*last sample .* ago/);
    const panel = page.locator('section[aria-label="KV cache used"]');
    await panel.waitFor();
    expect(await panel.evaluate((element) => getComputedStyle(element.closest('.not-now') ?? element).filter)).toBe(
      'grayscale(1)',
    );
  });

  it('without a collector the numbers are stale, and say that nobody polls', async () => {
    await page.goto(headroom.url);
    const { processes } = (await (await fetch(`${headroom.url}/api/v1/health`)).json()) as {
      processes: { name: string; pid: number }[];
    };
    const collector = processes.find(({ name }) => name === 'collector')?.pid ?? 0;
    process.kill(collector, 'SIGSTOP');
    try {
      await stateOf('well', 'stale');
      await expect
        .poll(() => page.locator('tr', { hasText: 'well' }).textContent(), { timeout: 30_000 })
        .toContain('Stale');
      await page.locator('tr', { hasText: 'well' }).locator('[title*="no collector polls it"]').first().waitFor();
    } finally {
      process.kill(collector, 'SIGCONT');
    }
    await stateOf('well', 'ok');
  });

  it('a Headroom that does not answer is a banner with the time of the last contact, above the last numbers', async () => {
    await page.goto(headroom.url);
    await page.locator('tr', { hasText: 'well' }).waitFor();
    await page.route('**/api/v1/**', (route) => route.abort('connectionrefused'));
    const notices = page.locator('section[aria-label="Notices"]');
    await expect
      .poll(() => notices.textContent(), { timeout: 40_000 })
      .toMatch(/Headroom does not answer.*last contact/);
    expect(await page.locator('tr', { hasText: 'well' }).count()).toBe(1);
    await page.unroute('**/api/v1/**');
    await notices.getByRole('button', { name: 'Retry now' }).click();
    await expect.poll(() => notices.textContent()).not.toContain('does not answer');
  });
});
