import { describe, expect, test } from 'vitest';
import { growerText, moreFloorsText, pText } from '#lib/client/leak-words.ts';
import {
  batchNumbersText,
  batchStateText,
  durationText,
  errorsText,
  judgedValueText,
  memoryText,
  outcomeText,
  signedText,
} from '#lib/client/run-words.ts';
import { slopeText, timeToLimitText } from '#lib/detect/leak-text.ts';

const MIB = 1024 ** 2;
const HOUR_MS = 3_600_000;

describe('numbers of a run in words', () => {
  test('unknown is never a number', () => {
    const unknown = [memoryText(null), signedText(null, 'bytes'), durationText(null)];
    expect([...unknown, judgedValueText({ check: 'success rate', value: null, unit: 'ratio' })]).toEqual(
      Array.from({ length: 4 }, () => '–'),
    );
    expect([slopeText(null, 'h'), pText(null)]).toEqual(['not known', 'not known']);
  });

  test('memory has the hundredths of report 003, so that what one batch leaves is visible', () => {
    expect(memoryText(10.35 * 1024 ** 3)).toBe('10.35 GiB');
    expect(memoryText(10.5 * 1024 ** 3)).toBe('10.50 GiB');
    expect(memoryText(154 * MIB)).toBe('154 MiB');
    expect(memoryText(0)).toBe('0 MiB');
  });

  test.each([
    [154 * MIB, '+154 MiB'],
    [-154 * MIB, '−154 MiB'],
    [0, '±0 MiB'],
  ])('a difference of %d bytes carries its sign', (bytes, text) => {
    expect(signedText(bytes, 'bytes')).toBe(text);
  });

  test('a trend is per batch, a difference has a sign, the rest has its unit', () => {
    expect(judgedValueText({ check: 'VRAM trend', value: 154 * MIB, unit: 'bytes' })).toBe('+154 MiB per batch');
    expect(judgedValueText({ check: 'throughput variance', value: 0.2, unit: 'ratio' })).toBe('20%');
    expect(judgedValueText({ check: 'model reload delay', value: 30, unit: 'seconds' })).toBe('30 s');
  });

  test.each([
    [[], ''],
    [[3], 'batch 3'],
    [[2, 3], 'batches 2 and 3'],
    [[1, 2, 3, 4], 'batches 1 to 4'],
    [[1, 3, 4], 'batches 1, 3 and 4'],
  ])('batches %j', (numbers, text) => {
    expect(batchNumbersText(numbers)).toBe(text);
  });

  test('a running run has not passed yet, but a failure is final', () => {
    expect(outcomeText({ outcome: 'pass', state: 'running' })).toBe('Pass so far');
    expect(outcomeText({ outcome: 'fail', state: 'running' })).toBe('Fail');
    expect(outcomeText({ outcome: 'not measured', state: 'finished' })).toBe('Not measured');
  });

  test("a state that we do not know is shown by the server's own word", () => {
    expect(batchStateText({ state: 'unknown', stateWord: 'half_baked' })).toBe('unknown state: half_baked');
  });

  test('errors, the most frequent first', () => {
    expect(errorsText({ timeout: 2, oom: 7 })).toBe('7 × oom, 2 × timeout');
    expect(errorsText({})).toBe('');
  });
});

describe('the evidence of a leak in words', () => {
  test('a slope is told with its interval', () => {
    expect(slopeText({ estimate: 154, low: 152, high: 156 }, 'batch')).toBe('154 MiB/batch (95 %: 152 MiB to 156 MiB)');
    expect(slopeText({ estimate: 0.5, low: -2, high: 3 }, 'h')).toBe('0.5 MiB/h (95 %: −2 MiB to 3 MiB)');
  });

  test('time to the limit is an interval; an open end, none and now are said', () => {
    const known = { known: true, expectedMs: 13 * HOUR_MS, earliestMs: 11 * HOUR_MS } as const;
    expect(timeToLimitText({ ...known, latestMs: 16 * HOUR_MS })).toBe('in about 13 h, between 11 h and 16 h');
    expect(timeToLimitText({ ...known, latestMs: null })).toBe('in about 13 h, in 11 h at the earliest, perhaps never');
    expect(timeToLimitText({ known: true, expectedMs: 0, earliestMs: 0, latestMs: 0 })).toBe('now: the limit is met');
    expect(timeToLimitText({ known: false, reason: 'too few floors' })).toBe('not known: too few floors');
  });

  test('how many more batches an inconclusive verdict needs', () => {
    expect(moreFloorsText({ moreFloors: 1, floorsPer: 'batch' })).toBe('at least 1 more batch to be sure');
    expect(moreFloorsText({ moreFloors: 3, floorsPer: 'window' })).toBe(
      'at least 3 more floors (one in five minutes) to be sure',
    );
    expect(moreFloorsText({ moreFloors: null, floorsPer: 'batch' })).toBe('');
  });

  test('the process that grew, with its share where it is known', () => {
    const grower = { pid: '4242', name: 'python3', growthBytes: 450 * MIB };
    expect(growerText({ ...grower, share: 0.98 })).toBe('python3 (4242) grew by 450 MiB, 98% of the growth');
    expect(growerText({ ...grower, share: null })).toBe('python3 (4242) grew by 450 MiB');
  });
});
