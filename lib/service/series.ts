import type { Gap, Mark, Series, SeriesAnswer } from '#lib/api/series.ts';
import { MARK_KINDS } from '#lib/api/series.ts';
import { loadAlertSpans } from '#lib/db/alert-spans.ts';
import { TIER_STEP_MS, type Tier } from '#lib/db/columns.ts';
import { loadFailureSpans, loadMarks } from '#lib/db/fleet.ts';
import { type FleetState, type FleetSubject, subjectHealth } from '#lib/db/fleet-state.ts';
import { type MeasuredRow, measureSpan, tierFor } from '#lib/db/measure-span.ts';
import { DEFAULT_RETENTION } from '#lib/db/partitions.ts';
import { loadRollupState } from '#lib/db/rollup.ts';
import { loadBoundaries } from '#lib/db/run-batches.ts';
import { loadSetting } from '#lib/db/settings.ts';
import type { Signal } from '#lib/metrics/signal.ts';
import { stepMsFor, type TimeRange } from '#lib/metrics/time-range.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';
import { refuseUnknownSubjects } from '#lib/service/known-subjects.ts';
import { measurePolls } from '#lib/service/poll-signals.ts';
import { sharedFleet } from '#lib/service/shared-fleet.ts';
import { sharedLoad } from '#lib/service/shared-load.ts';
import { parseSignalList } from '#lib/service/signal-list.ts';
import { timeRange } from '#lib/service/time-point.ts';

export type SeriesInput = {
  readonly signals: string;
  readonly subject: readonly number[];
  readonly kind?: 'engine' | 'gpu' | undefined;
  readonly from: string;
  readonly to: string;
  readonly points: number;
  readonly group: 'subject' | 'fleet';
};

const MAX_SERIES = 200;
const MAX_ALERTS = 500;
const MAX_BATCH_MARKS = 200;

/** `GET /series`: signals over time, in buckets that the stored rows fill evenly. */
export async function seriesOf(context: ServiceContext, input: SeriesInput): Promise<SeriesAnswer> {
  const fleet = await sharedFleet(context);
  const signals = parseSignalList(input.signals);
  const range = timeRange(input, fleet.nowMs);
  const subjects = chooseSubjects(fleet, input, signals);
  const slowestMs = Math.max(1000, ...subjects.map((subject) => subject.target.intervalMs));
  const stepMs = stepMsFor(range, input.points, slowestMs * 2);
  const stored = await sharedLoad(context, 'retention', () => loadSetting(context.pool, 'retention'));
  const retention = stored ?? DEFAULT_RETENTION;
  const tier = tierFor(stepMs, range.fromMs, fleet.nowMs, retention);
  const step = Math.max(stepMs, TIER_STEP_MS[tier]);
  const request = { subjects, signals, group: input.group, stepMs: step };
  const [rows, polls, marks, gaps, alerts] = await Promise.all([
    measureTiers(context, fleet, request, range, tier),
    measurePolls(context, fleet, request, range),
    marksOf(context, fleet, subjects, range),
    gapsOf(context, subjects, range),
    alertsOf(context, subjects, range),
  ]);
  return {
    from: range.fromMs,
    to: range.toMs,
    stepMs: step,
    tier,
    series: buildSeries([...rows, ...polls], request, range),
    marks,
    gaps,
    alerts: [...alerts],
    partial: partialOf(subjects, fleet.nowMs),
  };
}

/** An empty answer would look as if nothing had been measured. */
function refuseOtherKind({ kind }: SeriesInput, signals: readonly Signal[]): void {
  if (kind === undefined || signals.some((signal) => signal.kind === kind)) return;
  const message = `${signals.map(({ id }) => id).join(', ')}: no signal of ${kind === 'gpu' ? 'GPUs' : 'engines'}`;
  throw new AppError('invalid', `query: kind: ${message}`, [{ path: 'kind', message }]);
}

function chooseSubjects(fleet: FleetState, input: SeriesInput, signals: readonly Signal[]): readonly FleetSubject[] {
  refuseUnknownSubjects(fleet, input.subject);
  refuseOtherKind(input, signals);
  const subjects = fleet.subjects.filter(
    (subject) =>
      (input.subject.length === 0 || input.subject.includes(subject.id)) &&
      (input.kind === undefined || subject.kind === input.kind) &&
      signals.some((signal) => signal.kind === subject.kind),
  );
  if (input.group === 'subject') {
    const count = subjects.reduce(
      (sum, subject) => sum + signals.filter((signal) => signal.kind === subject.kind).length,
      0,
    );
    if (count > MAX_SERIES) {
      throw new AppError(
        'too-large',
        `${count} series asked for: the limit is ${MAX_SERIES}; name subjects, fewer signals, or use group=fleet`,
      );
    }
  }
  return subjects;
}

type Request = {
  readonly subjects: readonly FleetSubject[];
  readonly signals: readonly Signal[];
  readonly group: 'subject' | 'fleet';
  readonly stepMs: number;
};

