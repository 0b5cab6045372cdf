import type { LeakView } from '#lib/api/leak.ts';
import type { BatchView } from '#lib/api/runs.ts';
import { median } from '#lib/detect/order-statistics.ts';

/** A place on an axis of batch numbers: batch n lies between n − 0.5 and n + 0.5, idle time has no width. */
export type BatchPoint = { readonly x: number; readonly bytes: number };

/** Where an instant lies among the batches; null without batches. */
export function batchPosition(batches: readonly Pick<BatchView, 'number' | 'startedAtMs' | 'endedAtMs'>[], ms: number) {
  const begun = batches.filter(({ startedAtMs }) => startedAtMs <= ms).at(-1);
  if (begun === undefined) return batches[0] === undefined ? null : batches[0].number - 0.5;
  const { number, startedAtMs, endedAtMs } = begun;
  if (endedAtMs === null || endedAtMs <= startedAtMs) return number - 0.5;
  return number - 0.5 + Math.min(1, (ms - startedAtMs) / (endedAtMs - startedAtMs));
}

/** The floors of a verdict on the axis of batches. */
export function floorPoints(leak: LeakView, batches: readonly BatchView[]): readonly BatchPoint[] {
  return leak.floors.flatMap(({ atMs, bytes }) => {
    const x = batchPosition(batches, atMs);
    return x === null ? [] : [{ x, bytes }];
  });
}

export type FittedLine = {
  /** The line in pieces: two where a step lies in between. */
  readonly pieces: readonly { readonly from: BatchPoint; readonly to: BatchPoint }[];
  /** Lower and upper edge of the 95 % band, left to right. */
  readonly band: readonly { readonly x: number; readonly low: number; readonly high: number }[];
};

const MIB = 1024 ** 2;

/**
 * The Theil–Sen line through the floors from `model.sinceMs` on, per batch: its intercept is the median of what the
 * slope (and the step) leaves, its band turns about the middle of the floors from the slope's lower to its upper bound.
 * null where no model or slope is known, or fewer than two floors lie in its reach.
 */
export function fittedLine(leak: LeakView, batches: readonly BatchView[]): FittedLine | null {
  return lineThrough(leak, leak.slopeMibPerBatch, (atMs) => batchPosition(batches, atMs));
}

const HOUR_MS = 3_600_000;

/** The same over time: x is in hours since the first floor. */
export function fittedLineOverTime(leak: LeakView): FittedLine | null {
  const startMs = leak.floors[0]?.atMs ?? 0;
  return lineThrough(leak, leak.slopeMibPerHour, (atMs) => (atMs - startMs) / HOUR_MS);
}

function lineThrough(
  { floors, model }: LeakView,
  slope: LeakView['slopeMibPerHour'],
  placeOf: (atMs: number) => number | null,
): FittedLine | null {
  if (model === null || slope === null) return null;
  const step = model.step;
  const places = floors.flatMap(({ atMs, bytes }) => {
    const x = placeOf(atMs);
    const raised = step !== null && atMs >= step.atMs ? step.bytes : 0;
    return atMs < model.sinceMs || x === null ? [] : [{ x, raised, rest: bytes - raised }];
  });
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined || first.x === last.x) return null;
  const intercept = median(places.map(({ x, rest }) => rest - slope.estimate * MIB * x)) ?? 0;
  const middle = (first.x + last.x) / 2;
  const lineAt = (x: number, raised: number) => intercept + slope.estimate * MIB * x + raised;
  const groups = [...new Set(places.map(({ raised }) => raised))].map((raised) =>
    places.filter((place) => place.raised === raised),
  );
  const pieces = groups.map((group) => {
    const [from, to] = [group[0] ?? first, group.at(-1) ?? last];
    return {
      from: { x: from.x, bytes: lineAt(from.x, from.raised) },
      to: { x: to.x, bytes: lineAt(to.x, to.raised) },
    };
  });
  const band = places.map(({ x, raised }) => {
    const edges = [slope.low, slope.high].map(
      (edge) => lineAt(x, raised) + (edge - slope.estimate) * MIB * (x - middle),
    );
    return { x, low: Math.min(...edges), high: Math.max(...edges) };
  });
  return { pieces, band };
}
