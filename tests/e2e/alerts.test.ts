import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { AlertDetail, AlertList } from '#lib/api/alerts.ts';
import { getJson, readyFleet } from '#tests/e2e/api.ts';
import { launchBrowser, openPage } from '#tests/e2e/browser.ts';
import { until } from '#tests/until.ts';

const base = inject('demoUrl');
const RULE = 'E2eQueueKnown';
let browser: Browser;

/** A rule that holds on every engine from the first poll on: the tests need alerts, not a scenario. */
beforeAll(async () => {
  [browser] = await Promise.all([launchBrowser(), readyFleet(base)]);
  await send('POST', '/rules', {
    id: RULE,
    title: 'E2E: KV cache is known',
    expr: 'kv_cache_utilization >= 0%',
    severity: 'critical',
    remedy: 'Do nothing, this is a test.',
    cause: 'A test wants it.',
  });
  await until(async () => (await alertsOf('state=firing')).length >= 6);
});
afterAll(async () => {
  await send('DELETE', `/rules/${RULE}`);
  await browser.close();
});

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const response = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'headroom-person': 'Zoe' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok && response.status !== 409) throw new Error(`${path}: ${await response.text()}`);
  return response;
}

const alertsOf = async (query: string) => (await getJson<AlertList>(base, `/alerts?rule=${RULE}&${query}`)).items;
const detailOf = (id: number) => getJson<AlertDetail>(base, `/alerts/${id}`);

/** A page of somebody with a name, so that acks can be told apart. */
async function open(path: string, person = 'Kim Łę'): Promise<{ page: Page; close: () => Promise<void> }> {
  const { page, context, problems } = await openPage(browser);
  await context.addInitScript((name) => localStorage.setItem('headroom-person', name), person);
  await page.goto(base + path);
  const close = async () => {
    await context.close();
    expect(problems().filter((text) => !text.includes('409'))).toEqual([]);
  };
  return { page, close };
}

const rows = (page: Page) => page.locator('[role=row][id^=alert-]');

describe('from the alert to its end, by keyboard', () => {
  it('the list shows it first, opens it, and an ack with a note is there after a reload', async () => {
    const { page, close } = await open(`/alerts?rule=${RULE}`);
    await rows(page).first().waitFor();
    await page.keyboard.press('j');
    const id = Number((await page.locator('[role=grid]').getAttribute('aria-activedescendant'))?.replace('alert-', ''));
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/alerts/${id}`);
    // The four questions are answered without a click.
    const short = page.locator('section[aria-label="In short"]');
    await expect.poll(() => short.textContent()).toContain('limit 0%');
    expect(await short.textContent()).toContain('Nobody yet');
    expect(await short.textContent()).toContain('Do nothing, this is a test.');
    expect(await page.title()).toMatch(/E2E: KV cache is known: KV cache used [\d.]+%, limit 0%/);
    await page.keyboard.press('a');
    await page.keyboard.type('restarted the engine');
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => short.textContent()).toContain('Acked by Kim Łę: restarted the engine');
    await page.reload();
    await expect.poll(() => short.textContent()).toContain('restarted the engine');
    await expect.poll(() => page.getByRole('heading', { name: 'Timeline' }).count()).toBe(1);
    expect(await page.locator('ol').textContent()).toContain('Kim Łę acknowledged');
    expect(await detailOf(id)).toMatchObject({ owner: 'Kim Łę', handling: { state: 'acked' } });
    await close();
  });

  it('the second of two is told who was faster, and keeps what was typed', async () => {
    const [alert] = (await alertsOf('state=firing&handling=open')).toReversed();
    const { page, close } = await open(`/alerts/${alert!.id}`);
    await page.locator('section[aria-label="In short"]').waitFor();
    await page.keyboard.press('a');
    await page.keyboard.type('my long note');
    await send('POST', `/alerts/${alert!.id}/ack`, { note: 'mine', version: (await detailOf(alert!.id)).version });
    await page.keyboard.press('Control+Enter');
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.textContent()).toMatch(/Already acked by Zoe \d+ (ms|s) ago/);
    expect(await dialog.locator('textarea').inputValue()).toBe('my long note');
    expect((await detailOf(alert!.id)).ack?.note).toBe('mine');
    await page.keyboard.press('Escape');
    await close();
  });

  it('a twin is muted with a preview of what that hits, and says why it is quiet', async () => {
    const [alert] = await alertsOf('state=firing&handling=open');
    const { page, close } = await open(`/alerts?rule=${RULE}&handling=open`);
    await page.locator(`#alert-${alert!.id} input`).check();
    await page.keyboard.press('m');
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.textContent()).toContain('Mutes 1 open alert now');
    await dialog.getByLabel('Why').fill('twin of the first');
    await dialog.getByRole('button', { name: 'Mute', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.goto(`${base}/alerts/${alert!.id}`);
    const short = page.locator('section[aria-label="In short"]');
    await expect.poll(() => short.textContent()).toContain('silenced by Kim Łę: twin of the first');
    await page.goto(`${base}/silences`);
    await page.getByText('twin of the first').waitFor();
    await page.getByRole('button', { name: 'End now' }).first().click();
    await page.getByText('Nothing is muted').waitFor();
    await close();
  });

  it('after an ack the cursor is on the next alert, so that a row of them is worked off with one key', async () => {
    const { page, close } = await open(`/alerts?rule=${RULE}`);
    await rows(page).first().waitFor();
    const grid = page.locator('[role=grid]');
    const [first, second] = await rows(page).evaluateAll((all) => all.slice(0, 2).map(({ id }) => id));
    await page.keyboard.press('j');
    expect(await grid.getAttribute('aria-activedescendant')).toBe(first);
    await page.keyboard.press('a');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => grid.getAttribute('aria-activedescendant')).toBe(second);
    await close();
  });

  it('all that match are acknowledged at once, after the count was seen', async () => {
    const { page, close } = await open(`/alerts?rule=${RULE}`);
    await rows(page).first().waitFor();
    await page.keyboard.press('*');
    await page.getByRole('toolbar', { name: 'Selected alerts' }).waitFor();
    await page.keyboard.press('a');
    await page.keyboard.type('all of them');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await alertsOf('state=firing&handling=open')).toEqual([]);
    await close();
  });
});

