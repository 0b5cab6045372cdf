import type { BatchState } from '#lib/runs/run.ts';

const DAY_MS = 86_400_000;
/** 001 sla_window: of a batch whose server names no deadline. */
export const BATCH_WINDOW_MS = DAY_MS;

export type SlaBatch = {
  readonly state: BatchState;
  readonly submittedMs: number;
  readonly endedMs: number | null;
  /** As its server says; null: 24 hours after it was submitted. */
  readonly expiresMs: number | null;
  readonly requests: number | null;
};

export type BatchSla = {
  /** Share of requests whose batch finished inside its window; null: none was due yet, or a size that matters is unknown. */
  readonly compliance: number | null;
  readonly inTime: number;
  readonly late: number;
  /** Inside their windows: neither side. */
  readonly open: number;
  readonly reason: string;
};

export function deadlineOf({ expiresMs, submittedMs }: Pick<SlaBatch, 'expiresMs' | 'submittedMs'>): number {
  return expiresMs ?? submittedMs + BATCH_WINDOW_MS;
}

/**
 * The batches that ended in the day up to `nowMs` or are still open, weighted by their requests (001 SLAViolation). One
 * that failed, expired or passed its deadline is late; one that a person cancelled counts for neither side. null: there is none.
 */
export function slaOfBatches(batches: readonly SlaBatch[], nowMs: number): BatchSla | null {
  const judged = batches
    .filter(({ submittedMs, endedMs }) => submittedMs <= nowMs && (endedMs === null || endedMs > nowMs - DAY_MS))
    .map((batch) => ({ batch, isInTime: isInTime(batch, nowMs) }));
  const decided = judged.filter(({ isInTime: known }) => known !== null);
  const open =
    judged.filter(({ batch }) => isOpen(batch, nowMs)).length -
    decided.filter(({ batch }) => isOpen(batch, nowMs)).length;
  if (decided.length === 0 && open === 0) return null;
  const inTime = decided.filter(({ isInTime: known }) => known === true);
  const late = decided.filter(({ isInTime: known }) => known === false);
  const counts = { inTime: inTime.length, late: late.length, open };
  if (decided.length === 0)
    return { ...counts, compliance: null, reason: 'its batches are still inside their windows' };
  if (late.length === 0) return { ...counts, compliance: 1, reason: '' };
  if (inTime.length === 0) return { ...counts, compliance: 0, reason: '' };
  const sizes = decided.map(({ batch }) => batch.requests);
  if (sizes.includes(null) || sizes.every((size) => size === 0))
    return { ...counts, compliance: null, reason: 'the size of a batch is not known, so its weight is not' };
  const sum = (of: typeof decided): number => of.reduce((total, { batch }) => total + (batch.requests ?? 0), 0);
  return { ...counts, compliance: sum(inTime) / sum(decided), reason: '' };
}

const isOpen = ({ endedMs }: SlaBatch, nowMs: number): boolean => endedMs === null || endedMs > nowMs;

/** null: not decided yet, or it says nothing. */
function isInTime(batch: SlaBatch, nowMs: number): boolean | null {
  const deadlineMs = deadlineOf(batch);
  if (isOpen(batch, nowMs)) return nowMs > deadlineMs ? false : null;
  switch (batch.state) {
    case 'failed':
    case 'expired':
      return false;
    case 'cancelled':
    case 'unknown':
      return null;
    default:
      return (batch.endedMs ?? nowMs) <= deadlineMs;
  }
}
