import type { CurrentAnswer, CurrentValue } from '#lib/api/series.ts';
import { loadNewestBursts } from '#lib/db/bursts.ts';
import { busySubjects } from '#lib/db/busy-subjects.ts';
import { loadUpShares } from '#lib/db/fleet.ts';
import { type FleetState, type FleetSubject, slowdownOf, subjectHealth, targetHealth } from '#lib/db/fleet-state.ts';
import { countedWindow, countSlo, isSloSignal } from '#lib/db/measure-slo.ts';
import { measureSpan } from '#lib/db/measure-span.ts';
import { loadVerdictHeads } from '#lib/db/memory-verdicts.ts';
import { type EngineRun, loadRunSignals } from '#lib/db/run-signals.ts';
import { loadSlaFigures } from '#lib/db/sla-figures.ts';
import type { BurstRecord } from '#lib/detect/burst-record.ts';
import { BURST_TOLD_MS, burstSignal } from '#lib/detect/burst-signals.ts';
import { type VerdictHead, verdictSignal } from '#lib/detect/verdict-signals.ts';
import { isSampleCompute, type Signal } from '#lib/metrics/signal.ts';
import { SIGNALS } from '#lib/metrics/signals.ts';
import { NO_RUN } from '#lib/runs/run-figures.ts';
import { type SlaFigures, slaSignal } from '#lib/runs/sla-figures.ts';
import type { Measured } from '#lib/series/measure.ts';
import { measureSlo } from '#lib/series/measure-slo.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { refuseUnknownSubjects } from '#lib/service/known-subjects.ts';
import { missingReasons } from '#lib/service/missing-reason.ts';
import { sharedFleet } from '#lib/service/shared-fleet.ts';
import { parseSignalList } from '#lib/service/signal-list.ts';

export type CurrentInput = {
  readonly signals?: string | undefined;
  readonly subject: readonly number[];
  readonly kind?: 'engine' | 'gpu' | undefined;
};

/** `GET /current`: the latest value of each signal per subject; unknown ones say why. */
export async function currentValues(context: ServiceContext, input: CurrentInput): Promise<CurrentAnswer> {
  const fleet = await sharedFleet(context);
  const signals = input.signals === undefined ? SIGNALS : parseSignalList(input.signals);
  refuseUnknownSubjects(fleet, input.subject);
  const subjects = fleet.subjects.filter(
    (subject) =>
      (input.subject.length === 0 || input.subject.includes(subject.id)) &&
      (input.kind === undefined || subject.kind === input.kind),
  );
  const items = await currentOf(context, fleet, subjects, signals);
  return { atMs: fleet.nowMs, items, nextCursor: null };
}

