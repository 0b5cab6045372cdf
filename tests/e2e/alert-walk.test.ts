import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertDetail, AlertList } from '#lib/api/alerts.ts';
import type { Notification } from '#lib/api/notification.ts';
import type { Health } from '#lib/api/system.ts';
import { getJson } from '#tests/e2e/api.ts';
import { launchBrowser, openPage } from '#tests/e2e/browser.ts';
import { type Headroom, startHeadroom } from '#tests/e2e/headroom-process.ts';
import { type PageExporter, startPageExporter } from '#tests/e2e/page-exporter.ts';
import { answer, type Receiver, startReceiver } from '#tests/receiver.ts';
import { HAS_PROMTOOL, promtool } from '#tests/rules/promtool.ts';
import { until } from '#tests/until.ts';

const RULE = 'WalkFull';
let dir: string;
let exporter: PageExporter;
let receiver: Receiver;
let other: Receiver;
let headroom: Headroom;
let browser: Browser;

/** Two engines of one target whose cache is as full as a test wants. */
let fill = 0.2;
let reads = 0;
function printPage(): string {
  const rows = (metric: string, value: number) => [
    `# TYPE ${metric} gauge`,
    ...['0', '1'].map((engine) => `${metric}{model_name="tiny",engine="${engine}"} ${value}`),
  ];
  return [...rows('vllm:kv_cache_usage_perc', fill), ...rows('vllm:num_requests_running', 1 + (reads++ % 5)), ''].join(
    '\n',
  );
}

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'headroom-walk-'));
  exporter = await startPageExporter({
    '/metrics': (response) => response.setHeader('Content-Type', 'text/plain; version=0.0.4').end(printPage()),
  });
  [receiver, other] = [await startReceiver(), await startReceiver()];
  const config = path.join(dir, 'headroom.yaml');
  await writeFile(
    config,
    `targets:
  - {name: walk, source: vllm, url: "${exporter.url('/metrics')}", interval: 1s}
rules: {packs: []}
channels:
  - {name: ops, kind: webhook, url: "${receiver.url}"}
  - {name: second, kind: webhook, url: "${other.url}"}
`,
  );
  [headroom, browser] = await Promise.all([startHeadroom({ args: ['--config', config] }), launchBrowser()]);
  await send('POST', '/rules', {
    id: RULE,
    title: 'Walk: KV cache full',
    expr: 'kv_cache_utilization >= 90%',
    for: '0s',
    keep_firing_for: '0s',
    severity: 'critical',
    remedy: 'Send less.',
  });
});
afterAll(async () => {
  await browser?.close();
  await headroom?.dispose();
  await Promise.all([exporter?.close(), receiver?.close(), other?.close()]);
  await rm(dir, { recursive: true, force: true });
});

