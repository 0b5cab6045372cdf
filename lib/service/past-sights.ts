import type { PastSight } from '#lib/alerts/backtest.ts';
import { judgedVram, VRAM_TOTAL_READ, type VramView } from '#lib/alerts/judged-vram.ts';
import type { Sight } from '#lib/alerts/observe.ts';
import type { PollHistory } from '#lib/db/poll-history.ts';
import { isFrozen } from '#lib/detect/health.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { TimeRange } from '#lib/metrics/time-range.ts';
import { pickRead } from '#lib/rules/read-track.ts';
import type { SignalRead } from '#lib/rules/reads.ts';
import { type SlaFigures, slaSignal } from '#lib/runs/sla-figures.ts';
import { countUpTo, hasEntryAt } from '#lib/series/track.ts';
import type { PastReadings } from '#lib/service/past-readings.ts';

export type PastCase = {
  readonly range: TimeRange;
  /** null: at every poll. */
  readonly stepMs: number | null;
  readonly intervalMs: number;
  readonly polls: PollHistory;
  /** null where the rule is about the target. */
  readonly readings: PastReadings | null;
  /** Readings of all subjects of the target: one that works makes a frozen exporter. */
  readonly neighbours: readonly PastReadings[];
  readonly vram: VramView;
  /** How the engine had kept its SLA by a time; null where the rule does not ask. */
  readonly sla: ((atMs: number) => SlaFigures) | null;
};

type Moment = {
  readonly atMs: number;
  /** null where no attempt is stored for it. */
  readonly ok: boolean | null;
  readonly sameBody: number;
  /** Attempts up to and with this one. */
  readonly pollCount: number;
};

/** What the evaluator would have seen, moment by moment. */
export function* pastSights(past: PastCase): Iterable<PastSight> {
  for (const moment of momentsOf(past)) {
    const frozen = isFrozen(moment.sameBody, true) && past.neighbours.some((each) => each.isBusy(moment.atMs));
    const coarseBelow = (read: SignalRead): number | null =>
      past.readings?.read(read, moment.atMs)?.coarseBelow ?? null;
    yield {
      sight: sightOf(past, moment, frozen),
      lookup: (read) => readingAt(past, read, moment, frozen),
      coarseBelow,
    };
  }
}

function* momentsOf({ range, stepMs, polls, readings }: PastCase): Iterable<Moment> {
  if (stepMs === null) {
    for (let i = countUpTo(polls.atMs, range.fromMs); i < polls.atMs.length; i++) yield momentAt(polls, i);
    return;
  }
  const firstMs = Math.ceil(range.fromMs / stepMs) * stepMs;
  for (let atMs = firstMs; atMs <= range.toMs; atMs += stepMs) {
    const newest = countUpTo(polls.atMs, atMs) - 1;
    const isInStep = newest >= 0 && (polls.atMs[newest] ?? 0) > atMs - stepMs;
    if (isInStep) yield { ...momentAt(polls, newest), atMs };
    else if (readings !== null)
      yield { atMs, ok: hasEntryAt(readings.track, atMs) ? true : null, sameBody: 0, pollCount: newest + 1 };
  }
}

function momentAt(polls: PollHistory, i: number): Moment {
  return { atMs: polls.atMs[i] ?? 0, ok: polls.ok[i] ?? false, sameBody: polls.sameBody[i] ?? 0, pollCount: i + 1 };
}

function sightOf(past: PastCase, { atMs, ok, sameBody }: Moment, frozen: boolean): Sight {
  const base = { atMs, intervalMs: Math.max(past.intervalMs, past.stepMs ?? 0) };
  if (past.readings === null) return { ...base, data: 'ok', dataReason: '' };
  const isSeen = hasEntryAt(past.readings.track, atMs);
  if (!isSeen) {
    const dataReason = ok === true ? 'the target answers but does not show it' : 'the poll failed';
    return { ...base, data: 'no-data', dataReason };
  }
  if (frozen && past.readings.isBusy(atMs))
    return { ...base, data: 'frozen', dataReason: `${sameBody} polls with the same values` };
  return { ...base, data: 'ok', dataReason: '' };
}

const DAY_MS = 86_400_000;

function readingAt(past: PastCase, read: SignalRead, moment: Moment, frozen: boolean): number | null {
  const { readings, polls, vram } = past;
  const compute = findSignal(read.signal)?.compute;
  switch (compute?.type) {
    case 'target-up':
      if (compute.form === 'latest') return moment.ok === null ? null : Number(moment.ok);
      return shareOf(polls, moment);
    case 'target-frozen':
      return moment.ok === true ? Number(frozen && (readings === null || readings.isBusy(moment.atMs))) : null;
    case 'shown':
      return moment.ok !== true || readings === null ? null : Number(hasEntryAt(readings.track, moment.atMs));
    case 'sla':
      return past.sla === null ? null : slaSignal(past.sla(moment.atMs), compute.form);
    case 'missing-signals':
    // Only the newest verdict is stored.
    case 'memory-verdict':
    case 'burst':
    case 'slowdown':
    case 'run-figure':
    case undefined:
      return null;
  }
  const measured = readings?.read(read, moment.atMs);
  if (measured === undefined) return null;
  const totalBytes = vram.kind === 'printed' ? null : (readings?.read(VRAM_TOTAL_READ, moment.atMs)?.mean ?? null);
  return judgedVram(read, pickRead(read, measured), vram, totalBytes);
}

/** Share of the attempts of the day before that succeeded. */
function shareOf({ atMs, okSoFar }: PollHistory, moment: Moment): number | null {
  const first = countUpTo(atMs, moment.atMs - DAY_MS);
  const count = moment.pollCount - first;
  if (count <= 0) return null;
  return ((okSoFar[moment.pollCount - 1] ?? 0) - (okSoFar[first - 1] ?? 0)) / count;
}
