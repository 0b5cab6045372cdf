import { alertState } from '#lib/alerts/alert.ts';
import { type Handling, handlingOf, type Quiet } from '#lib/alerts/handling.ts';
import { headlineOf } from '#lib/alerts/headline.ts';
import type { AlertSummary } from '#lib/api/alerts.ts';
import type { AlertRow } from '#lib/db/alerts.ts';
import { findSignal } from '#lib/metrics/signals.ts';

const NOTHING_QUIET: Quiet = { silences: [], maintenance: [] };

/** Who or what keeps it quiet now; of a resolved alert, how it stood when it resolved as far as that is stored. */
export function handlingOfRow(row: AlertRow, quiet: Quiet, nowMs: number): Handling {
  const inhibitedBy =
    row.inhibitedBy === null
      ? null
      : { id: row.inhibitedBy, title: row.inhibitedByTitle ?? `alert ${row.inhibitedBy}` };
  const alert = { ...row, inhibitedBy };
  return row.resolvedAtMs === null
    ? handlingOf(alert, quiet, nowMs)
    : handlingOf(alert, NOTHING_QUIET, row.resolvedAtMs);
}

/** An alert as lists, pages and messages show it. */
export function toSummary(row: AlertRow, quiet: Quiet, nowMs: number): AlertSummary {
  const [signal] = row.rule.signals;
  return {
    id: row.id,
    rule: row.ruleId,
    title: row.rule.title,
    headline: headlineOf({
      title: row.rule.title,
      subjectName: row.subjectName,
      signalTitle: signal === undefined ? null : (findSignal(signal)?.title ?? null),
      unit: row.unit,
      value: row.lastValue ?? row.firedValue,
      limit: row.limit,
    }),
    severity: row.severity,
    state: alertState(row),
    handling: handlingView(handlingOfRow(row, quiet, nowMs)),
    data: { state: row.data, reason: row.dataReason, sinceMs: row.data === 'ok' ? null : row.noDataSinceMs },
    scope: row.scope,
    subject:
      row.subjectId === null || row.subjectKind === null
        ? null
        : { id: row.subjectId, kind: row.subjectKind, name: row.subjectName },
    target: placeOf(row.targetId, row.targetName),
    channel: placeOf(row.channelId, row.channelName),
    subjectName: row.subjectName,
    labels: row.labels,
    pendingSinceMs: row.pendingSinceMs,
    firedAtMs: row.firedAtMs,
    recoveringSinceMs: row.recoveringSinceMs,
    resolvedAtMs: row.resolvedAtMs,
    endReason: row.endReason,
    unit: row.unit,
    limit: row.limit,
    lastValue: row.lastValue,
    peakValue: row.peakValue,
    firedValue: row.firedValue,
    resolvedValue: row.resolvedValue,
    lastSeenMs: row.lastSeenMs,
    flapping: row.flapping,
    changes: row.changes,
    owner: row.owner,
    ack:
      row.ackedAtMs === null
        ? null
        : {
            by: row.ackedBy ?? '',
            atMs: row.ackedAtMs,
            note: row.ackNote ?? '',
            untilMs: row.ackUntilMs,
            remindEveryMs: row.remindEveryMs,
          },
    action: row.rule.action,
    version: row.version,
  };
}

function placeOf(id: number | null, name: string | null): AlertSummary['target'] {
  return id === null ? null : { id, name: name ?? '' };
}

function handlingView(handling: Handling): AlertSummary['handling'] {
  switch (handling.state) {
    case 'open':
      return { state: 'open', reason: '', by: null, id: null, untilMs: null };
    case 'acked': {
      const note = handling.note === '' ? '' : `: ${handling.note}`;
      return {
        state: 'acked',
        reason: `acknowledged by ${handling.by}${note}`,
        by: 'person',
        id: null,
        untilMs: handling.untilMs,
      };
    }
    case 'muted':
      return { state: 'muted', reason: handling.reason, by: handling.by, id: handling.id, untilMs: handling.untilMs };
    case 'inhibited':
      return { state: 'inhibited', reason: handling.reason, by: 'alert', id: handling.by, untilMs: null };
  }
}