async function send(method: string, route: string, body?: unknown): Promise<void> {
  const response = await fetch(`${headroom.url}/api/v1${route}`, {
    method,
    headers: { 'content-type': 'application/json', 'headroom-person': 'Zoe' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${route}: ${await response.text()}`);
}

const alertsOf = async (query: string) => (await getJson<AlertList>(headroom.url, `/alerts?${query}`)).items;
const detailOf = (id: number) => getJson<AlertDetail>(headroom.url, `/alerts/${id}`);
const messages = (of: Receiver) => of.received.map(({ body }) => JSON.parse(body) as Notification);
const firing = () => until(async () => (await alertsOf(`rule=${RULE}&state=firing`)).length === 2);
const calm = () => until(async () => (await alertsOf(`rule=${RULE}`)).length === 0);

async function open(href: string): Promise<{ page: Page; close: (expected?: RegExp) => Promise<void> }> {
  const { page, context, problems } = await openPage(browser);
  await context.addInitScript(() => localStorage.setItem('headroom-person', 'Kim'));
  await page.goto(href.startsWith('http') ? href : headroom.url + href);
  const close = async (expected?: RegExp) => {
    await context.close();
    expect(problems().filter((text) => expected?.test(text) !== true)).toEqual([]);
  };
  return { page, close };
}
const inShort = (page: Page) => page.locator('section[aria-label="In short"]');

describe('one night', () => {
  it('from the link in the message to the note in the history of the next episode, by keyboard', async () => {
    fill = 0.95;
    await firing();
    const message = await until(() => messages(receiver).find(({ kind }) => kind === 'firing') ?? null);
    const [told] = message.alerts;
    const { page, close } = await open(told?.url ?? '');
    await expect.poll(() => inShort(page).textContent()).toContain('95%');
    expect(await inShort(page).textContent()).toContain('Send less.');
    await page.keyboard.press('a');
    await page.keyboard.type('one prompt loops, told the team');
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => inShort(page).textContent()).toContain('Acked by Kim: one prompt loops');
    await page.reload();
    await expect.poll(() => inShort(page).textContent()).toContain('Acked by Kim: one prompt loops');
    await until(() => messages(receiver).some(({ kind }) => kind === 'acked'));

    fill = 0.2;
    await calm();
    await page.reload();
    await expect.poll(() => inShort(page).textContent()).toContain('recovered');
    await expect.poll(() => page.locator('ol').textContent()).toContain('Kim acknowledged: one prompt loops');
    await page.goto(`${headroom.url}/alerts?state=resolved&rule=${RULE}`);
    await page.locator(`#alert-${told?.id}`).waitFor();

    fill = 0.95;
    await firing();
    const again = (await alertsOf(`rule=${RULE}&state=firing`)).find(
      ({ subjectName }) => subjectName === told?.subject,
    );
    await page.goto(`${headroom.url}/alerts/${again?.id}`);
    await page.getByText('one prompt loops, told the team').waitFor();
    expect(again?.id).not.toBe(told?.id);
    expect(again?.ack).toBeNull();
    await close();
  });

  it('the twin is silenced with a preview that names it and not the other', async () => {
    await firing();
    const [alert, twin] = await alertsOf(`rule=${RULE}&state=firing`);
    const { page, close } = await open(`/alerts/${twin?.id}`);
    await inShort(page).waitFor();
    await page.keyboard.press('m');
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.textContent()).toContain('Mutes 1 open alert now');
    expect(await dialog.getByRole('link').getAttribute('href')).toBe(`/alerts/${twin?.id}`);
    await dialog.getByLabel('Why').fill('same prompt');
    await dialog.getByRole('button', { name: 'Mute', exact: true }).click();
    await expect.poll(() => inShort(page).textContent()).toContain('silenced by Kim: same prompt');
    expect((await detailOf(alert?.id ?? 0)).handling.state).toBe('open');
    await close();
  });

  it('muting all that a filter lists takes the whole filter, and says what it cannot look at', async () => {
    const { page, close } = await open(`/alerts?rule=${RULE}&severity=critical&handling=open`);
    await page.locator('[role=row][id^=alert-]').first().waitFor();
    await page.keyboard.press('*');
    await page.keyboard.press('m');
    const dialog = page.getByRole('dialog');
    await expect
      .poll(() => dialog.getByRole('textbox', { name: 'What' }).inputValue())
      .toBe(`rule=${RULE}, severity=critical`);
    await dialog.getByText('It also mutes what your list leaves out by who has it (open)').waitFor();
    await expect.poll(() => dialog.textContent()).toContain('Mutes 2 open alerts now');
    await page.keyboard.press('Escape');
    await close();
  });
});

