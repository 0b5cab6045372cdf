import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pause } from '#lib/collector/pause.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a pause', () => {
  it('is over after its time', async () => {
    const ended = new Pause().wait(1000);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await ended).toBe('over');
  });

  it('is cut short by others, and leaves no timer', async () => {
    const pause = new Pause();
    const ended = pause.wait(1000);
    pause.cut();
    expect(await ended).toBe('cut short');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is cut short by what came while the loop was at work, once', async () => {
    const pause = new Pause();
    pause.cut();
    pause.cut();
    expect(await pause.wait(1000)).toBe('cut short');
    const ended = pause.wait(1000);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await ended).toBe('over');
  });

  it('that is over is not cut: the next one is', async () => {
    const pause = new Pause();
    const first = pause.wait(10);
    await vi.advanceTimersByTimeAsync(10);
    expect(await first).toBe('over');
    pause.cut();
    expect(await pause.wait(10)).toBe('cut short');
  });
});
