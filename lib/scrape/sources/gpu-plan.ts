import { GPU_COUNTERS, GPU_GAUGES, type GpuCounter, type GpuGauge, type GpuReading } from '#lib/metrics/sample.ts';
import type { PageShape } from '#lib/scrape/page.ts';
import { leftoverReason } from '#lib/scrape/sources/leftover.ts';
import { type Combine, PlanBuilder } from '#lib/scrape/sources/plan-builder.ts';
import type { MissingField, SourcePlan } from '#lib/scrape/sources/source.ts';

type Row<Kind extends string, Field extends string> = {
  readonly kind: Kind;
  readonly field: Field;
  /** Full sample names in order of preference; the first that is on the page is used. */
  readonly names: readonly string[];
  readonly multiply?: number;
  readonly divide?: number;
  /** For several series of one GPU that are parts of one number; without it they are duplicates. */
  readonly combine?: Combine;
  readonly isBlank?: (value: number) => boolean;
  /** Why it may be missing. */
  readonly note?: string;
};

export type GpuRow = Row<'gauge', GpuGauge> | Row<'counter', GpuCounter>;

export type GpuIdentity = { readonly uuid: string; readonly mig: string; readonly attributes: Record<string, string> };
export type GpuSubject = GpuIdentity & { readonly index: number };

export type GpuDialect = {
  readonly rows: readonly GpuRow[];
  /** undefined where the labels name no GPU. */
  readonly identify: (labels: ReadonlyMap<string, string>) => GpuIdentity | undefined;
  /** True for a row about a share of the GPU (a pod), which must not be taken for the whole. */
  readonly isShare?: (labels: ReadonlyMap<string, string>) => boolean;
  /** When fields outside the table are there at all. */
  readonly notes?: Readonly<Partial<Record<GpuGauge | GpuCounter, string>>>;
  /** Reasons for known names that are not stored. */
  readonly ignored: (name: string) => string | undefined;
};

export type GpuDraftPlan = {
  readonly builder: PlanBuilder;
  readonly shape: PageShape;
  readonly gpus: GpuSubject[];
  /** The subject of these labels, made when it is new; -1 when they name none. */
  readonly subjectOf: (identity: GpuIdentity | undefined) => number;
};

export type GpuEnd = { readonly recognised: string };

export const BYTES_PER_MIB = 1_048_576;

/** `GPU-DF6E…` and `df6e…` are the same GPU; a MIG device's own id is kept as it is. */
export function normaliseUuid(raw: string): string {
  const text = raw.trim();
  if (/^mig-/i.test(text)) return text;
  return text.toLowerCase().replace(/^gpu-/, '');
}

/** A label that says something: exporters print nvidia-smi's spellings of "no value" as they are. */
export function labelText(labels: ReadonlyMap<string, string>, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = labels.get(name);
    if (value !== undefined && value !== '' && !/^\[?(?:n\/a|not supported|unknown error)\]?$/i.test(value))
      return value;
  }
  return undefined;
}

/** Compiles a page for one GPU exporter; `complete` adds what the table cannot say. */
export function compileGpus(
  shape: PageShape,
  dialect: GpuDialect,
  complete: (draft: GpuDraftPlan) => GpuEnd,
): SourcePlan {
  const builder = new PlanBuilder(shape);
  const gpus: GpuSubject[] = [];
  const subjectOf = (identity: GpuIdentity | undefined): number => {
    if (identity === undefined || identity.uuid === '') return -1;
    const index = builder.subject(`${identity.uuid}\uffff${identity.mig}`, () => ({}));
    if (index === gpus.length) gpus.push({ ...identity, index });
    const attributes = builder.subjects[index]?.attributes;
    if (attributes !== undefined) {
      for (const [name, value] of Object.entries(identity.attributes)) attributes[name] ??= value;
    }
    return index;
  };
  storeRows(builder, shape, dialect, subjectOf);
  const end = complete({ builder, shape, gpus, subjectOf });
  markParents(builder, gpus);

  const missing = (): MissingField[] =>
    [...GPU_GAUGES, ...GPU_COUNTERS]
      .filter((field) => !gpus.some((gpu) => builder.has(gpu.index, field)))
      .map((field) => {
        const row = dialect.rows.find((known) => known.field === field);
        const note = row?.note ?? dialect.notes?.[field];
        const reason =
          row === undefined ? 'this exporter does not print it' : `no ${row.names.join(' or ')} on the page`;
        return { field, reason: note === undefined ? reason : `${reason} (${note})` };
      });
  return builder.finish({
    recognised: end.recognised,
    missing,
    leftover: (name) => dialect.ignored(name) ?? leftoverReason(name),
    toReading: (draft, subject, origins): GpuReading => ({
      kind: 'gpu',
      uuid: gpus[subject]?.uuid ?? '',
      mig: gpus[subject]?.mig ?? '',
      attributes: draft.attributes,
      gauges: draft.gauges,
      counters: draft.counters,
      processes: draft.processes,
      origins,
      lazyCounters: false,
    }),
  });
}

