import type { AckInput, AlertSummary, AssignInput, NoteInput, VersionInput } from '#lib/api/alerts.ts';
import { ackAlert, assignAlert, unackAlert } from '#lib/db/alert-actions.ts';
import { newestEvent } from '#lib/db/alert-timeline.ts';
import { insertAlertEvents, loadAlertRows } from '#lib/db/alerts.ts';
import { writeAudit } from '#lib/db/audit.ts';
import { enqueueNotifications } from '#lib/db/notifications.ts';
import { sendHint } from '#lib/db/notify.ts';
import { type Client, inTransaction } from '#lib/db/pool.ts';
import { loadQuiet } from '#lib/db/quiet.ts';
import type { Actor } from '#lib/service/access.ts';
import { alertConflict } from '#lib/service/alert-conflict.ts';
import { toSummary } from '#lib/service/alert-summary.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';

/** `POST /alerts/{id}/ack`: of two people who ack at once one wins, the other gets 409 that names the first. */
export async function ackOne(
  context: ServiceContext,
  actor: Actor,
  id: number,
  input: AckInput,
): Promise<AlertSummary> {
  const nowMs = context.clock();
  const ack = ackOf(actor, input, nowMs);
  const { untilMs, remindEveryMs } = ack;
  return act(context, actor, id, { kind: 'acked', text: input.note, detail: { untilMs, remindEveryMs } }, (client) =>
    ackAlert(client, id, ack, input.version ?? null),
  );
}

/** The ack that the input asks for. Throws AppError `invalid` when it would be over already. */
export function ackOf(actor: Actor, input: Pick<AckInput, 'note' | 'untilMs' | 'remindEveryMs'>, nowMs: number) {
  if (input.untilMs !== undefined && input.untilMs <= nowMs) {
    const message = 'is in the past: an ack ends later than now';
    throw new AppError('invalid', `untilMs: ${message}`, [{ path: 'untilMs', message }]);
  }
  return {
    by: actor.name,
    atMs: nowMs,
    note: input.note,
    untilMs: input.untilMs ?? null,
    remindEveryMs: input.remindEveryMs ?? null,
  };
}

/** `POST /alerts/{id}/unack` */
export function unackOne(context: ServiceContext, actor: Actor, id: number, input: VersionInput) {
  return act(context, actor, id, { kind: 'unacked', text: '', detail: {} }, (client) =>
    unackAlert(client, id, input.version ?? null),
  );
}

/** `POST /alerts/{id}/note`: also on a resolved alert; no version, since a note takes nothing from anybody. */
export function noteOne(context: ServiceContext, actor: Actor, id: number, input: NoteInput): Promise<AlertSummary> {
  return act(context, actor, id, { kind: 'note', text: input.note, detail: {} }, async () => true);
}

/** `POST /alerts/{id}/assign`; an empty owner is nobody. */
export function assignOne(context: ServiceContext, actor: Actor, id: number, input: AssignInput) {
  const owner = input.owner === '' ? null : input.owner;
  return act(context, actor, id, { kind: 'assigned', text: owner ?? 'nobody', detail: { owner } }, (client) =>
    assignAlert(client, id, owner, input.version ?? null),
  );
}

type Deed = { readonly kind: string; readonly text: string; readonly detail: Readonly<Record<string, unknown>> };

/** The change, its timeline entry, its audit entry and the hint: all or nothing. */
async function act(
  context: ServiceContext,
  actor: Actor,
  id: number,
  deed: Deed,
  change: (client: Client) => Promise<boolean>,
): Promise<AlertSummary> {
  const nowMs = context.clock();
  return inTransaction(context.pool, async (client) => {
    const changed = await change(client);
    const [row] = await loadAlertRows(client, [id]);
    if (row === undefined) throw new AppError('not-found', `no alert ${id}`);
    if (!changed) {
      if (deed.kind === 'unacked' && row.resolvedAtMs === null && row.ackedAtMs === null)
        throw new AppError('conflict', 'nobody has acknowledged it', [
          { path: 'version', message: String(row.version) },
        ]);
      throw alertConflict(row, await newestEvent(client, id), nowMs);
    }
    const { kind, text, detail } = deed;
    await insertAlertEvents(client, [{ alertId: id, atMs: nowMs, kind, actor: actor.name, text, value: null }]);
    await writeAudit(client, {
      actor: actor.name,
      action: `alert.${kind}`,
      object: `alert ${id}`,
      detail: { ...detail, text, rule: row.ruleId, on: row.subjectName },
      atMs: nowMs,
    });
    // Channels that were told that it fires hear who has it, or that nobody has.
    if (kind === 'acked' || kind === 'unacked') await enqueueNotifications(client, [id], nowMs);
    await sendHint(client, 'alerts');
    return toSummary(row, await loadQuiet(client, nowMs), nowMs);
  });
}
