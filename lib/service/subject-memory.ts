import type { MemoryView } from '#lib/api/memory.ts';
import { loadMemoryVerdict } from '#lib/db/memory-verdicts.ts';
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
  const total = findSignal('vram_total');
  const [stored, current] = await Promise.all([
    loadMemoryVerdict(context.pool, id),
    subject.kind === 'gpu' && total !== undefined ? currentOf(context, fleet, [subject], [total]) : [],
  ]);
  return {
    judgedAtMs: stored?.judgedAtMs ?? null,
    isOld: stored !== null && fleet.nowMs - stored.judgedAtMs > VERDICT_OLD_MS,
    leak: stored?.leak ?? null,
    attribution: stored?.attribution ?? null,
    totalBytes: current[0]?.value ?? null,
  };
}
