import { describe, expect, it } from 'vitest';
import { changeShare, type FlapMemory, remember } from '#lib/alerts/flapping.ts';

const MINUTE = 60_000;

/** A condition that changes every `halfPeriodMs` for `forMs`, looked at every `pollMs`. */
function wave(halfPeriodMs: number, forMs: number, pollMs: number): FlapMemory {
  let memory: FlapMemory | null = null;
  for (let atMs = 0; atMs <= forMs; atMs += pollMs) {
    memory = remember(memory, Math.floor(atMs / halfPeriodMs) % 2 === 0, atMs);
  }
  if (memory === null) throw new Error('nothing was seen');
  return memory;
}

describe('flapping', () => {
  it.each([
    ['a change every 30 s for 20 min', 30_000, 20, true],
    ['a change every 3 min for 20 min', 180_000, 20, true],
    ['a change every 10 min for an hour', 600_000, 60, false],
    ['one change', 3_600_000, 20, false],
  ])('%s: %j', (_name, halfPeriodMs, minutes, expected) => {
    expect(wave(halfPeriodMs, minutes * MINUTE, 5000).flapping).toBe(expected);
  });

  it('does not depend on how often the target is polled', () => {
    expect(wave(120_000, 20 * MINUTE, 1000).flapping).toBe(wave(120_000, 20 * MINUTE, 30_000).flapping);
  });

  it('stops when it has been quiet, and remembers nothing older than 20 minutes', () => {
    const busy = wave(30_000, 20 * MINUTE, 5000);
    const quiet = remember(busy, true, 41 * MINUTE);
    expect(remember(quiet, true, 62 * MINUTE)).toEqual({ holds: true, changeTimesMs: [], flapping: false });
  });

  it('is not changed by what is unknown', () => {
    const before = remember(null, true, 0);
    expect(remember(before, null, 5000)).toEqual(before);
  });

  it('weighs newer minutes more', () => {
    expect(changeShare([19 * MINUTE], 20 * MINUTE)).toBeGreaterThan(changeShare([1 * MINUTE], 20 * MINUTE));
  });
});
