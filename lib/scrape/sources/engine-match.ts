import type { PageShape } from '#lib/scrape/page.ts';
import type { EngineDialect, ExporterName, FieldRow } from '#lib/scrape/sources/engine-dialect.ts';

export type Part = 'value' | 'bucket' | 'sum' | 'count';

export type Candidate = {
  readonly row: FieldRow;
  readonly rank: number;
  readonly name: ExporterName;
  readonly part: Part;
};

export type Match = Candidate & { readonly series: number };

export type MatchedPage = {
  readonly matches: readonly Match[];
  /** Per row the rank of the name that is used on this page. */
  readonly chosen: ReadonlyMap<FieldRow, ExporterName>;
};

const INDEXES = new WeakMap<EngineDialect, ReadonlyMap<string, readonly Candidate[]>>();

/** The name without the exporter's prefix, or undefined when it has none of them. */
export function baseName(dialect: EngineDialect, name: string): string | undefined {
  for (const prefix of dialect.prefixes) if (name.startsWith(prefix)) return name.slice(prefix.length);
  return undefined;
}

/** Finds for every series of the page the canonical field it feeds, and for every field the one name to use. */
export function matchSeries(shape: PageShape, dialect: EngineDialect): MatchedPage {
  const index = candidatesOf(dialect);
  const found: Match[] = [];
  const chosen = new Map<FieldRow, ExporterName>();
  const ranks = new Map<FieldRow, number>();
  shape.series.forEach((series, i) => {
    const base = baseName(dialect, series.name);
    const candidates = (base === undefined ? undefined : index.get(base)) ?? index.get(`/${series.name}`);
    if (candidates === undefined) return;
    for (const candidate of candidates) {
      if (candidate.name.where?.(series.labels) === false) continue;
      found.push({ ...candidate, series: i });
      const rank = ranks.get(candidate.row);
      if (rank === undefined || candidate.rank < rank) {
        ranks.set(candidate.row, candidate.rank);
        chosen.set(candidate.row, candidate.name);
      }
      break;
    }
  });
  return { matches: found, chosen };
}

/** Sample name -> candidates. Names without a prefix are kept under "/name" so that the two kinds never mix. */
function candidatesOf(dialect: EngineDialect): ReadonlyMap<string, readonly Candidate[]> {
  const known = INDEXES.get(dialect);
  if (known !== undefined) return known;
  const index = new Map<string, Candidate[]>();
  const add = (row: FieldRow, sample: string, candidate: Candidate): void => {
    const key = row.unprefixed === true ? `/${sample}` : sample;
    const list = index.get(key);
    if (list === undefined) index.set(key, [candidate]);
    else list.push(candidate);
  };
  for (const row of dialect.rows) {
    row.names.forEach((name, rank) => {
      if (row.kind === 'histogram') {
        for (const part of ['bucket', 'sum', 'count'] as const) {
          add(row, `${name.name}_${part}`, { row, rank, name, part });
        }
        return;
      }
      add(row, name.name, { row, rank, name, part: 'value' });
      if (row.kind === 'counter') add(row, `${name.name}_total`, { row, rank, name, part: 'value' });
    });
  }
  INDEXES.set(dialect, index);
  return index;
}