describe('the list is its URL', () => {
  it('groups lift common labels, and a copied address shows the same', async () => {
    const { page, close } = await open(`/alerts?rule=${RULE}&group=rule`);
    await expect.poll(() => page.locator('[role=row]').nth(1).textContent()).toContain('E2E: KV cache is known');
    await page.getByLabel(/Filter by labels/).fill('host=gpu-01, nonsense');
    await page.getByText('expected label=value').waitFor();
    await page.getByLabel(/Filter by labels/).fill('host=gpu-01');
    const count = (await alertsOf('match=host%3Dgpu-01')).length;
    await expect.poll(() => rows(page).count()).toBe(count);
    const copied = page.url();
    const other = await open(copied.slice(base.length));
    await expect.poll(() => rows(other.page).count()).toBe(count);
    await other.close();
    await close();
  });
});

describe('the rule editor', () => {
  it('names the error and the nearest signal, then checks, backtests and saves; a pack rule is put back', async () => {
    const { page, close } = await open('/rules/KvCacheCritical');
    const field = page.getByLabel('Fires when', { exact: true });
    await field.fill('kv_cache_utilisation >= 95%');
    const fix = page.getByRole('button', { name: 'Use kv_cache_utilization' });
    await fix.waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await fix.click();
    expect(await field.inputValue()).toBe('kv_cache_utilization >= 95%');
    await page.getByText(/Holds right now on/).waitFor();
    await page.getByText('vllm:kv_cache_usage_perc').first().waitFor();
    await field.fill('kv_cache_utilization >= 1%');
    await page.getByRole('button', { name: '6 h' }).click();
    const run = page.getByRole('button', { name: 'Run' });
    await expect.poll(() => run.isEnabled()).toBe(true);
    await run.click();
    await page.getByText(/would have fired \d+ times?/i).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('changed by Kim Łę').waitFor();
    await page.getByRole('button', { name: 'Reset to the pack' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click();
    await expect.poll(() => field.inputValue()).toBe('kv_cache_utilization >= 90%');
    await close();
  });
});

describe('everywhere', () => {
  it('navigation, tab and fleet page say how many nobody has', async () => {
    const [alert] = await alertsOf('state=firing&handling=acked');
    await send('POST', `/alerts/${alert!.id}/unack`, { version: (await detailOf(alert!.id)).version });
    const { page, close } = await open('/');
    await expect.poll(() => page.title()).toMatch(/^\(\d+\) Fleet/);
    await expect.poll(() => page.locator('nav a[href^="/alerts"]').first().textContent()).toMatch(/Alerts\d+/);
    await page.getByText(/^Firing \(\d+, \d+ nobody has\)/).waitFor();
    expect(await page.locator('link[rel=icon][href^="data:image/svg"]').count()).toBe(1);
    await close();
  });

  it('alert spans and live limits are on the panels, and in their tables', async () => {
    const { page, close } = await open('/kv-cache');
    const panel = page.locator('section[aria-label="KV cache used"]');
    await panel
      .locator('svg title', { hasText: 'Critical: E2E: KV cache is known' })
      .first()
      .waitFor({ state: 'attached' });
    await expect.poll(() => panel.textContent()).toContain('KV cache nearly full');
    await panel.getByRole('button', { name: 'View as table' }).click();
    await expect.poll(() => panel.locator('table').first().textContent()).toContain('E2E: KV cache is known');
    await close();
  });

  it('a channel that cannot be reached shows the real answer of the test', async () => {
    const { page, close } = await open('/channels');
    await page.getByRole('button', { name: 'New channel' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('e2e hook');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Address is needed').waitFor();
    await dialog.getByLabel('Address').fill('http://127.0.0.1:9/hook');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('The receiver did not take it').waitFor();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nobody is told').waitFor();
    await close();
  });
});
