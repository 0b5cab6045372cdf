import { type ArrivalLevel, evidenceOfMore } from '#lib/detect/burst-rate.ts';
import type { Arrivals } from '#lib/detect/burst-sample.ts';

/** Arrivals that rose: since when (start of the first poll that shows it), and how exactly that is known. */
export type Onset = { readonly startMs: number; readonly plusMinusMs: number; readonly evidence: number };

/** Nats: e^-22 a poll is once in more than ten years of polls every second. */
const SURE = 22;
/** Once in a few days of polls: enough to look closer, not to speak of a burst. */
const SUSPICIOUS = 12;
/** What is less than this many times the usual is a busy hour, however sure it is. */
const FEWEST_TIMES = 2;
/** A single poll tells by itself when it spans this long and shows this much; shorter ones may be late, never two in a row. */
const LONG_POLL_MS = 4500;
const FEWEST_TIMES_ALONE = 3;
const SUSPICIOUS_TIMES = 1.5;
const LOOK_BACK_MS = 60_000;

/**
 * The burst that the newest of these polls (oldest first) belongs to, or null: the stretch up to now, of at most a minute,
 * that is hardest to explain by the level, and at least twice it over two polls or more.
 */
export function findOnset(polls: readonly Arrivals[], level: ArrivalLevel): Onset | null {
  let best: (Onset & { readonly isAlone: boolean; readonly times: number }) | null = null;
  let [count, elapsedMs] = [0, 0];
  for (let i = polls.length - 1; i >= 0; i -= 1) {
    const poll = polls[i];
    if (poll === undefined || (elapsedMs > 0 && elapsedMs + poll.elapsedMs > LOOK_BACK_MS)) break;
    [count, elapsedMs] = [count + poll.count, elapsedMs + poll.elapsedMs];
    const evidence = evidenceOfMore(count, elapsedMs, level);
    if (evidence <= (best?.evidence ?? 0)) continue;
    const times = (count * 1000) / elapsedMs / level.rps;
    const isAlone = i === polls.length - 1;
    best = { startMs: poll.atMs - poll.elapsedMs, plusMinusMs: poll.elapsedMs, evidence, isAlone, times };
  }
  if (best === null || best.evidence < SURE || best.times < FEWEST_TIMES) return null;
  const isTold = !best.isAlone || (best.plusMinusMs >= LONG_POLL_MS && best.times >= FEWEST_TIMES_ALONE);
  return isTold ? { startMs: best.startMs, plusMinusMs: best.plusMinusMs, evidence: best.evidence } : null;
}

/** Whether the newest poll alone is odd enough to poll faster from now on. */
export function isSuspicious(poll: Arrivals, level: ArrivalLevel): boolean {
  const expected = (level.rps * poll.elapsedMs) / 1000;
  return poll.count >= expected * SUSPICIOUS_TIMES && evidenceOfMore(poll.count, poll.elapsedMs, level) >= SUSPICIOUS;
}
