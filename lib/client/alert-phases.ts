import type { AlertDetail, AlertSummary } from '#lib/api/alerts.ts';

export type Phase = {
  readonly kind: 'pending' | 'firing' | 'recovering' | 'no-data';
  readonly fromMs: number;
  /** null while it lasts. */
  readonly toMs: number | null;
};

type Story = Pick<AlertSummary, 'pendingSinceMs' | 'firedAtMs' | 'recoveringSinceMs' | 'resolvedAtMs'> &
  Pick<AlertDetail, 'timeline'>;

/** The phases of an episode from its transitions; without a timeline from its own timestamps. */
export function phasesOf(alert: Story): readonly Phase[] {
  const { pendingSinceMs, firedAtMs, resolvedAtMs, recoveringSinceMs, timeline } = alert;
  const changes = timeline
    .filter(({ kind }) => ['firing', 'recovering', 'firing-again', 'resolved', 'dropped'].includes(kind))
    .toSorted((a, b) => a.atMs - b.atMs);
  const phases: Phase[] = [];
  let current: { kind: Phase['kind']; fromMs: number } | null = { kind: 'pending', fromMs: pendingSinceMs };
  const turn = (kind: Phase['kind'] | null, atMs: number): void => {
    if (current !== null && atMs > current.fromMs) phases.push({ ...current, toMs: atMs });
    current = kind === null ? null : { kind, fromMs: atMs };
  };
  if (changes.some(({ kind }) => kind === 'firing')) {
    for (const { kind, atMs } of changes) {
      turn(kind === 'recovering' ? 'recovering' : kind === 'resolved' || kind === 'dropped' ? null : 'firing', atMs);
    }
  } else if (firedAtMs !== null) {
    turn('firing', firedAtMs);
    if (recoveringSinceMs !== null) turn('recovering', recoveringSinceMs);
  }
  if (resolvedAtMs !== null && current !== null) turn(null, resolvedAtMs);
  if (current !== null) phases.push({ ...(current as { kind: Phase['kind']; fromMs: number }), toMs: null });
  return [...phases, ...dataGaps(timeline, resolvedAtMs)];
}

/** From `no-data` or `frozen` to `data-back`. */
function dataGaps(timeline: AlertDetail['timeline'], resolvedAtMs: number | null): readonly Phase[] {
  const gaps: Phase[] = [];
  let sinceMs: number | null = null;
  for (const { kind, atMs } of timeline.toSorted((a, b) => a.atMs - b.atMs)) {
    if (kind === 'no-data' || kind === 'frozen') sinceMs ??= atMs;
    if (kind === 'data-back' && sinceMs !== null) {
      gaps.push({ kind: 'no-data', fromMs: sinceMs, toMs: atMs });
      sinceMs = null;
    }
  }
  if (sinceMs !== null) gaps.push({ kind: 'no-data', fromMs: sinceMs, toMs: resolvedAtMs });
  return gaps;
}
