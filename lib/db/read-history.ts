import { type StoredFields, TIER_STEP_MS, type Tier, tableOf } from '#lib/db/columns.ts';
import type { Layout } from '#lib/db/layouts.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import { sumOfArrays } from '#lib/db/rollup.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';
import type { Track, TrackHistogram } from '#lib/series/track.ts';

export type HistoryRequest = {
  readonly kind: SubjectKind;
  readonly subjectIds: readonly number[];
  readonly fields: StoredFields;
  readonly tier: Tier;
  /** Entries that end in (fromMs, toMs]. */
  readonly fromMs: number;
  readonly toMs: number;
  /** null: one entry per stored row; else rows are summed over (T − step, T]. */
  readonly stepMs: number | null;
};

const EMPTY: Track = { atMs: [], columns: new Map(), histograms: new Map() };

/** The stored history of subjects as tracks, by subject id; a subject without rows has an empty one. */
export async function readHistory(
  context: MeasureContext,
  request: HistoryRequest,
): Promise<(subjectId: number) => Track> {
  const buckets = await context.layouts.mostBuckets();
  const columns = columnsOf(request, buckets);
  const end = endSql(request);
  // A single poll is its own last, lowest and highest value: such columns travel once.
  const sqls = [...new Set(columns.map(({ sql }) => sql))];
  const select = `subject_id, ${end} AS end_ms, layout_id, ${sqls.join(', ')}`;
  const cellOf = columns.map(({ sql }) => FIRST_COLUMN + sqls.indexOf(sql));
  const rowMs = request.tier === 'raw' ? 0 : TIER_STEP_MS[request.tier];
  const grouped = request.stepMs === null ? '' : 'GROUP BY 1, 2, 3';
  const { rows } = await context.pool.query({
    text: `SELECT ${select} FROM ${tableOf(request.kind, request.tier)}
           WHERE subject_id = ANY($1::int[]) AND at_ms > $2 AND at_ms <= $3 ${grouped} ORDER BY 1, 2`,
    values: [request.subjectIds, Math.floor(request.fromMs) - rowMs, Math.floor(request.toMs) - rowMs],
    rowMode: 'array',
  });
  const ids = [...new Set((rows as unknown[][]).map((row) => row[2] as number))];
  const layouts = await context.layouts.load(ids);
  const tracks = new Map<number, TrackBuilder>();
  for (const row of rows as unknown[][]) {
    const subjectId = row[0] as number;
    const builder = tracks.get(subjectId) ?? new TrackBuilder(columns, cellOf);
    tracks.set(subjectId, builder);
    builder.add(row, layouts);
  }
  return (subjectId) => tracks.get(subjectId)?.track ?? EMPTY;
}

/** When the entry of a row ends: a roll-up's row begins at `at_ms`. */
function endSql({ tier, stepMs }: HistoryRequest): string {
  const end = tier === 'raw' ? 'at_ms' : `(at_ms + ${TIER_STEP_MS[tier]})`;
  return stepMs === null ? end : `(${end} + ${stepMs - 1}) / ${stepMs} * ${stepMs}`;
}

/** How values of one entry are joined where two rows (of two bucket layouts) end together. */
type Join = 'sum' | 'min' | 'max' | 'last';
type Column = { readonly name: string; readonly sql: string; readonly join: Join | 'histogram' | 'histogram-sum' };

function columnsOf({ fields, tier, stepMs }: HistoryRequest, buckets: number): Column[] {
  const isGrouped = stepMs !== null;
  const agg = (join: Join, sql: string): string => {
    if (!isGrouped) return sql;
    return join === 'last' ? `(max(ARRAY[at_ms::double precision, ${sql}]))[2]` : `${join}(${sql})`;
  };
  const column = (name: string, join: Join, sql: string): Column => ({ name, join, sql: agg(join, sql) });
  const raw = tier === 'raw';
  const gauges = fields.gauges.flatMap((g) => [
    column(`${g}_last`, 'last', raw ? g : `${g}_last`),
    column(`${g}_sum`, 'sum', raw ? g : `${g}_sum`),
    column(`${g}_count`, 'sum', raw ? `(${g} IS NOT NULL)::int` : `${g}_count`),
    column(`${g}_min`, 'min', raw ? g : `${g}_min`),
    column(`${g}_max`, 'max', raw ? g : `${g}_max`),
  ]);
  const counters = fields.counters.flatMap((c) => {
    const rate = `${c} * 1000 / nullif(elapsed_ms, 0)`;
    return [
      column(c, 'sum', c),
      column(`${c}_min`, 'min', raw ? rate : `${c}_min`),
      column(`${c}_max`, 'max', raw ? rate : `${c}_max`),
    ];
  });
  const histograms = fields.histograms.flatMap((h): Column[] => [
    {
      name: h,
      join: 'histogram',
      sql: isGrouped ? `CASE WHEN count(h_${h}) > 0 THEN ${sumOfArrays(`h_${h}`, buckets)} END` : `h_${h}`,
    },
    { name: h, join: 'histogram-sum', sql: isGrouped ? `sum(h_${h}_sum)` : `h_${h}_sum` },
  ]);
  return [column('elapsed_ms', 'sum', 'elapsed_ms::float8'), ...gauges, ...counters, ...histograms];
}

const FIRST_COLUMN = 3;

class TrackBuilder {
  readonly #columns: readonly Column[];
  readonly #cellOf: readonly number[];
  readonly #atMs: number[] = [];
  readonly #numbers = new Map<string, number[]>();
  readonly #histograms = new Map<string, TrackHistogram[][]>();

  constructor(columns: readonly Column[], cellOf: readonly number[]) {
    this.#columns = columns;
    this.#cellOf = cellOf;
    for (const { name, join } of columns) {
      if (join === 'histogram') this.#histograms.set(name, []);
      else if (join !== 'histogram-sum') this.#numbers.set(name, []);
    }
  }

  get track(): Track {
    return { atMs: this.#atMs, columns: this.#numbers, histograms: this.#histograms };
  }

  /** Rows come in the order of their end. */
  add(row: readonly unknown[], layouts: ReadonlyMap<number, Layout>): void {
    const endMs = row[1] as number;
    const layoutId = row[2] as number;
    if (this.#atMs.at(-1) !== endMs) this.#atMs.push(endMs);
    const index = this.#atMs.length - 1;
    this.#columns.forEach(({ name, join }, i) => {
      const value = row[this.#cellOf[i] ?? 0];
      if (join === 'histogram') {
        const entries = this.#histograms.get(name) ?? [];
        const ofEntry = entries[index] ?? [];
        entries[index] = ofEntry;
        const bounds = layouts.get(layoutId)?.[name];
        if (value === null || bounds === undefined) return;
        const sum = (row[this.#cellOf[i + 1] ?? 0] as number | null) ?? null;
        ofEntry.push({ layoutId, bounds, counts: value as number[], sum });
      } else if (join !== 'histogram-sum') {
        const numbers = this.#numbers.get(name) ?? [];
        numbers[index] = joined(join, numbers[index], value === null ? Number.NaN : (value as number));
      }
    });
  }
}

function joined(join: Join, before: number | undefined, now: number): number {
  if (before === undefined || Number.isNaN(before)) return now;
  if (Number.isNaN(now)) return before;
  if (join === 'sum') return before + now;
  return join === 'min' ? Math.min(before, now) : join === 'max' ? Math.max(before, now) : now;
}
