import { stepMsFor, type TimeRange } from '#lib/metrics/time-range.ts';

/** When a backtest evaluates. `stepMs` null: at every stored poll, as the live evaluator does. */
export type BacktestGrid = {
  readonly tier: 'raw' | '1m' | '1h';
  readonly stepMs: number | null;
  readonly rowMs: number;
};

export type GridFacts = {
  readonly range: TimeRange;
  readonly nowMs: number;
  readonly subjects: number;
  /** Of the fastest and of the slowest target. */
  readonly fastestMs: number;
  readonly slowestMs: number;
  /** The longest window that the rule reads. */
  readonly windowMs: number;
  readonly retention: { readonly rawMs: number; readonly minuteMs: number };
};

const MAX_EVALUATIONS = 400_000;
const MAX_WINDOW_ENTRIES = 1500;
const SHORT_MS = 3_600_000;

/**
 * How finely a range can be replayed: every poll where polls are still stored and the work is bearable, else steps over
 * the roll-ups of a minute, then of an hour. Many subjects, long ranges and long windows make the steps longer.
 */
export function backtestGrid(facts: GridFacts): BacktestGrid {
  const { range, nowMs, subjects, fastestMs, slowestMs, windowMs, retention } = facts;
  const lengthMs = range.toMs - range.fromMs;
  // The first window reaches back before the range.
  const oldestMs = range.fromMs - (windowMs > SHORT_MS ? windowMs : 0);
  const tier = oldestMs >= nowMs - retention.rawMs ? 'raw' : oldestMs >= nowMs - retention.minuteMs ? '1m' : '1h';
  const rowMs = tier === 'raw' ? fastestMs : tier === '1m' ? 60_000 : 3_600_000;
  const most = Math.max(1, Math.floor(MAX_EVALUATIONS / Math.max(1, subjects)));
  const isBearable = lengthMs / rowMs <= most && windowMs / rowMs <= MAX_WINDOW_ENTRIES;
  if (tier === 'raw' && isBearable) return { tier, stepMs: null, rowMs };
  const leastMs = Math.max(tier === 'raw' ? slowestMs * 2 : rowMs, windowMs / MAX_WINDOW_ENTRIES);
  return { tier, stepMs: isBearable ? rowMs : stepMsFor(range, most, leastMs), rowMs };
}
