import type { MemoryView } from '#lib/api/memory.ts';
import { loadAlertRows } from '#lib/db/alerts.ts';
import type { FleetState, FleetSubject } from '#lib/db/fleet-state.ts';
import { loadMemoryVerdict, loadVerdictOfAlert, type StoredVerdict } from '#lib/db/memory-verdicts.ts';
import { VERDICT_OLD_MS } from '#lib/detect/verdict-signals.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { currentOf } from '#lib/service/current.ts';
import { AppError } from '#lib/service/errors.ts';
import { sharedFleet } from '#lib/service/shared-fleet.ts';

/** `GET /subjects/{id}/memory`: the newest leak verdict on its memory with the evidence. */
export async function getSubjectMemory(context: ServiceContext, id: number): Promise<MemoryView> {
  const fleet = await sharedFleet(context);
  const subject = fleet.subjects.find((each) => each.id === id);
  if (subject === undefined) throw new AppError('not-found', `no subject ${id}`);
  const [stored, totalBytes] = await Promise.all([
    loadMemoryVerdict(context.pool, id),
    totalBytesOf(context, fleet, subject),
  ]);
  const isOld = stored !== null && fleet.nowMs - stored.judgedAtMs > VERDICT_OLD_MS;
  return { ...viewOf(stored), isOld, totalBytes };
}

/** `GET /alerts/{id}/memory`: the leak verdict as it stood when this alert fired. */
export async function getAlertMemory(context: ServiceContext, alertId: number): Promise<MemoryView> {
  const [row] = await loadAlertRows(context.pool, [alertId]);
  if (row === undefined) throw new AppError('not-found', `no alert ${alertId}`);
  const fleet = await sharedFleet(context);
  const subject = fleet.subjects.find((each) => each.id === row.subjectId);
  const [stored, totalBytes] = await Promise.all([
    loadVerdictOfAlert(context.pool, alertId),
    subject === undefined ? null : totalBytesOf(context, fleet, subject),
  ]);
  return { ...viewOf(stored), isOld: false, totalBytes };
}

function viewOf(stored: StoredVerdict | null): Pick<MemoryView, 'judgedAtMs' | 'leak' | 'attribution'> {
  return {
    judgedAtMs: stored?.judgedAtMs ?? null,
    leak: stored?.leak ?? null,
    attribution: stored?.attribution ?? null,
  };
}

async function totalBytesOf(context: ServiceContext, fleet: FleetState, subject: FleetSubject): Promise<number | null> {
  const total = findSignal('vram_total');
  if (subject.kind !== 'gpu' || total === undefined) return null;
  const [current] = await currentOf(context, fleet, [subject], [total]);
  return current?.value ?? null;
}
