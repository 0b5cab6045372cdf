import type pg from 'pg';
import { TIER_STEP_MS, type Tier } from '#lib/db/columns.ts';
import { baselineOf, type FleetState, type FleetSubject } from '#lib/db/fleet-state.ts';
import { readHistogramBuckets } from '#lib/db/histogram-windows.ts';
import type { LayoutStore } from '#lib/db/layouts.ts';
import { isSloSignal, measureSloSpan } from '#lib/db/measure-slo.ts';
import { fetchScalarsTogether } from '#lib/db/scalar-batch.ts';
import { fetchScalars, type RowSpan, type ScalarWanted } from '#lib/db/series-query.ts';
import { readRows } from '#lib/db/settled-rows.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';
import type { Compute, Signal } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import {
  exactly,
  type HistogramCompute,
  histogramsOf,
  type Measured,
  measureHistogram,
  measureOverBaseline,
  measureRatio,
  UNKNOWN,
} from '#lib/series/measure.ts';

/** What measuring reads from. */
export type MeasureContext = { readonly pool: pg.Pool; readonly layouts: LayoutStore };

export type SpanRequest = {
  readonly subjects: readonly FleetSubject[];
  readonly signals: readonly Signal[];
  /** `stepMs` null: one window, gauges give their newest value. */
  readonly span: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly stepMs: number | null;
    readonly tier?: Tier;
    /** As in `RowSpan`. */
    readonly settled?: number;
    /** Of one window a gauge gives its newest value, unless its mean is wanted. */
    readonly gauges?: 'newest' | 'mean';
  };
  readonly group: 'subject' | 'fleet';
};

export type MeasuredRow = {
  readonly signal: Signal;
  /** null for the fleet. */
  readonly subjectId: number | null;
  readonly bucketMs: number;
  readonly value: Measured;
};

/** Measures signals over one span and tier. Buckets without samples have no row; poll signals are not measured here. */
export async function measureSpan(
  context: MeasureContext,
  fleet: FleetState,
  request: SpanRequest,
): Promise<readonly MeasuredRow[]> {
  const rows: MeasuredRow[] = [];
  for (const kind of ['engine', 'gpu'] as const) {
    const subjects = request.subjects.filter((subject) => subject.kind === kind);
    const signals = request.signals.filter((signal) => signal.kind === kind);
    if (subjects.length === 0 || signals.length === 0) continue;
    const span = rowSpan(kind, subjects, fleet, request);
    const [scalars, histograms, promises] = await Promise.all([
      measureScalars(context, fleet, { ...request, subjects, signals }, span),
      measureHistograms(context, signals, span),
      measureSloSpan(context, subjects, signals.filter(isSloSignal), span),
    ]);
    rows.push(...scalars, ...histograms, ...promises);
  }
  return rows;
}

function rowSpan(
  kind: SubjectKind,
  subjects: readonly FleetSubject[],
  fleet: FleetState,
  request: SpanRequest,
): RowSpan {
  const all = fleet.subjects.filter((subject) => subject.kind === kind).length;
  return {
    kind,
    tier: request.span.tier ?? 'raw',
    fromMs: request.span.fromMs,
    toMs: request.span.toMs,
    subjectIds: subjects.length === all ? null : subjects.map((subject) => subject.id),
    stepMs: request.span.stepMs,
    group: request.group,
    settled: request.span.settled ?? null,
    gauges: request.span.gauges ?? 'newest',
  };
}

/** The scalar that a signal is made from: itself, or the rate under a baseline or per-GPU signal. */
function scalarOf(compute: Compute): ScalarWanted['compute'] | null {
  switch (compute.type) {
    case 'over-baseline':
    case 'per-linked-gpu':
      return { type: 'rate', counters: compute.counters };
    case 'baseline':
      return { type: 'rate', counters: ['finished'] };
    case 'quantile':
    case 'histogram-mean':
    case 'fraction-below':
    case 'joint-fraction-below':
    case 'target-up':
    case 'target-frozen':
    case 'shown':
    case 'missing-signals':
    case 'memory-verdict':
    case 'burst':
    case 'slowdown':
    case 'run-figure':
    case 'slo':
    case 'sla':
      return null;
    case 'failures-while-full':
      return { type: 'increase', counters: compute.counters };
    default:
      return compute;
  }
}

async function measureScalars(
  context: MeasureContext,
  fleet: FleetState,
  request: SpanRequest,
  span: RowSpan,
): Promise<MeasuredRow[]> {
  const wanted = request.signals.flatMap((signal) => {
    const compute = scalarOf(signal.compute);
    if (compute === null) return [];
    const fleetForm = compute === signal.compute ? signal.fleet : 'sum';
    return [{ signal, compute, fleet: fleetForm }];
  });
  if (wanted.length === 0) return [];
  const [rows, watts, fullest] = await Promise.all([
    readRows(context.pool, span, wanted, (part) =>
      (part.stepMs === null ? fetchScalars : fetchScalarsTogether)(context.pool, part, wanted),
    ),
    linkedWatts(context, fleet, request),
    linkedFullest(context, fleet, request),
  ]);
  const baselines = new Map(request.subjects.map((subject) => [subject.id, baselineOf(subject)]));
  const fleetBaseline = sumKnown([...baselines.values()]);
  return rows.flatMap((row) => {
    const baseline = row.subjectId === null ? fleetBaseline : (baselines.get(row.subjectId) ?? null);
    return wanted.map(({ signal }, i): MeasuredRow => {
      const scalar = row.values[i] ?? UNKNOWN;
      const key = wattKey(row.subjectId, row.bucketMs);
      const value = finish(signal.compute, scalar, {
        baseline,
        watts: watts.get(key) ?? null,
        fullest: fullest.get(key) ?? null,
      });
      return { signal, subjectId: row.subjectId, bucketMs: row.bucketMs, value };
    });
  });
}

