import type {
  EngineCounter,
  EngineGauge,
  EngineHistogram,
  GpuCounter,
  GpuGauge,
  GpuProcess,
  HistogramReading,
  Reading,
} from '#lib/metrics/sample.ts';
import type { PageShape } from '#lib/scrape/page.ts';
import { type HistogramSlot, HistogramSlots } from '#lib/scrape/sources/histogram-slots.ts';
import { readDrafts } from '#lib/scrape/sources/plan-read.ts';
import type { Ignored, MissingField, Note, SourcePlan } from '#lib/scrape/sources/source.ts';

/** Canonical fields (subject x field) kept of one target, and subjects of one target. */
export const MAX_KEPT_FIELDS = 2000;
export const MAX_SUBJECTS = 256;

export type GaugeField = EngineGauge | GpuGauge;
export type CounterField = EngineCounter | GpuCounter;

/** How several series that mean the same field of the same subject become one number. */
export type Combine = 'first' | 'max' | 'sum' | 'or';

export type ScalarSlot = {
  readonly series: number;
  readonly subject: number;
  readonly field: GaugeField | CounterField;
  readonly counter: boolean;
  readonly combine: Combine;
  readonly multiply: number;
  readonly divide: number;
  /** Values that this exporter prints for "unknown". */
  readonly isBlank: ((value: number) => boolean) | undefined;
  /** A part of a whole: what is not from 0 to 1 is something else than the name says. */
  readonly isShare: boolean;
  /** The exporter's name, for notes. */
  readonly name: string;
};

/** Not those of GPUs: fans and profiling counters may well read a little above 100 %. */
const SHARES: ReadonlySet<string> = new Set<GaugeField>(['kv_usage_ratio', 'cpu_kv_usage_ratio', 'prefix_hit_ratio']);

/** What one poll fills in for one subject before it becomes a reading. */
export type Draft = {
  readonly gauges: Partial<Record<GaugeField, number>>;
  readonly counters: Partial<Record<CounterField, number>>;
  readonly histograms: Partial<Record<EngineHistogram, HistogramReading>>;
  attributes: Readonly<Record<string, string>>;
  processes: GpuProcess[] | null;
};

/** Runs after the slots, for fields that need more than one series. */
export type Hook = (values: Float64Array, drafts: readonly Draft[], note: (text: Note) => void) => void;

export type SlotOptions = {
  readonly combine?: Combine;
  readonly multiply?: number;
  readonly divide?: number;
  readonly isBlank?: (value: number) => boolean;
};

export type PlanSubject = { readonly attributes: Record<string, string>; readonly origins: Record<string, string> };

export type FinishedPlan = {
  readonly recognised: string;
  /** Called when all is settled, since a histogram may turn out unusable. */
  readonly missing: () => readonly MissingField[];
  /** Why a series that no call touched is not stored. */
  readonly leftover: (name: string) => string;
  readonly toReading: (draft: Draft, subject: number, origins: Readonly<Record<string, string>>) => Reading;
};

/** Collects what each series of a page is for and compiles it into a SourcePlan. Every series ends stored or ignored. */
export class PlanBuilder {
  readonly shape: PageShape;
  readonly subjects: PlanSubject[] = [];
  readonly #subjectIndex = new Map<string, number>();
  readonly #slots: ScalarSlot[] = [];
  readonly #histograms: HistogramSlots;
  readonly #hooks: Hook[] = [];
  readonly #notes = new Set<string>();
  /** undefined: not touched, '': stored, otherwise the reason why not. */
  readonly #fate: (string | undefined)[];
  /** subject/field -> combine rule of its first slot. */
  readonly #kept = new Map<string, Combine>();
  readonly #constants: { subject: number; field: GaugeField | CounterField; counter: boolean; value: number }[] = [];

  constructor(shape: PageShape) {
    this.shape = shape;
    this.#fate = new Array(shape.series.length).fill(undefined);
    this.#histograms = new HistogramSlots(shape);
  }

  /** The subject with this key, made at its first use; -1 beyond the limit. */
  subject(key: string, attributes: () => Record<string, string>): number {
    const known = this.#subjectIndex.get(key);
    if (known !== undefined) return known;
    if (this.subjects.length >= MAX_SUBJECTS) {
      this.note(`more than ${MAX_SUBJECTS} engines or GPUs on this page; the rest is left out`);
      return -1;
    }
    const index = this.subjects.length;
    this.subjects.push({ attributes: attributes(), origins: {} });
    this.#subjectIndex.set(key, index);
    return index;
  }

  gauge(series: number, subject: number, field: GaugeField, options: SlotOptions = {}): void {
    this.#scalar(series, subject, field, false, options);
  }

  counter(series: number, subject: number, field: CounterField, options: SlotOptions = {}): void {
    this.#scalar(series, subject, field, true, options);
  }

