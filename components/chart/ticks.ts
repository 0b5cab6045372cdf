import { clockText, dayText, minuteText, offsetMs, wallClock } from '#lib/client/wall-clock.ts';

const NICE = [1, 2, 2.5, 5, 10] as const;

/** The first nice step (1, 2, 2.5, 5 × 10^n) that needs at most `count` of them up to `max`. */
function niceStep(max: number, count: number): number {
  const rough = max / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return (NICE.find((factor) => factor * power >= rough * 0.999999) ?? 10) * power;
}

/** Ticks from 0 to at least `max`, both in display units. The last one is the top of the axis. */
export function valueTicks(max: number, count: number, whole: boolean): readonly number[] {
  if (!(max > 0) || !Number.isFinite(max)) return whole ? [0, 1] : [0, 1];
  const step = whole ? Math.max(1, Math.ceil(niceStep(max, count))) : niceStep(max, count);
  const steps = Math.ceil(max / step - 1e-9);
  return Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Round ticks that enclose `low` to `high`, in display units: an axis that does not begin at 0. */
export function ticksBetween(low: number, high: number, count: number): readonly number[] {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [low, low + 1];
  const step = niceStep(span, count);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [
  SECOND,
  5 * SECOND,
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
] as const;

/** Instants that are round on the viewer's clock, at most `count` of them. */
export function timeTicks(fromMs: number, toMs: number, count: number, utc: boolean): readonly number[] {
  const wanted = (toMs - fromMs) / Math.max(1, count);
  const step = TIME_STEPS.find((candidate) => candidate >= wanted) ?? 30 * DAY;
  const shift = utc ? 0 : offsetMs(fromMs);
  const ticks: number[] = [];
  for (let tick = Math.ceil((fromMs + shift) / step) * step - shift; tick <= toMs; tick += step) ticks.push(tick);
  return ticks;
}

/** `14:05`, with seconds when ticks are closer than a minute, the date at midnight. */
export function timeTickText(ms: number, stepMs: number, utc: boolean): string {
  const { hour, minute, second } = wallClock(ms, utc);
  if (stepMs >= DAY || (hour === 0 && minute === 0 && second === 0)) return dayText(ms, utc);
  return stepMs < MINUTE ? clockText(ms, utc) : minuteText(ms, utc);
}