/** Roll-ups lag behind; what they do not hold yet comes from the rows below, split at a bucket's edge. */
async function measureTiers(
  context: ServiceContext,
  fleet: FleetState,
  request: Request,
  range: TimeRange,
  tier: Tier,
): Promise<readonly MeasuredRow[]> {
  const part = (fromMs: number, toMs: number, from: Tier, settled?: number): Promise<readonly MeasuredRow[]> => {
    if (fromMs >= toMs) return Promise.resolve([]);
    const span = { fromMs, toMs, stepMs: request.stepMs, tier: from, ...(settled === undefined ? {} : { settled }) };
    return measureSpan(context, fleet, { ...request, span });
  };
  if (tier === 'raw') return part(range.fromMs, range.toMs, 'raw');
  const { doneMs, version } = await sharedLoad(context, `rollup ${tier}`, () => loadRollupState(context.pool, tier));
  const splitMs = Math.max(
    alignDown(range.fromMs, request.stepMs),
    Math.min(range.toMs, alignDown(doneMs, request.stepMs)),
  );
  const [rolled, newest] = await Promise.all([
    part(alignDown(range.fromMs, request.stepMs), splitMs, tier, version),
    part(splitMs, range.toMs, tier === '1h' ? '1m' : 'raw'),
  ]);
  return [...rolled, ...newest];
}

function alignDown(ms: number, stepMs: number): number {
  return Math.floor(ms / stepMs) * stepMs;
}

function buildSeries(rows: readonly MeasuredRow[], request: Request, range: TimeRange): Series[] {
  const t: number[] = [];
  for (let ms = alignDown(range.fromMs, request.stepMs); ms < range.toMs; ms += request.stepMs) t.push(ms);
  const indexOf = new Map(t.map((ms, i) => [ms, i]));
  const built = new Map<string, Series>();
  const start = (signal: Signal, subject: number | null): void => {
    const empty = (): (number | null)[] => new Array<number | null>(t.length).fill(null);
    built.set(`${subject} ${signal.id}`, {
      signal: signal.id,
      unit: signal.unit,
      subject,
      t,
      mean: empty(),
      min: empty(),
      max: empty(),
    });
  };
  for (const signal of request.signals) {
    const ofKind = request.subjects.filter((subject) => subject.kind === signal.kind);
    if (request.group === 'fleet') start(signal, null);
    else for (const subject of ofKind) start(signal, subject.id);
  }
  for (const row of rows) {
    const series = built.get(`${row.subjectId} ${row.signal.id}`);
    const index = indexOf.get(row.bucketMs);
    if (series === undefined || index === undefined) continue;
    series.mean[index] = row.value.mean;
    series.min[index] = row.value.min;
    series.max[index] = row.value.max;
    const { coarseBelow } = row.value;
    if (coarseBelow !== undefined) series.coarseBelow = Math.max(series.coarseBelow ?? 0, coarseBelow);
  }
  return [...built.values()];
}

async function marksOf(
  context: ServiceContext,
  fleet: FleetState,
  subjects: readonly FleetSubject[],
  range: TimeRange,
): Promise<Mark[]> {
  const ids = subjects.map((subject) => subject.id);
  const [rows, batches] = await Promise.all([
    sharedLoad(context, JSON.stringify(['marks', ids, range]), () => loadMarks(context.pool, ids, range)),
    batchMarks(context, fleet, new Set(ids), range),
  ]);
  const own = rows.flatMap((row) => {
    const kind = MARK_KINDS.find((known) => known === row.kind);
    return kind === undefined ? [] : [{ ...row, kind }];
  });
  return [...own, ...batches];
}

/** Batches that ran on what is shown: on these engines, or on the engines of these GPUs. One mark for all of it. */
async function batchMarks(
  context: ServiceContext,
  fleet: FleetState,
  shown: ReadonlySet<number>,
  range: TimeRange,
): Promise<Mark[]> {
  const linked = fleet.links.filter((link) => shown.has(link.gpuId)).map((link) => link.engineId);
  const ids = [...new Set([...shown, ...linked])];
  const boundaries = await sharedLoad(context, JSON.stringify(['boundaries', ids, range]), () =>
    loadBoundaries(context.pool, ids, range, MAX_BATCH_MARKS),
  );
  return boundaries.map(({ atMs, kind, name, runName }) => {
    return { atMs, kind, subject: null, text: `${name} of ${runName} ${kind === 'batch-start' ? 'began' : 'ended'}` };
  });
}

function alertsOf(context: ServiceContext, subjects: readonly FleetSubject[], range: TimeRange) {
  const about = {
    subjectIds: subjects.map((subject) => subject.id),
    targetIds: [...new Set(subjects.map((subject) => subject.targetId))],
  };
  return sharedLoad(context, JSON.stringify(['alerts', about, range]), () =>
    loadAlertSpans(context.pool, about, range, MAX_ALERTS),
  );
}

/** Failed polls as spans, for each subject of the target. */
async function gapsOf(context: ServiceContext, subjects: readonly FleetSubject[], range: TimeRange): Promise<Gap[]> {
  const targetIds = [...new Set(subjects.map((subject) => subject.targetId))];
  const spans = await sharedLoad(context, JSON.stringify(['failures', targetIds, range]), () =>
    loadFailureSpans(context.pool, targetIds, range),
  );
  return spans.flatMap((span) =>
    subjects
      .filter((subject) => subject.targetId === span.targetId)
      .map((subject) => ({
        fromMs: span.fromMs,
        toMs: span.toMs + subject.target.intervalMs,
        subject: subject.id,
        reason: span.reason,
      })),
  );
}

function partialOf(subjects: readonly FleetSubject[], nowMs: number): SeriesAnswer['partial'] {
  const missing = subjects.filter((subject) => {
    const { state } = subjectHealth(subject, false, nowMs);
    return state === 'down' || state === 'stale' || state === 'unknown';
  });
  return { of: subjects.length, missing: missing.map((subject) => subject.name) };
}
