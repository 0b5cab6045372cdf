import type { BatchWindow } from '#lib/runs/batch-window.ts';
import { reloadDelayMs } from '#lib/runs/reload-criterion.ts';

/** What polls saw of one engine at the start of a batch and while it ran. */
export type EngineStart = {
  readonly engineId: number;
  readonly firstRunningMs: number | null;
  readonly lastIdleMs: number | null;
  /** When polls saw that its process is a new one, since the batch before ended. */
  readonly restartsMs: readonly number[];
};

/** The longest wait for a model load among the engines that ran something; null where it is not known of any of them. */
export function batchReloadMs(engines: readonly EngineStart[], window: BatchWindow): number | null {
  const ran = engines.filter((engine) => engine.firstRunningMs !== null);
  const delays = ran.map((engine) => {
    const { firstRunningMs, lastIdleMs, restartsMs } = engine;
    return reloadDelayMs({
      submittedMs: window.submittedMs ?? window.startMs,
      firstRunningMs,
      lastIdleMs,
      previousEndMs: window.previousEndMs,
      processStartMs: restartsMs.findLast((atMs) => atMs <= (firstRunningMs ?? 0)) ?? null,
    });
  });
  const known = delays.filter((delay) => delay !== null);
  if (known.length === 0 || (known.length < delays.length && Math.max(...known) === 0)) return null;
  return Math.max(...known);
}

/**
 * How often an engine's process was a new one in the middle of a batch: after it was seen to run requests. A start before
 * that is a reload.
 */
export function crashesOf(engines: readonly EngineStart[], window: BatchWindow, toMs: number): number {
  return engines.reduce((sum, { restartsMs, firstRunningMs }) => {
    const fromMs = firstRunningMs ?? window.startMs;
    return sum + restartsMs.filter((atMs) => atMs > fromMs && atMs <= toMs).length;
  }, 0);
}
