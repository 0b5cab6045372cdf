import type { Recognised } from '#lib/api/targets.ts';
import type { Reading } from '#lib/metrics/sample.ts';
import { type ExpositionLimits, type PageMemory, parseExposition } from '#lib/scrape/exposition.ts';
import type { Page, PageShape } from '#lib/scrape/page.ts';
import { type PagePlan, planPage } from '#lib/scrape/sources/registry.ts';
import type { SourceName } from '#lib/scrape/sources/source.ts';

export const EXPOSITION_LIMITS: ExpositionLimits = { maxSeries: 50_000, maxLabelValueLength: 1024 };

/** What one poll of a target showed, before it is stored. */
export type PageResult = {
  readonly readings: readonly Reading[];
  readonly totalSeries: number;
  readonly problemCount: number;
  /** An engine server that prints no number of an engine yet. */
  readonly waits: boolean;
  /** What the target page shows; the same object while nothing about the page changed. */
  readonly recognised: Recognised;
};

/** Reads the pages of one target. Remembers the page's shape, so that an unchanged exporter costs next to nothing. */
export class PageReader {
  readonly #source: SourceName | 'auto';
  #memory: PageMemory | undefined;
  #plan: { readonly shape: PageShape; readonly plan: PagePlan } | undefined;
  #recognised: Recognised | undefined;

  constructor(source: SourceName | 'auto') {
    this.#source = source;
  }

  /** Throws `TooManySeriesError` when the page is over the limit. */
  read(body: string): PageResult {
    const { page, memory } = parseExposition(body, EXPOSITION_LIMITS, this.#memory);
    this.#memory = memory;
    if (this.#plan?.shape !== page.shape) {
      this.#plan = { shape: page.shape, plan: planPage(page.shape, this.#source) };
      this.#recognised = undefined;
    }
    const { plan } = this.#plan;
    const { readings, notes } = plan.read(page);
    this.#recognised = describePage(this.#recognised, plan, page, notes);
    return {
      readings,
      totalSeries: page.shape.series.length,
      problemCount: page.problemCount,
      waits: plan.waits,
      recognised: this.#recognised,
    };
  }
}

const SHOWN_ENTRIES = 500;

function describePage(
  before: Recognised | undefined,
  plan: PagePlan,
  page: Page,
  notes: readonly string[],
): Recognised {
  const same =
    before !== undefined &&
    before.problemCount === page.problemCount &&
    before.notes.length === Math.min(notes.length, SHOWN_ENTRIES) &&
    before.notes.every((note, i) => note === notes[i]);
  if (same) return before;
  return {
    text: plan.recognised,
    storedSeries: plan.storedSeries,
    totalSeries: page.shape.series.length,
    ignored: plan.ignored.slice(0, SHOWN_ENTRIES),
    missing: plan.missing.slice(0, SHOWN_ENTRIES),
    notes: notes.slice(0, SHOWN_ENTRIES),
    problems: [...page.problems],
    problemCount: page.problemCount,
  };
}
