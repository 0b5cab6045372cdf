import { alertState } from '#lib/alerts/alert.ts';
import type { AlertRow } from '#lib/db/alerts.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import { AppError } from '#lib/service/errors.ts';

/**
 * Why a change was refused, from how the alert stands now: resolved, acknowledged by another, or just changed. The
 * current state comes along as `errors`, so that a page can show it without asking again.
 */
export function alertConflict(row: AlertRow, newest: { kind: string; atMs: number } | null, nowMs: number): AppError {
  return new AppError('conflict', whatHappened(row, newest, nowMs), [
    { path: 'state', message: alertState(row) },
    { path: 'version', message: String(row.version) },
    ...known('resolvedAtMs', row.resolvedAtMs),
    ...known('endReason', row.endReason),
    ...known('ackedBy', row.ackedBy),
    ...known('ackedAtMs', row.ackedAtMs),
    ...known('ackNote', row.ackNote),
    ...known('ackUntilMs', row.ackUntilMs),
    ...known('owner', row.owner),
  ]);
}

function known(path: string, value: string | number | null): { path: string; message: string }[] {
  return value === null ? [] : [{ path, message: String(value) }];
}

function whatHappened(row: AlertRow, newest: { kind: string; atMs: number } | null, nowMs: number): string {
  const ago = (atMs: number): string => `${describeDurationMs(Math.max(0, nowMs - atMs))} ago`;
  if (row.resolvedAtMs !== null)
    return `already resolved at ${new Date(row.resolvedAtMs).toISOString()}, ${ago(row.resolvedAtMs)}`;
  const isAcked = row.ackedAtMs !== null && (row.ackUntilMs === null || row.ackUntilMs > nowMs);
  if (isAcked && row.ackedAtMs !== null) {
    const note = row.ackNote === null || row.ackNote === '' ? '' : `: ${row.ackNote}`;
    return `acked by ${row.ackedBy} ${ago(row.ackedAtMs)}${note}`;
  }
  if (newest === null) return 'it has changed meanwhile';
  return `it has changed meanwhile: ${newest.kind} ${ago(newest.atMs)}`;
}
