import type { DataState, EndReason, Episode } from '#lib/alerts/alert.ts';
import type { Unit } from '#lib/metrics/unit.ts';

/** How a rule wants its episodes to go. */
export type LifecycleRule = {
  readonly forMs: number;
  readonly keepFiringMs: number;
  readonly absence: 'keep' | 'resolve';
};

/** What one evaluation of a rule on a subject gave. `holds` null: unknown, `data` says why. */
export type Observation = {
  readonly atMs: number;
  /** How often the target is polled now: what was missed between two observations follows from it. */
  readonly intervalMs: number;
  readonly holds: boolean | null;
  /**
   * Whether the condition still holds with its limits moved to the healthy side; null is unknown. False beside an
   * unknown `holds`: nothing would begin, but what fired has come down as far as its signal can show.
   */
  readonly holdsWithMargin: boolean | null;
  readonly data: DataState;
  readonly dataReason: string;
  readonly value: number | null;
  readonly limit: number | null;
  readonly unit: Unit;
};

export const TRANSITIONS = [
  'pending',
  'firing',
  'recovering',
  'firing-again',
  'resolved',
  'dropped',
  'no-data',
  'frozen',
  'data-back',
] as const;
export type TransitionKind = (typeof TRANSITIONS)[number];
export type Transition = { readonly kind: TransitionKind; readonly atMs: number; readonly value: number | null };

export type Step = { readonly episode: Episode | null; readonly transitions: readonly Transition[] };

/** Of the polls over `for`, this share must have had data. */
const OBSERVED_SHARE = 0.6;
/** One missed poll is no news; from here on the alert says that it has no data. */
const BLIND_INTERVALS = 2.5;

/**
 * One step of an alert's life: `inactive -> pending -> firing -> recovering -> resolved` (DESIGN §5).
 * `episode` is the open episode or null; the answer holds the episode as it is now (a resolved one once, null when a
 * pending one is dropped or nothing began) and what happened. Unknown neither resets `for` nor resolves.
 */
export function step(episode: Episode | null, rule: LifecycleRule, seen: Observation, flapping: boolean): Step {
  if (episode === null) return begin(rule, seen, flapping);
  if (seen.holds === null && seen.holdsWithMargin !== false) return stepUnknown(episode, rule, seen);
  // What happened while nothing was seen is unknown: recovering starts anew.
  const recoveringSinceMs =
    episode.data === 'ok' || episode.recoveringSinceMs === null ? episode.recoveringSinceMs : seen.atMs;
  const known = withData({ ...episode, flapping, recoveringSinceMs }, seen);
  const back: Transition[] = episode.data === 'ok' ? [] : [{ kind: 'data-back', atMs: seen.atMs, value: seen.value }];
  const next = episode.firedAtMs === null ? stepPending(known, rule, seen) : stepFired(known, rule, seen);
  return { episode: next.episode, transitions: [...back, ...next.transitions] };
}

/** Ends an open episode from outside: its target, its rule or its subject is no longer there. */
export function end(episode: Episode, reason: EndReason, atMs: number): Step {
  const ended = { ...episode, resolvedAtMs: atMs, endReason: reason, resolvedValue: null };
  const kind = episode.firedAtMs === null ? 'dropped' : 'resolved';
  return { episode: ended, transitions: [{ kind, atMs, value: null }] };
}

function begin(rule: LifecycleRule, seen: Observation, flapping: boolean): Step {
  if (seen.holds !== true) return { episode: null, transitions: [] };
  const fresh: Episode = {
    pendingSinceMs: seen.atMs,
    firedAtMs: null,
    lastHeldMs: seen.atMs,
    recoveringSinceMs: null,
    resolvedAtMs: null,
    endReason: null,
    noDataSinceMs: null,
    data: 'ok',
    dataReason: '',
    evaluations: 1,
    observed: 1,
    unit: seen.unit,
    limit: seen.limit,
    firedValue: null,
    peakValue: seen.value,
    lastValue: seen.value,
    resolvedValue: null,
    lastSeenMs: seen.atMs,
    flapping,
    changes: 1,
  };
  const pending: Transition = { kind: 'pending', atMs: seen.atMs, value: seen.value };
  const next = stepPending(fresh, rule, seen);
  return { episode: next.episode, transitions: [pending, ...next.transitions] };
}

