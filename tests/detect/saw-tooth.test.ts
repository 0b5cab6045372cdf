import { describe, expect, it } from 'vitest';
import { memoryFalls } from '#lib/detect/memory-falls.ts';
import { sawTooth } from '#lib/detect/saw-tooth.ts';
import { Random } from '#lib/simulator/random.ts';

const MIB = 1024 ** 2;
const MINUTE = 60_000;

/** Polls every 30 s, MiB by minute; null leaves one out. */
const polls = (minutes: number, mibAt: (minute: number) => number | null) =>
  Array.from({ length: minutes * 2 }, (_, i) => ({ minute: i / 2, mib: mibAt(i / 2) })).flatMap(({ minute, mib }) =>
    mib === null ? [] : [{ atMs: minute * MINUTE, bytes: mib * MIB, load: 0 }],
  );
const falls = (minutes: number, mibAt: (minute: number) => number | null) => memoryFalls(polls(minutes, mibAt), 0, MIB);
const releaseMinutes = (minutes: number, mibAt: (minute: number) => number | null) =>
  falls(minutes, mibAt).releases.map(({ atMs }) => atMs / MINUTE);

describe('when memory is given back is read off the polls', () => {
  it('the first poll after each fall, teeth of any length', () => {
    const releases = [0, 20, 32, 61];
    const tooth = (minute: number) => 5000 + 3 * (minute - (releases.findLast((at) => at <= minute) ?? 0));
    expect(releaseMinutes(80, tooth)).toEqual([20, 32, 61]);
  });
  it('under noise of half its height', () => {
    const random = new Random(3);
    const found = releaseMinutes(120, (minute) => 5000 + 4 * (minute % 30) + 16 * random.normal());
    expect(found).toHaveLength(3);
    for (const [i, minute] of found.entries()) expect(Math.abs(minute - 30 * (i + 1))).toBeLessThanOrEqual(1);
  });
  it.each<[string, (minute: number) => number | null]>([
    ['level', () => 5000],
    ['growth', (minute) => 5000 + minute],
    ['a buffer of some polls', (minute) => (minute % 10 < 1 ? 5080 : 5000)],
    ['a fall of rounding', (minute) => (minute < 30 ? 5004 : 5000)],
  ])('%s gives nothing back', (_, mibAt) => {
    expect(falls(60, mibAt)).toEqual({ releases: [], unseenMs: null });
  });
  it('a fall over a pause may be another process: its time is told, and it is no release', () => {
    const mibAt = (minute: number) => (minute < 30 ? 5100 : minute < 40 ? null : 5000);
    expect(falls(60, mibAt)).toEqual({ releases: [], unseenMs: 40 * MINUTE });
  });
});

describe('the age of a tooth', () => {
  const floors = (minutes: readonly number[]) =>
    minutes.map((minute) => ({ atMs: minute * MINUTE, bytes: 5000 * MIB, load: 0 }));
  const every5 = Array.from({ length: 24 }, (_, i) => 5 * i);
  const release = (minute: number, mib = 60) => ({ atMs: minute * MINUTE, bytes: mib * MIB });
  const agesOf = (minutes: readonly number[], releases: Parameters<typeof sawTooth>[1]) =>
    new Map(
      (sawTooth(floors(minutes), releases)?.floors ?? []).map(({ atMs }, i) => [
        atMs / MINUTE,
        Math.round((sawTooth(floors(minutes), releases)?.hoursSince[i] ?? Number.NaN) * 60),
      ]),
    );

  it('is counted from the release before', () => {
    const ages = agesOf(every5, [release(30), release(60), release(90)]);
    expect([ages.get(30), ages.get(45), ages.get(85), ages.get(115)]).toEqual([0, 15, 25, 25]);
  });
  it('before the first one it is told by the height of the fall to come', () => {
    const ages = agesOf(every5, [release(25, 60), release(55), release(85)]);
    expect([ages.get(0), ages.get(20)]).toEqual([5, 25]);
  });
  it('is not known where a release was missed', () => {
    const ages = agesOf(every5, [release(10), release(30), release(50), release(110)]);
    expect(ages.has(75)).toBe(true);
    expect(ages.has(85)).toBe(false);
  });
  it('is not known before and after a pause that no fall follows', () => {
    const paused = every5.filter((minute) => minute < 65 || minute > 95);
    const ages = agesOf(paused, [release(20), release(40), release(60)]);
    expect(ages.has(60)).toBe(true);
    expect(ages.has(100)).toBe(false);
  });
  it.each([
    ['two releases', [release(30), release(60)]],
    ['one whole tooth', [release(5), release(20), release(110)]],
  ])('%s are too few', (_, releases) => {
    const minutes = every5.filter((minute) => minute < 30 || minute > 90);
    expect(sawTooth(floors(minutes), releases)).toBeNull();
  });
});