type Placed = { readonly series: number; readonly share: boolean };

function storeRows(
  builder: PlanBuilder,
  shape: PageShape,
  dialect: GpuDialect,
  subjectOf: (identity: GpuIdentity | undefined) => number,
): void {
  const byName = new Map<string, { row: GpuRow; rank: number }>();
  for (const row of dialect.rows) {
    for (const [rank, name] of row.names.entries()) byName.set(name, { row, rank });
  }
  const best = new Map<GpuRow, number>();
  for (const series of shape.series) {
    const found = byName.get(series.name);
    if (found !== undefined) best.set(found.row, Math.min(found.rank, best.get(found.row) ?? found.rank));
  }

  const groups = new Map<string, { row: GpuRow; subject: number; placed: Placed[] }>();
  shape.series.forEach((series, index) => {
    const found = byName.get(series.name);
    if (found === undefined) return;
    if (found.rank !== best.get(found.row)) {
      builder.ignore(index, `${found.row.names[best.get(found.row) ?? 0] ?? ''} is on the page too and is used`);
      return;
    }
    const identity = dialect.identify(series.labels);
    const subject = subjectOf(identity);
    if (identity === undefined || identity.uuid === '') {
      builder.ignore(index, 'its labels name no GPU');
      return;
    }
    const key = `${subject}/${found.row.field}`;
    const group = groups.get(key) ?? { row: found.row, subject, placed: [] };
    group.placed.push({ series: index, share: dialect.isShare?.(series.labels) === true });
    groups.set(key, group);
  });

  for (const { row, subject, placed } of groups.values()) {
    const whole = placed.filter((entry) => !entry.share);
    const used = whole.length > 0 ? whole : placed;
    for (const entry of placed) {
      if (entry.share && whole.length > 0) {
        builder.ignore(entry.series, "one pod's share of the GPU; the row of the whole GPU is used");
      }
    }
    const name = shape.series[used[0]?.series ?? -1]?.name ?? '';
    if (used.length < placed.length || (used.length > 1 && row.combine === undefined)) {
      builder.note(
        `${name} has several rows for the same GPU (one per pod?); they are not added, the largest or the whole GPU's is used`,
      );
    }
    const combine = row.combine ?? 'max';
    for (const { series } of used) {
      const options = { combine, multiply: row.multiply ?? 1, divide: row.divide ?? 1, isBlank: row.isBlank };
      if (row.kind === 'gauge') builder.gauge(series, subject, row.field, options);
      else builder.counter(series, subject, row.field, options);
    }
  }
}

/** A GPU cut into instances keeps its own row; the mark lets sums over GPUs leave one of the two out. */
function markParents(builder: PlanBuilder, gpus: readonly GpuSubject[]): void {
  for (const parent of gpus) {
    if (parent.mig !== '') continue;
    if (!gpus.some((other) => other.mig !== '' && other.uuid === parent.uuid)) continue;
    const attributes = builder.subjects[parent.index]?.attributes;
    if (attributes !== undefined) attributes.mig_mode = 'parent of instances on this page';
  }
}