describe('a maintenance window', () => {
  it('mutes while it is open, says so on the alert, and is switched off and removed', async () => {
    await firing();
    const [alert] = await alertsOf(`rule=${RULE}&state=firing&handling=open`);
    const { page, close } = await open('/silences');
    await page.getByRole('button', { name: 'New window' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Give it a name').waitFor();
    await dialog.getByLabel('Name').fill('Rack move');
    await dialog.getByRole('textbox', { name: 'What' }).fill(`rule=${RULE}`);
    for (const day of ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])
      await dialog.getByRole('button', { name: day, exact: true }).click();
    await dialog.getByLabel('At', { exact: true }).fill('00:00');
    await dialog.getByLabel('For, hours').fill('24');
    await expect.poll(() => dialog.textContent()).toContain('Mutes 2 open alerts now');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Open until').waitFor();
    await page.goto(`${headroom.url}/alerts/${alert?.id}`);
    await expect.poll(() => inShort(page).textContent()).toContain('maintenance: Rack move');
    await page.goto(`${headroom.url}/silences`);
    await page.getByRole('switch', { name: 'Rack move is in use' }).click();
    await page.getByText('Closed').waitFor();
    await until(async () => (await detailOf(alert?.id ?? 0)).handling.state === 'open');
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No window.').waitFor();
    await close();
  });
});

describe('a message that was lost', () => {
  it('is sent again by hand from the alert; the channel was an alert meanwhile', async () => {
    fill = 0.2;
    await calm();
    await until(async () => (await getJson<Health>(headroom.url, '/health')).parts.outbox.detail === 'nothing waits');
    const before = receiver.received.length;
    receiver.answerNext(answer(404, 'no such hook'));
    fill = 0.95;
    await firing();
    await until(() => receiver.received.length > before);
    const [alert] = await alertsOf(`rule=${RULE}&state=firing&handling=open`);
    const { page, close } = await open(`/alerts/${alert?.id}`);
    await page.getByText('no such hook').first().waitFor();
    const [lost] = await until(async () => {
      const found = await alertsOf('rule=ChannelLosesMessages');
      return found.length > 0 && found;
    });
    await page.goto(`${headroom.url}/alerts/${lost?.id}`);
    await expect.poll(() => page.title()).toContain('Channel loses messages');
    await expect.poll(() => page.locator('ol').textContent()).toContain('Fires at 1: HTTP 404: no such hook');
    await expect.poll(() => page.textContent('main')).toContain('it is about this very channel');
    expect(messages(other).some(({ alerts }) => alerts[0]?.id === lost?.id)).toBe(true);
    await page.goto(`${headroom.url}/alerts/${alert?.id}`);
    await page.getByRole('button', { name: 'Send again' }).first().click();
    await page.getByText('It is sent again, under its old id').waitFor();
    await page.getByRole('button', { name: 'Send again' }).waitFor({ state: 'detached' });
    await until(async () => (await detailOf(lost?.id ?? 0)).endReason === 'recovered');
    // While a channel loses messages the installation is not well, and says so.
    await close(/^503 .*\/health$|status of 503/);
  });
});

describe('rules', () => {
  it('a changed threshold is tested on what was stored before it is saved', async () => {
    const { page, close } = await open(`/rules/${RULE}`);
    const backtest = async (expr: string): Promise<string> => {
      await page.getByLabel('Fires when', { exact: true }).fill(expr);
      const run = page.getByRole('button', { name: 'Run' });
      await expect.poll(() => run.isEnabled()).toBe(true);
      await run.click();
      await page.getByText('Of the rule before your last change').waitFor({ state: 'detached' });
      return (await page.getByRole('status').filter({ hasText: /would/i }).textContent()) ?? '';
    };
    await page.getByRole('button', { name: '6 h' }).click();
    expect(await backtest('kv_cache_utilization >= 90%')).toMatch(/would have fired ([4-9]|\d\d) times/i);
    expect(await backtest('kv_cache_utilization >= 99%')).toMatch(/would not have fired/i);
    expect((await detailOf((await alertsOf(`rule=${RULE}`))[0]?.id ?? 0)).ruleText.expr).toContain('90%');
    await close();
  });

  it('are written with suggestions, by keyboard', async () => {
    const { page, close } = await open('/rules/new');
    const field = page.getByLabel('Fires when', { exact: true });
    await field.click();
    await page.keyboard.type('kv_cache_ut');
    const list = page.getByRole('listbox', { name: 'Suggestions' });
    await expect.poll(() => list.textContent()).toContain('KV cache used · ratio');
    const active = await field.getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${active}"]`).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Enter');
    await list.waitFor({ state: 'detached' });
    await page.keyboard.type(' > 90% and av');
    await page.keyboard.press('Tab');
    await page.keyboard.type('queue');
    await list.waitFor();
    await page.keyboard.press('ArrowDown');
    const second = await list.getByRole('option').nth(1).locator('code').textContent();
    await page.keyboard.press('Enter');
    await page.keyboard.type(', 5m) > 1');
    expect(await field.inputValue()).toBe(`kv_cache_utilization > 90% and avg(${second}, 5m) > 1`);
    await page.keyboard.type(' or q');
    await list.waitFor();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+Space');
    await list.getByRole('option').first().click();
    expect(await field.inputValue()).toMatch(/ or q\w+$/);
    await close();
  });

  it('of a Prometheus are looked at before they are taken, with the reason for each that has no counterpart', async () => {
    const { page, close } = await open('/rules');
    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Rule file (YAML)').fill(`groups:
  - name: ours
    rules:
      - {alert: WalkImported, expr: 'vllm:kv_cache_usage_perc > 0.99', for: 5m, labels: {severity: warning}}
      - {alert: WalkUnknown, expr: 'node_load1 > 5'}
`);
    const take = dialog.getByRole('button', { name: /^Import/ });
    expect(await take.isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'What would come of it' }).click();
    const report = dialog.getByRole('region', { name: 'What would come of it' });
    await expect.poll(() => report.textContent()).toContain('1 can be taken, 1 cannot');
    expect(await report.textContent()).toMatch(/WalkUnknown.*not taken.*node_load1/);
    expect(await report.textContent()).toContain('kv_cache_utilization > 99%');
    await take.click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'WalkImported' }).first().waitFor();
    const exported = await (await fetch(`${headroom.url}/api/v1/rules/export?format=prometheus`)).text();
    expect(exported).toContain('WalkImported');
    if (HAS_PROMTOOL) expect(promtool(['check', 'rules'], { 'rules.yml': exported })).toMatchObject({ ok: true });
    await send('DELETE', '/rules/WalkImported');
    await close();
  });
});
