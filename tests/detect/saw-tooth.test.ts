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
  it('under noise of a third of its height and more, by what all readings of four minutes say', () => {
    const random = new Random(5);
    const found = releaseMinutes(180, (minute) => 5000 + 1.6 * (minute % 30) + 14 * random.normal());
    expect(found).toHaveLength(5);
    for (const [i, minute] of found.entries()) expect(Math.abs(minute - 30 * (i + 1))).toBeLessThanOrEqual(1.5);
  });
  it.each<[string, (minute: number) => number | null]>([
    ['a buffer of three polls', (minute) => (minute % 10 < 1.5 ? 5080 : 5000)],
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
  const isOf = (releases: readonly number[]) => (minute: number) =>
    minute - (releases.findLast((at) => at <= minute) ?? 0);
  /** Floors in MiB by minute: teeth of 2 MiB a minute over a slow leak. */
  const floorsAt = (minutes: readonly number[], age: (minute: number) => number) =>
    minutes.map((minute) => ({ atMs: minute * MINUTE, bytes: (5000 + 2 * age(minute) + minute / 2) * MIB }));
  const every5 = Array.from({ length: 24 }, (_, i) => 5 * i);
  const toothOf = (minutes: readonly number[], releases: readonly number[], age = isOf(releases)) =>
    sawTooth(
      floorsAt(minutes, age),
      releases.map((minute) => ({ atMs: minute * MINUTE, bytes: 40 * MIB })),
    );
  const agesOf = (...of: Parameters<typeof toothOf>) => {
    const tooth = toothOf(...of);
    const ages = [...(tooth?.hoursSince ?? [])].map((hours) => Math.round(hours * 60));
    return new Map(tooth?.places.map((place, i) => [of[0][place] ?? Number.NaN, ages[i]]));
  };

  it('is counted from the release before', () => {
    const ages = agesOf(every5, [30, 60, 90]);
    expect([ages.get(30), ages.get(45), ages.get(85), ages.get(115)]).toEqual([0, 15, 25, 25]);
  });
  it('before the first one it is told by the height of the fall to come', () => {
    const ages = agesOf(every5, [25, 55, 85], (minute) => (minute < 25 ? minute + 5 : isOf([25, 55, 85])(minute)));
    expect([ages.get(0), ages.get(20)]).toEqual([5, 25]);
  });
  it('heights are read off the floors, whatever the readings at the fall showed', () => {
    expect((toothOf(every5, [30, 60, 90])?.bytesPerHour ?? 0) / MIB).toBeCloseTo(120, 6);
  });
  it('the rise of a warm-up before a fall is no part of its height', () => {
    const releases = [25, 50, 75];
    const warming = (minute: number) => isOf(releases)(minute) + 4 * Math.min(minute, 25);
    const ages = agesOf(every5, releases, warming);
    expect([ages.get(0), ages.get(20)]).toEqual([0, 20]);
  });
  it('is not known where a release was missed', () => {
    const ages = agesOf(every5, [10, 30, 50, 110], isOf([10, 30, 50, 70, 90, 110]));
    expect(ages.has(70)).toBe(true);
    expect(ages.has(75)).toBe(false);
  });
  it('is told by no tooth in which memory took a step: a release may hide under it', () => {
    const stepped = (minute: number) => isOf([30, 60])(minute) + (minute >= 45 ? 40 : 0);
    expect(toothOf(every5, [30, 60], stepped)).toBeNull();
  });
  it('is not known of a last floor before a pause that lies low: it was given back too late to be seen', () => {
    const paused = every5.filter((minute) => minute < 85 || minute > 105);
    expect(agesOf(paused, [20, 40, 60], isOf([20, 40, 60])).has(80)).toBe(true);
    expect(agesOf(paused, [20, 40, 60], isOf([20, 40, 60, 80])).has(80)).toBe(false);
  });
  it('is not known before and after a pause that no fall follows', () => {
    const paused = every5.filter((minute) => minute < 65 || minute > 95);
    const ages = agesOf(paused, [20, 40, 60]);
    expect(ages.has(60)).toBe(true);
    expect(ages.has(100)).toBe(false);
  });
  it('one tooth that was seen from one release to the next is enough', () => {
    const paused = every5.filter((minute) => minute < 65 || minute > 85);
    const ages = agesOf(paused, [30, 60, 100]);
    expect([ages.get(0), ages.get(45), ages.get(95)]).toEqual([0, 15, 35]);
  });
  it.each([
    ['one release', [30]],
    ['no whole tooth', [20, 110]],
  ])('%s is too little', (_, releases) => {
    const minutes = every5.filter((minute) => minute < 30 || minute > 90);
    expect(toothOf(minutes, releases)).toBeNull();
  });
});
