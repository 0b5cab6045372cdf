import type { HistogramReading, Reading } from '#lib/metrics/sample.ts';
import type { Page } from '#lib/scrape/page.ts';
import type { HistogramSlot } from '#lib/scrape/sources/histogram-slots.ts';
import type {
  CounterField,
  Draft,
  GaugeField,
  Hook,
  PlanSubject,
  ScalarSlot,
} from '#lib/scrape/sources/plan-builder.ts';
import type { Note, SourceReading } from '#lib/scrape/sources/source.ts';

/** Notes of one poll; a hostile page must not make thousands. */
const MAX_NOTES = 50;

/** A share that was added up may be rounded to a little more than all. */
const MAX_SHARE = 1.001;

export type CompiledPlan = {
  readonly subjects: readonly PlanSubject[];
  readonly slots: readonly ScalarSlot[];
  readonly constants: readonly { subject: number; field: GaugeField | CounterField; counter: boolean; value: number }[];
  readonly histograms: readonly HistogramSlot[];
  readonly hooks: readonly Hook[];
  readonly notes: readonly Note[];
  readonly toReading: (draft: Draft, subject: number, origins: Readonly<Record<string, string>>) => Reading;
};

/** Applies a compiled plan to the values of one poll. Only stored series are visited. */
export function readDrafts(plan: CompiledPlan, page: Page): SourceReading {
  const notes = new Set<Note>(plan.notes);
  const note = (text: Note): void => {
    if (notes.size < MAX_NOTES) notes.add(text);
  };
  const drafts = plan.subjects.map(
    ({ attributes }): Draft => ({ gauges: {}, counters: {}, histograms: {}, attributes, processes: null }),
  );
  for (const { subject, field, counter, value } of plan.constants) {
    const draft = drafts[subject];
    if (draft === undefined) continue;
    const bag: Partial<Record<string, number>> = counter ? draft.counters : draft.gauges;
    bag[field] = value;
  }
  readScalars(plan.slots, page.values, drafts, note);
  // One array for all buckets of a poll: the memory of small ones is asked for and given back one by one.
  const buckets = new Float64Array(plan.histograms.reduce((sum, slot) => sum + slot.bounds.length, 0));
  let at = 0;
  for (const slot of plan.histograms) {
    const draft = drafts[slot.subject];
    const cumulative = buckets.subarray(at, at + slot.bounds.length);
    at += slot.bounds.length;
    const reading = readHistogram(slot, page.values, cumulative, note);
    if (draft !== undefined && reading !== undefined) draft.histograms[slot.field] = reading;
  }
  for (const hook of plan.hooks) hook(page.values, drafts, note);
  const readings = drafts.map((draft, i) => plan.toReading(draft, i, plan.subjects[i]?.origins ?? {}));
  return { readings, notes: [...notes] };
}

function readScalars(
  slots: readonly ScalarSlot[],
  values: Float64Array,
  drafts: readonly Draft[],
  note: (text: Note) => void,
): void {
  const poisoned: ScalarSlot[] = [];
  for (const slot of slots) {
    const draft = drafts[slot.subject];
    if (draft === undefined) continue;
    const raw = values[slot.series] ?? Number.NaN;
    if (!isUsable(slot, raw, note)) {
      // A sum with a part missing would look like a counter reset.
      if (slot.combine === 'sum') poisoned.push(slot);
      continue;
    }
    const value = (raw * slot.multiply) / slot.divide;
    const bag: Partial<Record<string, number>> = slot.counter ? draft.counters : draft.gauges;
    const before = bag[slot.field];
    bag[slot.field] = before === undefined || slot.combine === 'first' ? value : combined(slot, before, value);
  }
  for (const slot of poisoned) {
    const draft = drafts[slot.subject];
    const bag: Partial<Record<string, number>> | undefined = slot.counter ? draft?.counters : draft?.gauges;
    if (bag !== undefined) delete bag[slot.field];
  }
}

function isUsable(slot: ScalarSlot, raw: number, note: (text: Note) => void): boolean {
  if (Number.isNaN(raw)) return false;
  if (!Number.isFinite(raw)) {
    note(`${slot.name} is infinite; left out`);
    return false;
  }
  if (slot.isBlank?.(raw) === true) {
    note(`${slot.name} holds this exporter's mark for "unknown" (${raw}); left out`);
    return false;
  }
  if (slot.counter && raw < 0) {
    note(`${slot.name} is a counter and negative (${raw}); left out`);
    return false;
  }
  if (slot.isShare && !(raw >= 0 && raw <= MAX_SHARE)) {
    note(`${slot.name} is ${raw}, which is no share from 0 to 1; left out`);
    return false;
  }
  return true;
}

function combined(slot: ScalarSlot, before: number, value: number): number {
  if (slot.combine === 'max') return Math.max(before, value);
  if (slot.combine === 'or') return before | value;
  return before + value;
}

/** Sums the groups bucket by bucket into `cumulative`, all 0 before; undefined when a bucket is not a usable count. */
function readHistogram(
  slot: HistogramSlot,
  values: Float64Array,
  cumulative: Float64Array,
  note: (text: Note) => void,
): HistogramReading | undefined {
  const { bounds, buckets, groups, sums } = slot;
  const count = bounds.length;
  for (let i = 0, at = 0; i < groups; i += 1) {
    for (let b = 0; b < count; b += 1, at += 1) {
      cumulative[b] = (cumulative[b] ?? 0) + (values[buckets[at] ?? -1] ?? Number.NaN);
    }
  }
  let running = 0;
  for (let b = 0; b < count; b += 1) {
    const value = cumulative[b] ?? Number.NaN;
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      note(`${slot.name} has a bucket that is not a count (${value}); the histogram is left out`);
      return undefined;
    }
    if (value < running) {
      note(`${slot.name} has a bucket smaller than the one below it; raised to it`);
      cumulative[b] = running;
    } else running = value;
  }
  let sum = sums.length === 0 ? Number.NaN : 0;
  for (const series of sums) sum += values[series] ?? Number.NaN;
  return { bounds, cumulative, sum: Number.isFinite(sum) ? sum / slot.divide : Number.NaN };
}