/** Latest values of the given signals for the given subjects of a fleet that is already loaded. */
export async function currentOf(
  context: ServiceContext,
  fleet: FleetState,
  subjects: readonly FleetSubject[],
  signals: readonly Signal[],
): Promise<CurrentValue[]> {
  const busy = await busySubjects(context, fleet, subjects);
  const values = new Map<string, Measured>();
  for (const windowMs of new Set(signals.map((signal) => signal.windowMs))) {
    const ofWindow = signals.filter((signal) => signal.windowMs === windowMs && isSampleCompute(signal.compute));
    const span = { fromMs: fleet.nowMs - windowMs, toMs: fleet.nowMs + 1, stepMs: null } as const;
    if (ofWindow.length === 0) continue;
    for (const row of await measureSpan(context, fleet, { subjects, signals: ofWindow, span, group: 'subject' })) {
      values.set(`${row.subjectId} ${row.signal.id}`, row.value);
    }
  }
  for (const [key, value] of await sloValues(context, fleet, subjects, signals)) values.set(key, value);
  const upShares = signals.some(isShareSignal) ? await loadUpShares(context.pool, fleet.nowMs - 86_400_000) : new Map();
  const verdicts = signals.some(isVerdictSignal)
    ? await loadVerdictHeads(
        context.pool,
        subjects.map((subject) => subject.id),
      )
    : new Map<number, VerdictHead>();
  const bursts = await burstsOf(context, fleet.nowMs, subjects, signals);
  const runs = signals.some((signal) => signal.compute.type === 'run-figure')
    ? await loadRunSignals(context, fleet)
    : new Map<number, EngineRun>();
  const sla = signals.some((signal) => signal.compute.type === 'sla')
    ? await loadSlaFigures(context.pool, fleet)
    : new Map<number, SlaFigures>();
  const explain = await missingReasons(context, subjects);
  return subjects.flatMap((subject) => {
    const health = subjectHealth(subject, busy.has(subject.id), fleet.nowMs);
    return signals
      .filter((signal) => signal.kind === subject.kind)
      .map((signal): CurrentValue => {
        const head = {
          signal: signal.id,
          unit: signal.unit,
          subject: subject.id,
          name: subject.name,
          windowMs: signal.windowMs,
        };
        const polled = pollValue(signal, subject, { upShares, runs, sla, fleet }, health.state);
        if (polled !== undefined) {
          return {
            ...head,
            value: polled,
            min: polled,
            max: polled,
            atMs: subject.target.lastAtMs,
            reason:
              polled !== null
                ? ''
                : (slaReason(signal, sla.get(subject.id)) ?? (health.reason || explain(subject, signal))),
          };
        }
        const judged =
          verdictOf(signal, verdicts.get(subject.id), fleet.nowMs) ??
          burstOf(signal, bursts.get(subject.id), fleet.nowMs) ??
          slowdownValue(signal, subject, fleet.nowMs);
        if (judged !== null) return { ...head, ...judged, reason: judged.reason ?? explain(subject, signal) };
        const isDead = health.state === 'down' || health.state === 'stale' || health.state === 'unknown';
        if (isDead)
          return {
            ...head,
            value: null,
            min: null,
            max: null,
            atMs: subject.lastSampleMs,
            reason: `${health.state}: ${health.reason}`,
          };
        const value = values.get(`${subject.id} ${signal.id}`);
        const isKnown = value !== undefined && value.mean !== null;
        return {
          ...head,
          value: value?.mean ?? null,
          min: value?.min ?? null,
          max: value?.max ?? null,
          ...(value?.coarseBelow === undefined ? {} : { coarseBelow: value.coarseBelow }),
          atMs: subject.lastSampleMs,
          reason: isKnown ? (health.state === 'frozen' ? `frozen: ${health.reason}` : '') : explain(subject, signal),
        };
      });
  });
}

function isVerdictSignal(signal: Signal): boolean {
  return signal.compute.type === 'memory-verdict';
}

type Judged = Pick<CurrentValue, 'value' | 'min' | 'max' | 'atMs'> & { readonly reason: string | null };

/** What the newest leak verdict says; null for signals that are no verdict's. Without a verdict the reason is null. */
function verdictOf(signal: Signal, head: VerdictHead | undefined, nowMs: number): Judged | null {
  if (signal.compute.type !== 'memory-verdict') return null;
  const value = verdictSignal(head, signal.compute.form, nowMs);
  const known = { value, min: value, max: value, atMs: head?.judgedAtMs ?? null };
  if (head === undefined) return { ...known, reason: null };
  if (value !== null) return { ...known, reason: '' };
  const isOld = verdictSignal(head, 'verdict', nowMs) === null;
  return { ...known, reason: isOld ? 'the newest verdict is too old' : `the verdict is ${head.verdict}` };
}

/** Why the SLA is unknown, in its own words; null for other signals. */
function slaReason(signal: Signal, figures: SlaFigures | undefined): string | null {
  return signal.compute.type === 'sla' ? (figures?.reason ?? null) : null;
}

