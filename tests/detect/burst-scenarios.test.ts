import { describe, expect, test } from 'vitest';
import { BURST_CASES, burstLengthS } from '#lib/simulator/scenarios-burst.ts';
import { BURST_EPOCH_MS, burstsIn, playPolls } from '#tests/play-burst.ts';

/** Report 000 counts requests from the first phase to the end of the recovery; the average leaves the recovery out. */
describe.each(BURST_CASES)('$id', (burst) => {
  const lengthS = burstLengthS(burst);
  const polls = playPolls(burst, lengthS + 60, 1);
  const [record, ...others] = burstsIn(polls, null);
  const at = (second: number) => polls.find(({ sample }) => sample.atMs === BURST_EPOCH_MS + second * 1000);
  const arrivedBetween = (from: number, to: number): number =>
    (at(to)?.own.arrived ?? 0) - (at(from)?.own.arrived ?? 0);

  test('is one burst that begins with its second phase and ends with its last high one', () => {
    expect(others).toEqual([]);
    expect(record?.start.atMs).toBe(BURST_EPOCH_MS + burst.phaseS * 1000);
    const high = burst.multiples.findLastIndex((multiple) => multiple > 1);
    expect(record?.loadEnd?.atMs).toBe(BURST_EPOCH_MS + (high + 1) * burst.phaseS * 1000);
    expect(record?.verdict).toBe('recovered');
  });

  test('peak, mean, queue peak and requests are those that the simulator counted itself', () => {
    const [from, to] = [burst.phaseS, ((record?.loadEnd?.atMs ?? 0) - BURST_EPOCH_MS) / 1000];
    const seconds = Array.from({ length: lengthS }, (_, second) => arrivedBetween(second, second + 1));
    expect(record?.peakRps).toBe(Math.max(...seconds));
    expect(record?.meanRps).toBeCloseTo(arrivedBetween(from, to) / (to - from), 6);
    expect(record?.queuePeak).toBe(Math.max(...polls.map(({ own }) => own.waiting)));
    const untilS = Math.ceil(((record?.untilMs ?? 0) - BURST_EPOCH_MS) / 1000);
    expect(record?.arrived).toBe(arrivedBetween(from, untilS));
    const finished = (at(untilS)?.own.finished ?? 0) - (at(from)?.own.finished ?? 0);
    expect((record?.served ?? 0) + (record?.failed ?? 0)).toBe(finished);
  });

  test('over the whole scenario the polls count what the report prints', () => {
    const inside = polls.filter(
      ({ sample }) => sample.atMs > BURST_EPOCH_MS && sample.atMs <= BURST_EPOCH_MS + lengthS * 1000,
    );
    const counted = inside.reduce((sum, { sample }) => sum + (sample.arrivals ?? 0), 0);
    expect(counted).toBe(arrivedBetween(0, lengthS));
    expect(counted).toBe(burst.reported.requests);
  });
});
