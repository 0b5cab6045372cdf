import type { LeakJudgement } from '#lib/detect/leak-judgement.ts';
import type { Interval } from '#lib/detect/theil-sen.ts';
import type { TimeToLimit } from '#lib/detect/time-to-limit.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import { formatValue } from '#lib/metrics/unit.ts';

const MIB = 1024 ** 2;
const IN_MIB = { divisor: MIB, suffix: 'MiB' } as const;

/** "154 MiB/batch (95 %: 152 MiB to 156 MiB)". Slopes of lib/detect are in MiB. */
export function slopeText(slope: Interval | null, per: 'h' | 'batch'): string {
  if (slope === null) return 'not known';
  const mib = (value: number) => formatValue(value * MIB, 'bytes', IN_MIB).replace('-', '−');
  return `${mib(slope.estimate)}/${per} (95 %: ${mib(slope.low)} to ${mib(slope.high)})`;
}

/** When growing memory meets its limit, always as an interval; in words why not when that is not known. */
export function timeToLimitText(time: TimeToLimit): string {
  if (!time.known) return `not known: ${time.reason}`;
  const words = (ms: number) => describeDurationMs(Math.round(ms / 60_000) * 60_000 || ms);
  const { expectedMs, earliestMs, latestMs } = time;
  if (expectedMs === 0) return 'now: the limit is met';
  return latestMs === null
    ? `in about ${words(expectedMs)}, in ${words(earliestMs)} at the earliest, perhaps never`
    : `in about ${words(expectedMs)}, between ${words(earliestMs)} and ${words(latestMs)}`;
}

type Judged = Pick<
  LeakJudgement,
  'verdict' | 'reason' | 'floorsPer' | 'slopeMibPerHour' | 'slopeMibPerBatch' | 'timeToLimit'
>;

/** A verdict in one line, for a message: "leak, 154 MiB/batch (95 %: …), at its limit in about 7 h, between …". */
export function leakText({
  verdict,
  reason,
  floorsPer,
  slopeMibPerHour,
  slopeMibPerBatch,
  timeToLimit,
}: Judged): string {
  if (verdict !== 'leak') return `${verdict}, ${reason}`;
  const slope = floorsPer === 'batch' ? slopeText(slopeMibPerBatch, 'batch') : slopeText(slopeMibPerHour, 'h');
  return `leak, ${slope}, at its limit ${timeToLimitText(timeToLimit)}`;
}
