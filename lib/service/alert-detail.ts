import { nextOf } from '#lib/alerts/next.ts';
import type { AlertDetail } from '#lib/api/alerts.ts';
import { loadDeliveriesOf, loadEarlier, loadTimeline, loadUntold } from '#lib/db/alert-timeline.ts';
import { type AlertRow, loadAlertRows } from '#lib/db/alerts.ts';
import { type FleetState, loadFleet } from '#lib/db/fleet-state.ts';
import { loadFloors } from '#lib/db/gpu-floors.ts';
import { measureReads } from '#lib/db/measure-reads.ts';
import { loadNextRepeat } from '#lib/db/next-repeat.ts';
import { loadQuiet } from '#lib/db/quiet.ts';
import { loadNeighbours } from '#lib/db/related-alerts.ts';
import { loadRunBehind } from '#lib/db/run-signals.ts';
import { readsRun } from '#lib/metrics/reads-run.ts';
import { readKey, type SignalRead } from '#lib/rules/reads.ts';
import { handlingOfRow, toSummary } from '#lib/service/alert-summary.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';

const MINUTE_MS = 60_000;
const NEIGHBOUR_MS = 10 * MINUTE_MS;
const EVIDENCE_BEFORE_MS = 60 * MINUTE_MS;
const EVIDENCE_AFTER_MS = 15 * MINUTE_MS;
const LIMITS = { timeline: 1000, earlier: 20, neighbours: 50 };

/** `GET /alerts/{id}`: everything that is known of one episode. */
export async function getAlertView(context: ServiceContext, id: number): Promise<AlertDetail> {
  const { pool } = context;
  const [row] = await loadAlertRows(pool, [id]);
  if (row === undefined) throw new AppError('not-found', `no alert ${id}`);
  const fleet = await loadFleet(context);
  const { nowMs } = fleet;
  const [quiet, timeline, deliveries, untold, earlier, neighbours, vram, run, repeat] = await Promise.all([
    loadQuiet(pool, nowMs),
    loadTimeline(pool, id, LIMITS.timeline),
    loadDeliveriesOf(pool, id),
    loadUntold(pool, id),
    loadEarlier(pool, row, LIMITS.earlier),
    loadNeighbours(pool, surroundingsOf(row, fleet), LIMITS.neighbours),
    vramOf(context, fleet, row),
    runOf(context, row),
    loadNextRepeat(pool, id),
  ]);
  const { expr, forMs, keepFiringMs, cause, check, remedy, source, signals, profile } = row.rule;
  return {
    ...toSummary(row, quiet, nowMs),
    ruleText: { expr, forMs, keepFiringMs, cause, check, remedy, source, signals, profile },
    vram,
    run,
    next: nextOf({ ...row, forMs, keepFiringMs, handling: handlingOfRow(row, quiet, nowMs), repeat }, nowMs),
    evidence: evidenceOf(row, nowMs),
    timeline: [...timeline],
    deliveries: [...deliveries],
    untold: [...untold],
    earlier: earlier.map((each) => ({ ...each, notes: [...each.notes] })),
    neighbours: neighbours.map((each) => toSummary(each, quiet, nowMs)),
  };
}

/** From an hour before it began (or three times `for`) until now, or until somewhat after it was over. */
function evidenceOf(row: AlertRow, nowMs: number): AlertDetail['evidence'] {
  const fromMs = row.pendingSinceMs - Math.max(EVIDENCE_BEFORE_MS, 3 * row.rule.forMs);
  const toMs = row.resolvedAtMs === null ? nowMs : Math.min(nowMs, row.resolvedAtMs + EVIDENCE_AFTER_MS);
  return { fromMs, toMs: Math.max(toMs, row.pendingSinceMs) };
}

/** The subject, what it is linked to, and their targets. */
function surroundingsOf(row: AlertRow, fleet: FleetState) {
  const { subjectId } = row;
  const linked = fleet.links.flatMap(({ engineId, gpuId }) =>
    engineId === subjectId ? [gpuId] : gpuId === subjectId ? [engineId] : [],
  );
  return {
    exceptId: row.id,
    subjectIds: subjectId === null ? [] : [subjectId, ...linked],
    targetIds: row.targetId === null ? [] : [row.targetId],
    host: row.labels.host ?? null,
    model: row.labels.model ?? null,
    fromMs: row.pendingSinceMs - NEIGHBOUR_MS,
    toMs: Math.max(row.pendingSinceMs, row.firedAtMs ?? 0) + NEIGHBOUR_MS,
  };
}

/** The run that a rule about runs read, as of the moment when it fired. */
async function runOf({ pool }: ServiceContext, row: AlertRow): Promise<AlertDetail['run']> {
  if (row.subjectId === null || !readsRun(row.rule.signals)) return null;
  return loadRunBehind(pool, row.subjectId, row.firedAtMs ?? row.lastSeenMs);
}

const PRINTED: SignalRead = { signal: 'vram_utilization', aggregate: 'default', windowMs: MINUTE_MS };

/** What the exporter prints beside what the rule judged, at the newest evaluation that had data. */
async function vramOf(context: ServiceContext, fleet: FleetState, row: AlertRow): Promise<AlertDetail['vram']> {
  const gpu = fleet.subjects.find((subject) => subject.id === row.subjectId && subject.kind === 'gpu');
  if (row.rule.vram !== 'above-floor' || row.rule.profile !== 'relative' || gpu === undefined) return null;
  const floorBytes = (await loadFloors(context.pool)).get(gpu.id)?.floorBytes ?? null;
  if (floorBytes === null) return null;
  const values = await measureReads(context, fleet, [gpu], [PRINTED], row.lastSeenMs);
  return { floorBytes, printedUtilization: values.get(gpu.id)?.values.get(readKey(PRINTED)) ?? null };
}
