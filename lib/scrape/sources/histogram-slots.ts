import type { EngineHistogram } from '#lib/metrics/sample.ts';
import { readNumber } from '#lib/scrape/number.ts';
import type { PageShape } from '#lib/scrape/page.ts';

/** One histogram of one subject, compiled: bucket b of group g is series `buckets[g * bounds.length + b]`. */
export type HistogramSlot = {
  readonly subject: number;
  readonly field: EngineHistogram;
  readonly name: string;
  /** Ascending, in the canonical unit, the last is Infinity. The same array for every poll of a shape. */
  readonly bounds: readonly number[];
  readonly buckets: Int32Array;
  readonly groups: number;
  /** One per group, or empty when any group has no sum. */
  readonly sums: Int32Array;
  readonly divide: number;
};

type Group = { buckets: { bound: number; series: number }[]; sum: number; count: number; all: number[] };
type Draft = { subject: number; field: EngineHistogram; divide: number; groups: Map<string, Group> };

/** Real layouts have up to about 100; each bound is stored with every sample. */
const MAX_BUCKETS = 512;

const SCRATCH = new Float64Array(1);

/** The number in a `le` label, NaN when it is none. */
export function readBound(text: string): number {
  const end = readNumber(text, 0, SCRATCH, 0);
  return end === text.length ? (SCRATCH[0] ?? Number.NaN) : Number.NaN;
}

/** Gathers `_bucket`, `_sum` and `_count` lines per subject and field; lines that differ in other labels are summed. */
export class HistogramSlots {
  readonly #shape: PageShape;
  readonly #drafts = new Map<string, Draft>();

  constructor(shape: PageShape) {
    this.#shape = shape;
  }

  add(series: number, subject: number, field: EngineHistogram, part: 'bucket' | 'sum' | 'count', divide: number): void {
    const key = `${subject}/${field}`;
    const draft = this.#drafts.get(key) ?? { subject, field, divide, groups: new Map<string, Group>() };
    this.#drafts.set(key, draft);
    const labels = this.#shape.series[series]?.labels ?? new Map<string, string>();
    let id = '';
    for (const [label, value] of labels) if (label !== 'le') id += `${label}\uffff${value}\uffff`;
    const group = draft.groups.get(id) ?? { buckets: [], sum: -1, count: -1, all: [] };
    draft.groups.set(id, group);
    group.all.push(series);
    if (part === 'sum') group.sum = series;
    else if (part === 'count') group.count = series;
    else group.buckets.push({ bound: readBound(labels.get('le') ?? ''), series });
  }

  compile(
    ignore: (series: number, reason: string) => void,
    note: (text: string) => void,
    drop: (subject: number, field: EngineHistogram) => void,
  ): HistogramSlot[] {
    const slots: HistogramSlot[] = [];
    for (const draft of this.#drafts.values()) {
      const slot = this.#compileOne(draft, ignore, note);
      if (slot === undefined) drop(draft.subject, draft.field);
      else slots.push(slot);
    }
    return slots;
  }

  #compileOne(
    draft: Draft,
    ignore: (series: number, reason: string) => void,
    note: (text: string) => void,
  ): HistogramSlot | undefined {
    let bounds: number[] | undefined;
    const buckets: number[] = [];
    const sums: number[] = [];
    let groups = 0;
    let name = '';
    for (const group of draft.groups.values()) {
      name = this.#name(group);
      const usable = usableBuckets(group, name, ignore, note);
      if (usable === undefined) {
        for (const series of group.all) ignore(series, 'a histogram with neither a +Inf bucket nor a _count');
        note(`${name} has neither a +Inf bucket nor a _count; it is left out`);
        continue;
      }
      if (usable.length > MAX_BUCKETS) {
        for (const series of group.all) ignore(series, `a histogram with more than ${MAX_BUCKETS} buckets`);
        note(`${name} has ${usable.length} buckets, the limit is ${MAX_BUCKETS}; it is left out`);
        continue;
      }
      const groupBounds = usable.map((bucket) => bucket.bound);
      if (bounds === undefined) bounds = groupBounds;
      else if (groupBounds.length !== bounds.length || groupBounds.some((bound, i) => bound !== bounds?.[i])) {
        for (const series of group.all)
          ignore(series, 'bounds differ from those of the same histogram with other labels');
        note(`${name} is on the page with two sets of bounds, which cannot be added; the first is used`);
        continue;
      }
      for (const bucket of usable) buckets.push(bucket.series);
      sums.push(group.sum);
      groups += 1;
    }
    if (bounds === undefined) return undefined;
    const { subject, field, divide } = draft;
    return {
      subject,
      field,
      name,
      bounds: divide === 1 ? bounds : bounds.map((bound) => bound / divide),
      buckets: Int32Array.from(buckets),
      groups,
      sums: sums.includes(-1) ? new Int32Array(0) : Int32Array.from(sums),
      divide,
    };
  }

  #name(group: Group): string {
    const sample = this.#shape.series[group.all[0] ?? -1]?.name ?? '';
    return sample.replace(/_(?:bucket|sum|count)$/, '');
  }
}

/** Ascending by bound and ending at +Inf; a missing +Inf is taken from `_count`. */
function usableBuckets(
  group: Group,
  name: string,
  ignore: (series: number, reason: string) => void,
  note: (text: string) => void,
): { bound: number; series: number }[] | undefined {
  const seen = new Set<number>();
  const usable: { bound: number; series: number }[] = [];
  for (const bucket of group.buckets) {
    if (Number.isNaN(bucket.bound)) ignore(bucket.series, 'a bucket whose le is not a number');
    else if (seen.has(bucket.bound)) {
      ignore(bucket.series, 'a second bucket with the same le; the first is used');
      note(`${name} has two buckets with le=${bucket.bound}; the first is used`);
    } else {
      seen.add(bucket.bound);
      usable.push(bucket);
    }
  }
  if (!seen.has(Number.POSITIVE_INFINITY)) {
    if (group.count < 0) return undefined;
    usable.push({ bound: Number.POSITIVE_INFINITY, series: group.count });
    note(`${name} has no +Inf bucket; its _count is used`);
  }
  return usable.sort((a, b) => (a.bound < b.bound ? -1 : 1));
}
