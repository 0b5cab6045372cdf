import type { EngineReading, GpuReading } from '#lib/metrics/sample.ts';
import { parseExposition } from '#lib/scrape/exposition.ts';
import type { Page } from '#lib/scrape/page.ts';
import { type PagePlan, planPage } from '#lib/scrape/sources/registry.ts';
import type { SourceName } from '#lib/scrape/sources/source.ts';
import { readFixture } from '#tests/fixtures.ts';

export type ReadPage = {
  readonly page: Page;
  readonly plan: PagePlan;
  readonly engines: EngineReading[];
  readonly gpus: GpuReading[];
  readonly notes: readonly string[];
};

export function readText(text: string, source: SourceName | 'auto' = 'auto'): ReadPage {
  const { page } = parseExposition(text.endsWith('\n') ? text : `${text}\n`, {
    maxSeries: 50_000,
    maxLabelValueLength: 1024,
  });
  const plan = planPage(page.shape, source);
  const { readings, notes } = plan.read(page);
  return {
    page,
    plan,
    engines: readings.filter((reading) => reading.kind === 'engine'),
    gpus: readings.filter((reading) => reading.kind === 'gpu'),
    notes,
  };
}

export function readPageFixture(name: string): ReadPage {
  return readText(readFixture(name));
}

/** The first of a list, for tests that know there is one. */
export function only<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined || list.length !== 1) throw new Error(`expected one entry, found ${list.length}`);
  return first;
}

export function reasonFor(plan: PagePlan, field: string): string {
  return plan.missing.find((entry) => entry.field === field)?.reason ?? '';
}

export function ignoredReason(plan: PagePlan, name: string): string {
  return plan.ignored.find((entry) => entry.name === name)?.reason ?? '';
}