type Beside = { readonly baseline: number | null; readonly watts: number | null; readonly fullest: number | null };

function finish(compute: Compute, scalar: Measured, { baseline, watts, fullest }: Beside): Measured {
  switch (compute.type) {
    case 'increase-ratio':
      return measureRatio(compute, scalar.mean, scalar.max);
    case 'over-baseline':
      return measureOverBaseline(scalar, baseline, compute.form);
    case 'baseline':
      return exactly(baseline);
    case 'per-linked-gpu':
      return watts === null || !(watts > 0) || scalar.mean === null ? UNKNOWN : exactly(scalar.mean / watts);
    case 'failures-while-full':
      if (fullest === null) return UNKNOWN;
      return fullest >= compute.fullRatio ? scalar : exactly(0);
    default:
      return scalar;
  }
}

function sumKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 || known.length < values.length ? null : known.reduce((sum, value) => sum + value, 0);
}

function wattKey(subjectId: number | null, bucketMs: number): string {
  return `${subjectId} ${bucketMs}`;
}

/** Watts of the GPUs that each engine runs on, by engine and bucket; unknown where a GPU is. */
async function linkedWatts(
  context: MeasureContext,
  fleet: FleetState,
  request: SpanRequest,
): Promise<ReadonlyMap<string, number>> {
  const watts = new Map<string, number>();
  const power = findSignal('gpu_power');
  if (power === undefined || !request.signals.some((signal) => signal.compute.type === 'per-linked-gpu')) return watts;
  const engineIds = new Set(request.subjects.map((subject) => subject.id));
  const links = fleet.links.filter((link) => engineIds.has(link.engineId));
  const gpuIds = new Set(links.map((link) => link.gpuId));
  const gpus = fleet.subjects.filter((subject) => gpuIds.has(subject.id));
  const rows = await measureSpan(context, fleet, { ...request, subjects: gpus, signals: [power], group: 'subject' });
  for (const row of rows) {
    if (row.value.mean === null) continue;
    if (request.group === 'fleet') add(watts, wattKey(null, row.bucketMs), row.value.mean);
    else
      for (const link of links)
        if (link.gpuId === row.subjectId) add(watts, wattKey(link.engineId, row.bucketMs), row.value.mean);
  }
  return watts;
}

/** How full (0..1) the fullest GPU of each engine was, by engine and bucket; missing where no linked GPU is known. */
async function linkedFullest(
  context: MeasureContext,
  fleet: FleetState,
  request: SpanRequest,
): Promise<ReadonlyMap<string, number>> {
  const fullest = new Map<string, number>();
  const share = findSignal('vram_utilization');
  if (share === undefined || !request.signals.some((signal) => signal.compute.type === 'failures-while-full'))
    return fullest;
  const engineIds = new Set(request.subjects.map((subject) => subject.id));
  const links = fleet.links.filter((link) => engineIds.has(link.engineId));
  const gpuIds = new Set(links.map((link) => link.gpuId));
  const gpus = fleet.subjects.filter((subject) => gpuIds.has(subject.id));
  const rows = await measureSpan(context, fleet, { ...request, subjects: gpus, signals: [share], group: 'subject' });
  for (const row of rows) {
    const ratio = row.value.max;
    if (ratio === null) continue;
    for (const link of links.filter((each) => each.gpuId === row.subjectId)) {
      const key = wattKey(request.group === 'fleet' ? null : link.engineId, row.bucketMs);
      fullest.set(key, Math.max(fullest.get(key) ?? 0, ratio));
    }
  }
  return fullest;
}

function add(totals: Map<string, number>, key: string, value: number): void {
  totals.set(key, (totals.get(key) ?? 0) + value);
}

async function measureHistograms(
  context: MeasureContext,
  signals: readonly Signal[],
  span: RowSpan,
): Promise<MeasuredRow[]> {
  const wanted = signals.filter((signal): signal is Signal & { compute: HistogramCompute } =>
    isHistogram(signal.compute),
  );
  if (wanted.length === 0) return [];
  const names = [...new Set(wanted.flatMap((signal) => histogramsOf(signal.compute)))];
  const buckets = await readHistogramBuckets(context, span, names);
  return buckets.flatMap(({ subjectId, bucketMs, windowOf }) =>
    wanted.map((signal): MeasuredRow => {
      return { signal, subjectId, bucketMs, value: measureHistogram(signal.compute, windowOf) };
    }),
  );
}

function isHistogram(compute: Compute): compute is HistogramCompute {
  return ['quantile', 'histogram-mean', 'fraction-below', 'joint-fraction-below'].includes(compute.type);
}

/** The widest tier whose rows fill a step evenly, and which is still kept at `fromMs`. */
export function tierFor(
  stepMs: number,
  fromMs: number,
  nowMs: number,
  retention: { rawMs: number; minuteMs: number },
): Tier {
  const byStep = (['1h', '10m', '1m'] as const).find((tier) => stepMs % TIER_STEP_MS[tier] === 0) ?? 'raw';
  if (fromMs < nowMs - retention.minuteMs) return '1h';
  return byStep === 'raw' && fromMs < nowMs - retention.rawMs ? '1m' : byStep;
}
