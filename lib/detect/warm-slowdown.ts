import { type EngineMinute, phasesOf, secondsPerToken } from '#lib/detect/engine-phase.ts';
import { median } from '#lib/detect/order-statistics.ts';

/** Speed of one process after its warm-up: seconds per token by load. It stays what it is while the process lives. */
export type WarmReference = {
  /** Start of the process where that was seen, else the oldest minute known of it. */
  readonly sinceMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly minutes: number;
  /** Prompt tokens per generated token: another mix is another speed. */
  readonly promptShare: number | null;
  readonly byLoad: readonly LoadSpeed[];
};

/** `load`: running requests on a scale of half octaves. */
export type LoadSpeed = { readonly load: number; readonly secondsPerToken: number; readonly minutes: number };

export type Slowdown = {
  /** Seconds per token now over those after warm-up, at equal load; 1 is as fast. null is not known, see `reason`. */
  readonly times: number | null;
  readonly reason: string;
  readonly newestMinutes: number;
  readonly reference: WarmReference | null;
};

const MINUTE_MS = 60_000;
const REFERENCE_MINUTES = 60;
const FEWEST_REFERENCE = 20;
const NEWEST_MS = 20 * MINUTE_MS;
const FEWEST_NEWEST = 10;
const FEWEST_AT_LOAD = 3;
/** Minutes this soon after the reference belong to neither. */
const APART_MS = 30 * MINUTE_MS;
const OTHER_MIX = 1.5;

/**
 * Whether a warm engine got slower than it was itself (asks.md row 10, vllm#42484): its newest 20 minutes against the first
 * warm hour of its process, each at the same number of running requests, median by median. `known` is the reference as it
 * was stored; it is kept while no restart follows, since the minutes that it came from are not kept for ever.
 */
export function warmSlowdown(minutes: readonly EngineMinute[], known: WarmReference | null, nowMs: number): Slowdown {
  const start = minutes.findLastIndex((minute) => minute.restarted);
  const startMs = start < 0 ? null : (minutes[start]?.atMs ?? null);
  const isSameLife = known !== null && (startMs === null || startMs <= known.sinceMs);
  const phases = phasesOf(minutes);
  const warm = minutes.filter((minute, i) => i >= start && phases[i] === 'warm' && secondsPerToken(minute) !== null);
  const reference =
    isSameLife && known.minutes >= REFERENCE_MINUTES
      ? known
      : referenceOf(
          warm.slice(0, REFERENCE_MINUTES),
          isSameLife ? known.sinceMs : (startMs ?? minutes[0]?.atMs ?? nowMs),
        );
  if (reference === null || reference.minutes < FEWEST_REFERENCE) {
    return {
      times: null,
      reason: `learning: ${reference?.minutes ?? 0} of ${FEWEST_REFERENCE} warm minutes seen`,
      newestMinutes: 0,
      reference,
    };
  }
  const newest = warm.filter((minute) => minute.atMs >= nowMs - NEWEST_MS && minute.atMs >= reference.toMs + APART_MS);
  return { ...compare(newest, reference), newestMinutes: newest.length, reference };
}

function compare(newest: readonly EngineMinute[], reference: WarmReference): Pick<Slowdown, 'times' | 'reason'> {
  if (newest.length < FEWEST_NEWEST) {
    return { times: null, reason: `too little work in the last 20 min, or too soon after warm-up` };
  }
  const mix = promptShareOf(newest);
  if (mix !== null && reference.promptShare !== null && isOther(mix, reference.promptShare)) {
    return { times: null, reason: 'prompts are of another length than after warm-up: not comparable' };
  }
  const ratios = speedsOf(newest).flatMap(({ load, secondsPerToken: now, minutes }) => {
    const then = reference.byLoad.find((speed) => speed.load === load && speed.minutes >= FEWEST_AT_LOAD);
    return then === undefined || minutes < FEWEST_AT_LOAD
      ? []
      : Array<number>(minutes).fill(now / then.secondsPerToken);
  });
  const times = median(ratios);
  return { times, reason: times === null ? 'the load is not one that was seen after warm-up' : '' };
}

function isOther(a: number, b: number): boolean {
  return a > b * OTHER_MIX || b > a * OTHER_MIX;
}

function referenceOf(warm: readonly EngineMinute[], sinceMs: number): WarmReference | null {
  const [first, last] = [warm[0], warm.at(-1)];
  if (first === undefined || last === undefined) return null;
  return {
    ...{ sinceMs, fromMs: first.atMs, toMs: last.atMs + MINUTE_MS, minutes: warm.length },
    ...{ promptShare: promptShareOf(warm), byLoad: speedsOf(warm) },
  };
}

function speedsOf(minutes: readonly EngineMinute[]): LoadSpeed[] {
  const byLoad = Map.groupBy(minutes, ({ runningMean }) => Math.round(2 * Math.log2(Math.max(0.5, runningMean ?? 0))));
  return [...byLoad].map(([load, own]) => ({
    load,
    secondsPerToken: median(own.flatMap((minute) => secondsPerToken(minute) ?? [])) ?? 0,
    minutes: own.length,
  }));
}

function promptShareOf(minutes: readonly EngineMinute[]): number | null {
  const shares = minutes.flatMap(({ promptTokensPerSecond, tokensPerSecond }) =>
    promptTokensPerSecond === null || !tokensPerSecond ? [] : promptTokensPerSecond / tokensPerSecond,
  );
  return median(shares);
}
