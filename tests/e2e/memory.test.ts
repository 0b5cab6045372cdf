import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryView } from '#lib/api/memory.ts';
import { readRunFile } from '#lib/cli/data-dir.ts';
import { MemoryJudge } from '#lib/collector/memory-judge.ts';
import { keepVerdictsOfAlerts } from '#lib/db/memory-verdicts.ts';
import { createPool } from '#lib/db/pool.ts';
import { slopeText, timeToLimitText } from '#lib/detect/leak-text.ts';
import { codeOfWord } from '#lib/metrics/unit.ts';
import { launchBrowser, openPage } from '#tests/e2e/browser.ts';
import { type Headroom, startHeadroom } from '#tests/e2e/headroom-process.ts';
import { expectFits, scrollThrough, unnamed } from '#tests/e2e/looks.ts';
import { type PlayedCard, type PlayedMemory, playMemory } from '#tests/play-memory.ts';
import { fire, firingEpisode, newAlert } from '#tests/stored-alerts.ts';

const HOURS = 4;
const CARDS: readonly PlayedCard[] = [
  { name: 'leaking', growth: { kind: 'leak', mibPerHour: 60 } },
  { name: 'steady', growth: { kind: 'steady' } },
];

let browser: Browser;
let headroom: Headroom;
let played: PlayedMemory;
let alertId: number;

beforeAll(async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'headroom-memory-'));
  const config = path.join(dataDir, 'headroom.yaml');
  await writeFile(
    config,
    'targets: [{name: silent, source: vllm, url: "http://127.0.0.1:9/metrics", interval: 60s}]\n',
  );
  [browser, headroom] = await Promise.all([launchBrowser(), startHeadroom({ args: ['--config', config], dataDir })]);
  const databaseUrl = readRunFile(dataDir)?.databaseUrl;
  if (databaseUrl === undefined) throw new Error('the run file names no database');
  const pool = createPool({ connectionString: databaseUrl, max: 2, statementTimeoutMs: 60_000, name: 'e2e' }, () => {});
  try {
    const startMs = Math.floor(Date.now() / 60_000) * 60_000 - HOURS * 3_600_000;
    played = await playMemory(pool, { cards: CARDS, startMs, hours: HOURS });
    await new MemoryJudge(pool, Date.now).tick(played.targetIds);
    const { rows } = await pool.query<{ target: number; name: string }>(
      'SELECT target_id AS target, name FROM subject WHERE id = $1',
      [idOf('leaking')],
    );
    const leak = codeOfWord('leak_verdict', 'leak');
    const change = {
      ruleId: 'VramLeak',
      scope: 'gpu' as const,
      subjectId: idOf('leaking'),
      subjectName: rows[0]?.name ?? '',
      episode: firingEpisode(Date.now() - 60_000, {
        unit: 'leak_verdict',
        limit: leak,
        firedValue: leak,
        lastValue: leak,
      }),
    };
    const base = newAlert(rows[0]?.target ?? -1, change);
    const rule = {
      ...base.rule,
      title: 'VRAM leaks',
      expr: 'vram_leak_verdict = leak',
      signals: ['vram_leak_verdict'],
    };
    [alertId = -1] = await fire(pool, [{ ...base, rule }]);
    await keepVerdictsOfAlerts(pool, [alertId]);
  } finally {
    await pool.end();
  }
}, 300_000);
afterAll(async () => {
  await Promise.all([browser.close(), headroom.dispose()]);
});

const idOf = (card: string): number => played.gpuIds.get(card) ?? -1;

async function memoryOf(card: string): Promise<MemoryView> {
  return MemoryView.parse(await (await fetch(`${headroom.url}/api/v1/subjects/${idOf(card)}/memory`)).json());
}

async function open(pagePath: string): Promise<{ page: Page; close: () => Promise<void> }> {
  const { page, context, problems } = await openPage(browser);
  await page.goto(headroom.url + pagePath);
  const close = async () => {
    await context.close();
    expect(problems()).toEqual([]);
  };
  return { page, close };
}

