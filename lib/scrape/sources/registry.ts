import type { Page, PageShape } from '#lib/scrape/page.ts';
import { dcgm } from '#lib/scrape/sources/dcgm.ts';
import { leftoverReason } from '#lib/scrape/sources/leftover.ts';
import { mindprince } from '#lib/scrape/sources/mindprince.ts';
import { nvidiaGpuExporter } from '#lib/scrape/sources/nvidia-gpu-exporter.ts';
import { rememberLabels } from '#lib/scrape/sources/remembered-labels.ts';
import { sglang } from '#lib/scrape/sources/sglang.ts';
import type { Ignored, PageSource, SourceName, SourcePlan } from '#lib/scrape/sources/source.ts';
import { telegraf } from '#lib/scrape/sources/telegraf.ts';
import { vllm } from '#lib/scrape/sources/vllm.ts';

/** Every exporter whose pages are read. A new one is one more file and one more row here. */
export const PAGE_SOURCES: readonly PageSource[] = [vllm, sglang, nvidiaGpuExporter, dcgm, mindprince, telegraf];

/** The sources whose families are on the page; one page may hold an engine and GPUs. */
export function detectSources(shape: PageShape): PageSource[] {
  return PAGE_SOURCES.filter((source) => source.detects(shape));
}

/** A plan for the whole page: the parts of all its sources, with every series either stored or in `ignored`. */
export type PagePlan = SourcePlan & {
  readonly sources: readonly SourceName[];
  /** An engine server declares its families and prints no number yet: it waits for its first request. */
  readonly waits: boolean;
};

/**
 * Compiles the page's shape for one source, or for all that are recognised. Keep the result by the shape object:
 * it costs far more than `read`. A page that no source recognises gives a plan that stores nothing and says so.
 */
export function planPage(shape: PageShape, source: SourceName | 'auto'): PagePlan {
  const sources = source === 'auto' ? detectSources(shape) : PAGE_SOURCES.filter((known) => known.name === source);
  const remembered = rememberLabels(shape);
  const plans = sources.map((known) => known.plan(remembered.shape));
  remembered.forget();
  const ignored = mergeIgnored(shape, plans);
  const storedSeries = shape.series.length - ignored.reduce((sum, entry) => sum + entry.seriesCount, 0);
  const found = sources.filter((known) => known.detects(shape));
  const isForeign = storedSeries === 0 && found.length === 0;
  return {
    sources: sources.map((known) => known.name),
    waits: storedSeries === 0 && found.some((known) => known.kind === 'engine'),
    storedSeries,
    ignored,
    missing: plans.flatMap((plan) => plan.missing),
    recognised: isForeign ? nothingRecognised(shape, source) : plans.map((plan) => plan.recognised).join(' and '),
    read(page: Page) {
      const [only] = plans;
      if (plans.length === 1 && only !== undefined) return only.read(page);
      const parts = plans.map((plan) => plan.read(page));
      return { readings: parts.flatMap((part) => part.readings), notes: parts.flatMap((part) => part.notes) };
    },
  };
}

/** A metric name belongs to at most one source, so the plan that ignores the fewest of its series is the one that knows it. */
function mergeIgnored(shape: PageShape, plans: readonly SourcePlan[]): Ignored[] {
  const [first, ...others] = plans;
  if (first === undefined) return allIgnored(shape);
  if (others.length === 0) return [...first.ignored];
  const rest = others.map((plan) => new Map(plan.ignored.map((entry) => [entry.name, entry])));
  const merged: Ignored[] = [];
  for (const entry of first.ignored) {
    let best = entry;
    let stored = false;
    for (const plan of rest) {
      const other = plan.get(entry.name);
      if (other === undefined) stored = true;
      else if (other.seriesCount < best.seriesCount || isGeneric(best)) best = other;
    }
    if (!stored) merged.push(best);
  }
  return merged;
}

function isGeneric(entry: Ignored): boolean {
  return entry.reason === leftoverReason(entry.name);
}

function allIgnored(shape: PageShape): Ignored[] {
  const counts = new Map<string, number>();
  for (const series of shape.series) counts.set(series.name, (counts.get(series.name) ?? 0) + 1);
  return [...counts].map(([name, seriesCount]) => ({ name, seriesCount, reason: 'no source knows this page' }));
}

function nothingRecognised(shape: PageShape, source: SourceName | 'auto'): string {
  if (shape.series.length === 0) return 'nothing: the page has no samples';
  const names = [...new Set(shape.series.map((series) => series.name))].slice(0, 3).join(', ');
  const wanted = source === 'auto' ? 'vLLM, SGLang or GPU metrics' : `metrics of source ${source}`;
  const others = detectSources(shape).map((known) => known.name);
  const hint = others.length === 0 ? '' : `; this is a page of ${others.join(' and ')}`;
  return `nothing: no ${wanted} among ${shape.series.length} samples (${names} …)${hint}`;
}