/** Signals of promises, each over its window; the budget over that of the promise. */
async function sloValues(
  context: ServiceContext,
  fleet: FleetState,
  subjects: readonly FleetSubject[],
  signals: readonly Signal[],
): Promise<ReadonlyMap<string, Measured>> {
  const values = new Map<string, Measured>();
  const groups = Map.groupBy(signals.filter(isSloSignal), ({ compute, windowMs }) =>
    countedWindow(compute.form, windowMs),
  );
  for (const [windowMs, group] of groups) {
    const counts = await countSlo(context, subjects, windowMs, fleet.nowMs);
    for (const [id, count] of counts)
      for (const signal of group) values.set(`${id} ${signal.id}`, measureSlo(signal.compute.form, [count]));
  }
  return values;
}

async function burstsOf(
  { pool }: ServiceContext,
  nowMs: number,
  subjects: readonly FleetSubject[],
  signals: readonly Signal[],
): Promise<ReadonlyMap<number, BurstRecord>> {
  if (!signals.some((signal) => signal.compute.type === 'burst')) return new Map();
  const engineIds = subjects.filter((subject) => subject.kind === 'engine').map((subject) => subject.id);
  const stored = await loadNewestBursts(pool, engineIds, nowMs - BURST_TOLD_MS);
  return new Map([...stored].map(([id, { record }]) => [id, record]));
}

function burstOf(signal: Signal, burst: BurstRecord | undefined, nowMs: number): Judged | null {
  if (signal.compute.type !== 'burst') return null;
  const value = burstSignal(burst, signal.compute.form, nowMs);
  return { value, min: value, max: value, atMs: burst?.untilMs ?? null, reason: value === null ? null : '' };
}

function slowdownValue(signal: Signal, subject: FleetSubject, nowMs: number): Judged | null {
  if (signal.compute.type !== 'slowdown') return null;
  const value = slowdownOf(subject, nowMs);
  return { value, min: value, max: value, atMs: subject.learnedAtMs, reason: value === null ? null : '' };
}

function isShareSignal(signal: Signal): boolean {
  return signal.compute.type === 'target-up' && signal.compute.form === 'share';
}

type Looked = {
  readonly fleet: FleetState;
  readonly upShares: ReadonlyMap<number, number>;
  readonly runs: ReadonlyMap<number, EngineRun>;
  readonly sla: ReadonlyMap<number, SlaFigures>;
};

/** Signals that follow from the polls themselves, or from runs; undefined for all others. */
function pollValue(
  signal: Signal,
  subject: FleetSubject,
  { fleet, upShares, runs, sla }: Looked,
  state: string,
): number | null | undefined {
  if (signal.compute.type === 'shown') return shownValue(fleet, subject);
  if (signal.compute.type === 'missing-signals') return null;
  if (signal.compute.type === 'run-figure') return (runs.get(subject.id)?.figures ?? NO_RUN)[signal.compute.figure];
  if (signal.compute.type === 'sla') return slaSignal(sla.get(subject.id), signal.compute.form);
  if (signal.compute.type === 'target-frozen') return state === 'unknown' ? null : state === 'frozen' ? 1 : 0;
  if (signal.compute.type !== 'target-up') return undefined;
  if (signal.compute.form === 'share') return upShares.get(subject.targetId) ?? null;
  return subject.target.ok === null ? null : Number(subject.target.ok);
}

/**
 * 1 while an answering target shows the subject, 0 once it has been missing, unknown while the target is silent or, as
 * rules have it, shows no engine at all: then it was started anew and waits for its first request.
 */
function shownValue({ subjects, nowMs }: FleetState, subject: FleetSubject): number | null {
  if (targetHealth(subject.target, nowMs).state !== 'ok') return null;
  const { state } = subjectHealth(subject, false, nowMs);
  if (state === 'ok' || state === 'unknown') return state === 'ok' ? 1 : null;
  const isShown = (other: FleetSubject): boolean =>
    other.targetId === subject.targetId && subjectHealth(other, false, nowMs).state === 'ok';
  return subject.kind === 'engine' && !subjects.some(isShown) ? null : 0;
}
