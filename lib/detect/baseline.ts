import { type EngineMinute, phasesOf } from '#lib/detect/engine-phase.ts';
import { median } from '#lib/detect/order-statistics.ts';

export type Baseline = { readonly rps: number | null; readonly minutes: number };

const NEWEST_EXCLUDED_MS = 15 * 60_000;
const FEWEST_MINUTES = 60;

export const BASELINE_SPAN_MS = 7 * 86_400_000;

/** The minutes of the last 7 days, the newest 15 minutes excluded: a fault of now must not become what is usual. */
export function baselineMinutes(minutes: readonly EngineMinute[], nowMs: number): readonly EngineMinute[] {
  return minutes.filter(
    (minute) => minute.atMs < nowMs - NEWEST_EXCLUDED_MS && minute.atMs >= nowMs - BASELINE_SPAN_MS,
  );
}

/**
 * The learned baseline (rules.yaml, header): median req/s of the minutes in which the engine had a queue or at least
 * half of its usual running requests, over 7 days, the newest 15 minutes and cold minutes excluded. `rps` is null
 * ("learning") with fewer than 60 such minutes. Usual running requests: the median over minutes in which anything ran.
 */
export function learnBaseline(minutes: readonly EngineMinute[], nowMs: number): Baseline {
  const old = baselineMinutes(minutes, nowMs);
  const usualRunning = median(old.map((minute) => minute.runningMean ?? 0).filter((running) => running > 0));
  const phases = phasesOf(old);
  const busy = old.filter((minute, i) => {
    if (phases[i] === 'cold') return false;
    const queued = (minute.waitingMax ?? 0) > 0;
    return queued || (usualRunning !== null && (minute.runningMean ?? 0) >= usualRunning / 2);
  });
  const rates = busy.map((minute) => minute.finishedPerSecond).filter((rate) => rate !== null);
  return { rps: rates.length >= FEWEST_MINUTES ? median(rates) : null, minutes: rates.length };
}
