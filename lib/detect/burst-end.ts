import { type ArrivalLevel, baseLikelihood, evidenceOfMore, ownLikelihood } from '#lib/detect/burst-rate.ts';
import type { Arrivals } from '#lib/detect/burst-sample.ts';
import { median } from '#lib/detect/order-statistics.ts';

/** What the polls of a burst say about its load: it lasts, it changed to another high level, or it ended. */
export type LoadNow =
  | { readonly state: 'lasts' }
  /** The polls from here on are another level, still high. */
  | { readonly state: 'moved'; readonly from: number }
  /** `plusMinusMs`: length of the last poll with load. */
  | { readonly state: 'ended'; readonly endMs: number; readonly plusMinusMs: number };

/** Nats by which "ended here" must explain the polls better than "goes on". */
const SURE = 7;
/** What followed is too much for the level: surely more, and this many times it. */
const SURELY_MORE = 8;
const STILL_TIMES = 1.4;
const FEWEST_AFTER = 2;
const FEWEST_MOVED = 3;
/** The load just before its end, where it changes all the time. */
const RATE_POLLS = 5;
const LONG_POLL_MS = 4500;

/**
 * Where the load of a burst ended, from its polls since the level last changed (oldest first): the place that splits them
 * best into one rate before and the usual level after. Two polls (or a long one) after the one it ended in must agree.
 */
export function findLoadEnd(polls: readonly Arrivals[], level: ArrivalLevel): LoadNow {
  const all = polls.reduce((sum, each) => joined(sum, each), NOTHING);
  const whole = ownLikelihood(all.count, all.elapsedMs);
  let before = NOTHING;
  let best = { at: -1, gain: 0, after: NOTHING };
  for (let i = 1; i < polls.length; i += 1) {
    before = joined(before, polls[i - 1]);
    const after = { count: all.count - before.count, elapsedMs: all.elapsedMs - before.elapsedMs };
    const gain =
      ownLikelihood(before.count, before.elapsedMs) + baseLikelihood(after.count, after.elapsedMs, level.rps) - whole;
    if (gain > best.gain) best = { at: i, gain, after };
  }
  const [last, next] = [polls[best.at - 1], polls[best.at]];
  if (last === undefined || next === undefined || best.gain / level.dispersion < SURE) return { state: 'lasts' };
  // The poll in which the load ended shows part of it: what follows that one tells.
  const rest = { count: best.after.count - next.count, elapsedMs: best.after.elapsedMs - next.elapsedMs };
  const restPolls = polls.length - best.at - 1;
  if (restPolls < FEWEST_AFTER && rest.elapsedMs < LONG_POLL_MS) return { state: 'lasts' };
  const isMore = evidenceOfMore(rest.count, rest.elapsedMs, level) >= SURELY_MORE;
  if (isMore && (rest.count * 1000) / rest.elapsedMs >= level.rps * STILL_TIMES) {
    return restPolls >= FEWEST_MOVED ? { state: 'moved', from: best.at } : { state: 'lasts' };
  }
  return { state: 'ended', endMs: endWithin(polls, best.at, level.rps), plusMinusMs: last.elapsedMs };
}

/** Inside the polls around the split: what they count above the usual, at the rate of the polls before, tells how long it lasted. */
function endWithin(polls: readonly Arrivals[], at: number, usualRps: number): number {
  const [last, next] = [polls[at - 1], polls[at]];
  const before = polls.slice(Math.max(0, at - 1 - RATE_POLLS), at - 1);
  const rps = median(before.map((each) => (each.count * 1000) / each.elapsedMs));
  if (last === undefined || next === undefined) return last?.atMs ?? 0;
  if (rps === null || rps <= usualRps) return last.atMs;
  const excess = last.count + next.count - (usualRps * (last.elapsedMs + next.elapsedMs)) / 1000;
  const lastedMs = (excess * 1000) / (rps - usualRps);
  return last.atMs - last.elapsedMs + Math.min(Math.max(lastedMs, 0), last.elapsedMs + next.elapsedMs);
}

const NOTHING = { count: 0, elapsedMs: 0 };

function joined(sum: typeof NOTHING, each: Arrivals | undefined): typeof NOTHING {
  return each === undefined ? sum : { count: sum.count + each.count, elapsedMs: sum.elapsedMs + each.elapsedMs };
}