async function expectLooks(page: Page, what: string): Promise<void> {
  await scrollThrough(page);
  await expect.poll(() => page.locator('[aria-busy=true]:visible').count()).toBe(0);
  await expectFits(page, what);
}

const evidenceOn = (page: Page) =>
  page.locator('section', { has: page.getByRole('heading', { name: /^Leak verdict:/ }) });

describe('hours of memory, judged', () => {
  it('the VRAM page tells the leaking card from the steady one, reserved from used, and shows the evidence', async () => {
    const { page, close } = await open('/vram');
    const table = page.locator('table:has(caption:text-is("Leak verdict, and reserved against needed"))');
    const rowsOf = () => table.locator('tbody tr').evaluateAll((all) => all.map((row) => row.textContent ?? ''));
    await expect.poll(async () => (await rowsOf()).find((text) => /GPU 0/.test(text))).toMatch(/Leak/);
    await expect
      .poll(async () => (await rowsOf()).find((text) => /GPU 1/.test(text)))
      .toMatch(/No leak.*nothing came on top|No leak.*not known/);
    await evidenceOn(page).last().waitFor();
    await expectLooks(page, '/vram with a leak');
    expect(await unnamed(page)).toEqual([]);
    await close();
  });

  it('a GPU page shows the numbers of the API with the picture of the floors, and gives them as a file', async () => {
    const { leak, attribution } = await memoryOf('leaking');
    if (leak === null) throw new Error('not judged');
    expect(leak.verdict).toBe('leak');
    const { page, close } = await open(`/gpus/${idOf('leaking')}`);
    const evidence = evidenceOn(page).last();
    await expect.poll(() => evidence.textContent()).toContain(leak.reason);
    const text = (await evidence.textContent()) ?? '';
    expect(text).toContain(slopeText(leak.slopeMibPerHour, 'h'));
    expect(text).toContain(timeToLimitText(leak.timeToLimit));
    expect(text).toContain(attribution?.grower?.name ?? 'a process');
    expect(text).not.toContain('per batch');
    const picture = evidence.locator('figure svg[role=img]');
    expect(await picture.getAttribute('aria-label')).toMatch(/^Floors of 3\.\d h: .* MiB to .* MiB, leak$/);
    expect(await picture.locator('rect').count()).toBe(leak.floors.length);
    expect(await picture.locator('polyline').count()).toBe(1);
    const waiting = page.waitForEvent('download');
    await evidence.getByRole('button', { name: 'Floors' }).click();
    const csv = await readFile(await (await waiting).path(), 'utf8');
    expect(csv.trim().split('\r\n')).toHaveLength(leak.floors.length + 1);
    await expectLooks(page, 'a leaking GPU');
    expect(await unnamed(page)).toEqual([]);
    await close();
  });

  it('the alert shows the evidence of its verdict and the memory that was judged', async () => {
    const { leak } = await memoryOf('leaking');
    const { page, close } = await open(`/alerts/${alertId}`);
    await expect.poll(() => evidenceOn(page).last().textContent()).toContain(leak?.reason ?? '?');
    await page.locator('section[aria-label="VRAM used"]').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(/^VRAM leaks on /);
    const then = page.locator('summary', { hasText: 'when it fired, judged at' });
    expect(await then.textContent()).toContain(slopeText(leak?.slopeMibPerHour ?? null, 'h'));
    await then.click();
    await expect.poll(() => evidenceOn(page).count()).toBe(2);
    await expectLooks(page, 'the alert of a leak');
    await close();
  });

  it('an engine page judges the host memory of its server', async () => {
    const { page, close } = await open(`/engines/${played.engineIds.get('steady')}`);
    await evidenceOn(page).last().waitFor();
    expect((await evidenceOn(page).last().textContent()) ?? '').toMatch(
      /No leak|Inconclusive|Plateau|Follows the load/,
    );
    await expectLooks(page, 'an engine');
    await close();
  });
});