  /** One line of a histogram; `le`, `_sum` and `_count` are told apart by `part`. */
  histogram(
    series: number,
    subject: number,
    field: EngineHistogram,
    part: 'bucket' | 'sum' | 'count',
    divide = 1,
  ): void {
    const name = this.shape.series[series]?.name ?? '';
    if (!this.#keep(series, subject, field, 'sum', name.replace(/_(?:bucket|sum|count)$/, ''))) return;
    this.#histograms.add(series, subject, field, part, divide);
    this.#fate[series] = '';
  }

  /** A value that is in the page's labels, or known to be zero because its family is declared without this series. */
  constantGauge(subject: number, field: GaugeField, value: number, origin: string): void {
    this.#constants.push({ subject, field, counter: false, value });
    this.origin(subject, field, origin);
  }

  constantCounter(subject: number, field: CounterField, value: number, origin: string): void {
    this.#constants.push({ subject, field, counter: true, value });
    this.origin(subject, field, origin);
  }

  origin(subject: number, field: string, name: string): void {
    const origins = this.subjects[subject]?.origins;
    if (origins !== undefined) origins[field] ??= name;
  }

  /** For series that a hook reads. */
  stored(series: number): void {
    this.#fate[series] = '';
  }

  ignore(series: number, reason: string): void {
    this.#fate[series] = reason;
  }

  touched(series: number): boolean {
    return this.#fate[series] !== undefined;
  }

  has(subject: number, field: string): boolean {
    return this.subjects[subject]?.origins[field] !== undefined;
  }

  after(hook: Hook): void {
    this.#hooks.push(hook);
  }

  note(text: Note): void {
    this.#notes.add(text);
  }

  finish(end: FinishedPlan): SourcePlan {
    const histograms: readonly HistogramSlot[] = this.#histograms.compile(
      (series, reason) => this.ignore(series, reason),
      (text) => this.note(text),
      (subject, field) => {
        const origins = this.subjects[subject]?.origins;
        if (origins !== undefined) delete origins[field];
      },
    );
    const { ignored, storedSeries } = this.#account(end.leftover);
    const compiled = {
      subjects: this.subjects,
      slots: this.#slots,
      constants: this.#constants,
      histograms,
      hooks: this.#hooks,
      notes: [...this.#notes],
      toReading: end.toReading,
    };
    return {
      storedSeries,
      ignored,
      missing: end.missing(),
      recognised: end.recognised,
      read: (page) => readDrafts(compiled, page),
    };
  }

  #scalar(
    series: number,
    subject: number,
    field: GaugeField | CounterField,
    counter: boolean,
    options: SlotOptions,
  ): void {
    const combine = options.combine ?? 'first';
    const name = this.shape.series[series]?.name ?? '';
    if (!this.#keep(series, subject, field, combine, name)) return;
    const { multiply = 1, divide = 1, isBlank } = options;
    const isShare = SHARES.has(field);
    this.#slots.push({ series, subject, field, counter, combine, multiply, divide, isBlank, isShare, name });
    this.#fate[series] = '';
  }

  #keep(series: number, subject: number, field: string, combine: Combine, origin: string): boolean {
    if (subject < 0) {
      this.#fate[series] = `over the limit of ${MAX_SUBJECTS} engines or GPUs per target`;
      return false;
    }
    const key = `${subject}/${field}`;
    if (!this.#kept.has(key)) {
      if (this.#kept.size >= MAX_KEPT_FIELDS) {
        this.#fate[series] = `over the limit of ${MAX_KEPT_FIELDS} values kept per target`;
        this.note(`this page gives more than ${MAX_KEPT_FIELDS} values; the rest is left out`);
        return false;
      }
      this.#kept.set(key, combine);
      this.origin(subject, field, origin);
      return true;
    }
    if (combine !== 'first') return true;
    this.#fate[series] = 'a second series for the same value; the first is used';
    this.note(`${origin} is on the page more than once for the same engine or GPU; the first is used`);
    return false;
  }

  #account(leftover: (name: string) => string): { ignored: Ignored[]; storedSeries: number } {
    const byName = new Map<string, { count: number; reasons: Set<string> }>();
    let storedSeries = 0;
    this.#fate.forEach((fate, index) => {
      if (fate === '') {
        storedSeries += 1;
        return;
      }
      const name = this.shape.series[index]?.name ?? '';
      const entry = byName.get(name) ?? { count: 0, reasons: new Set<string>() };
      entry.count += 1;
      entry.reasons.add(fate ?? leftover(name));
      byName.set(name, entry);
    });
    const ignored = [...byName].map(([name, entry]) => ({
      name,
      seriesCount: entry.count,
      reason: [...entry.reasons].join('; '),
    }));
    return { ignored, storedSeries };
  }
}
