import { ENGINE_COUNTERS, ENGINE_GAUGES, ENGINE_HISTOGRAMS, type EngineReading } from '#lib/metrics/sample.ts';
import type { PageShape } from '#lib/scrape/page.ts';
import type { EngineDialect, EngineIdentity, ExporterName, FieldRow } from '#lib/scrape/sources/engine-dialect.ts';
import { baseName, type Match, matchSeries } from '#lib/scrape/sources/engine-match.ts';
import { leftoverReason } from '#lib/scrape/sources/leftover.ts';
import { PlanBuilder } from '#lib/scrape/sources/plan-builder.ts';
import type { MissingField, SourcePlan } from '#lib/scrape/sources/source.ts';

export type EngineSubject = EngineIdentity & { readonly index: number };

/** What a dialect's own code sees after the generic assignment, to add what tables cannot say. */
export type EngineDraftPlan = {
  readonly builder: PlanBuilder;
  readonly shape: PageShape;
  readonly engines: readonly EngineSubject[];
  /** Where numbers of the whole server are kept; undefined on a page without an engine. */
  readonly first: EngineSubject | undefined;
  readonly chosen: ReadonlyMap<FieldRow, ExporterName>;
};

export type EngineEnd = {
  readonly recognised: string;
  readonly lazyCounters: boolean;
  readonly missing: (row: FieldRow) => string;
  /** For a field that the dialect has no name for. */
  readonly absent: (field: string) => string;
};

/** Compiles a page for one engine dialect: names to fields, labels to engines, and a reason for all the rest. */
export function compileEngines(
  shape: PageShape,
  dialect: EngineDialect,
  complete: (draft: EngineDraftPlan) => EngineEnd,
): SourcePlan {
  const builder = new PlanBuilder(shape);
  const { matches, chosen } = matchSeries(shape, dialect);
  const used = matches.filter((match) => {
    const winner = chosen.get(match.row);
    if (winner === match.name || winner === undefined) return true;
    builder.ignore(
      match.series,
      `${winner.name} is on the page too and is used; this is another name for the same number`,
    );
    return false;
  });

  const engineOf = assignEngines(builder, shape, dialect, used);
  const engines = engineOf.engines;
  for (const match of used) {
    if (engines.length === 0) builder.ignore(match.series, 'no engine on the page yet that it could belong to');
    else store(builder, match, engineOf.subjectOf(match));
  }
  if (engines.length > 1 && used.some((match) => match.row.processWide === true)) {
    const first = engines[engineOf.first];
    builder.note(
      `HTTP, process and admission numbers are of the whole server; they are kept with engine ${first?.engine ?? ''} only, so sums count them once`,
    );
  }

  const end = complete({ builder, shape, engines, first: engines[engineOf.first], chosen });
  const missing = (): MissingField[] =>
    [...ENGINE_GAUGES, ...ENGINE_COUNTERS, ...ENGINE_HISTOGRAMS]
      .filter((field) => !engines.some((engine) => builder.has(engine.index, field)))
      .map((field) => {
        const row = dialect.rows.find((known) => known.field === field);
        return { field, reason: row === undefined ? end.absent(field) : end.missing(row) };
      });
  return builder.finish({
    recognised: end.recognised,
    missing,
    leftover: (name) => leftover(dialect, name),
    toReading: (draft, subject, origins): EngineReading => ({
      kind: 'engine',
      model: engines[subject]?.model ?? '',
      engine: engines[subject]?.engine ?? '',
      attributes: draft.attributes,
      gauges: draft.gauges,
      counters: draft.counters,
      histograms: draft.histograms,
      origins,
      lazyCounters: end.lazyCounters,
    }),
  });
}

function store(builder: PlanBuilder, match: Match, subject: number): void {
  const { row, name, part, series } = match;
  const divide = name.divide ?? 1;
  if (row.kind === 'histogram') {
    builder.histogram(series, subject, row.field, part === 'value' ? 'count' : part, divide);
  } else if (row.kind === 'counter') {
    builder.counter(series, subject, row.field, { combine: row.combine ?? 'sum', divide });
  } else {
    builder.gauge(series, subject, row.field, { combine: row.combine ?? 'max', divide, isBlank: row.isBlank });
  }
}

type Assignment = { engines: EngineSubject[]; first: number; subjectOf(match: Match): number };

/** Engines in the page's order. A series without the engine label belongs to the first engine of its model. */
function assignEngines(
  builder: PlanBuilder,
  shape: PageShape,
  dialect: EngineDialect,
  used: readonly Match[],
): Assignment {
  const engines: EngineSubject[] = [];
  const own = used.filter((match) => match.row.processWide !== true);
  const labelled = own.some((match) => shape.series[match.series]?.labels.has(dialect.engineLabel) === true);
  const found = new Map<Match, number>();
  const place = (match: Match): void => {
    const series = shape.series[match.series];
    if (series === undefined) return;
    const identity = dialect.identify(series.labels, series.name);
    const index = builder.subject(`${identity.model}\uffff${identity.engine}`, () => identity.attributes);
    if (index === engines.length) engines.push({ ...identity, index });
    found.set(match, index);
  };
  for (const match of own) {
    if (!labelled || shape.series[match.series]?.labels.has(dialect.engineLabel) === true) place(match);
  }
  const first = firstEngine(engines, undefined);
  const firstByModel = new Map<string | undefined, number>();
  return {
    engines,
    first,
    subjectOf(match) {
      const known = found.get(match);
      if (known !== undefined) return known;
      const labels = shape.series[match.series]?.labels ?? new Map<string, string>();
      const model = labels.get('model_name') ?? labels.get('model');
      const index = firstByModel.get(model) ?? firstEngine(engines, model);
      firstByModel.set(model, index);
      return index;
    },
  };
}

/** The engine with the lowest label: page order may change between polls, this does not. */
function firstEngine(engines: readonly EngineSubject[], model: string | undefined): number {
  const ofModel = engines.filter((engine) => engine.model === model);
  const sorted = [...(ofModel.length > 0 ? ofModel : engines)].sort(
    (a, b) => a.engine.localeCompare(b.engine, 'en', { numeric: true }) || a.model.localeCompare(b.model, 'en'),
  );
  return sorted[0]?.index ?? 0;
}

function leftover(dialect: EngineDialect, name: string): string {
  if (name.endsWith('_created')) return leftoverReason(name);
  const base = baseName(dialect, name);
  if (base === undefined) return leftoverReason(name);
  for (const key of [base, base.replace(/_(?:total|bucket|sum|count|info)$/, '')]) {
    const reason = dialect.ignored.get(key);
    if (reason !== undefined) return reason;
  }
  return leftoverReason(name);
}