function stepUnknown(episode: Episode, rule: LifecycleRule, seen: Observation): Step {
  const blind: Episode = { ...episode, noDataSinceMs: episode.noDataSinceMs ?? seen.atMs, dataReason: seen.dataReason };
  if (rule.absence === 'resolve') return end(blind, 'absent', seen.atMs);
  const isLong = seen.atMs - episode.lastSeenMs >= seen.intervalMs * BLIND_INTERVALS;
  const data: DataState =
    seen.data === 'frozen' || isLong ? (seen.data === 'ok' ? 'no-data' : seen.data) : episode.data;
  if (data === episode.data) return { episode: blind, transitions: [] };
  const kind = data === 'frozen' ? 'frozen' : 'no-data';
  return { episode: { ...blind, data }, transitions: [{ kind, atMs: seen.atMs, value: null }] };
}

function withData(episode: Episode, seen: Observation): Episode {
  return {
    ...episode,
    noDataSinceMs: null,
    data: 'ok',
    dataReason: '',
    evaluations: episode.evaluations + Math.max(1, Math.round((seen.atMs - episode.lastSeenMs) / seen.intervalMs)),
    observed: episode.observed + 1,
    lastSeenMs: seen.atMs,
    lastValue: seen.value,
    limit: seen.limit ?? episode.limit,
    lastHeldMs: seen.holds === true ? seen.atMs : episode.lastHeldMs,
    peakValue: seen.holds === true ? fartherValue(episode.peakValue, seen) : episode.peakValue,
  };
}

function fartherValue(peak: number | null, { value, limit }: Observation): number | null {
  if (value === null || peak === null || limit === null) return value ?? peak;
  return Math.abs(value - limit) > Math.abs(peak - limit) ? value : peak;
}

function stepPending(episode: Episode, rule: LifecycleRule, seen: Observation): Step {
  if (seen.holds !== true) {
    const dropped: Episode = { ...episode, resolvedAtMs: seen.atMs, endReason: 'not-fired', resolvedValue: seen.value };
    return { episode: dropped, transitions: [{ kind: 'dropped', atMs: seen.atMs, value: seen.value }] };
  }
  if (seen.atMs - episode.pendingSinceMs < rule.forMs) return { episode, transitions: [] };
  if (episode.observed < OBSERVED_SHARE * episode.evaluations) {
    const restarted = { ...episode, pendingSinceMs: seen.atMs, evaluations: 1, observed: 1 };
    return { episode: restarted, transitions: [] };
  }
  const fired = { ...episode, firedAtMs: seen.atMs, firedValue: seen.value };
  return { episode: fired, transitions: [{ kind: 'firing', atMs: seen.atMs, value: seen.value }] };
}

/** A firing alert recovers only beyond the recovery limit, and resolves only after `keepFiringMs` there without flapping. */
function stepFired(episode: Episode, rule: LifecycleRule, seen: Observation): Step {
  const { atMs, value } = seen;
  if (seen.holds === true || seen.holdsWithMargin !== false) {
    if (episode.recoveringSinceMs === null) return { episode, transitions: [] };
    const again = { ...episode, recoveringSinceMs: null, changes: episode.changes + 1 };
    return { episode: again, transitions: [{ kind: 'firing-again', atMs, value }] };
  }
  const began = episode.recoveringSinceMs === null;
  const since = episode.recoveringSinceMs ?? atMs;
  const recovering = { ...episode, recoveringSinceMs: since, changes: episode.changes + (began ? 1 : 0) };
  const entered: Transition[] = began ? [{ kind: 'recovering', atMs, value }] : [];
  if (atMs - since < rule.keepFiringMs || episode.flapping) return { episode: recovering, transitions: entered };
  const resolved: Episode = { ...recovering, resolvedAtMs: atMs, endReason: 'recovered', resolvedValue: value };
  return { episode: resolved, transitions: [...entered, { kind: 'resolved', atMs, value }] };
}
