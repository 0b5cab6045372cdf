import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { throttleHints } from '../../app/api/hint-throttle.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('the first hint goes at once, a burst is one more, and the last one is never swallowed', () => {
  const sent: string[] = [];
  const { hint } = throttleHints(1000, (topic: 'alerts' | 'samples') => sent.push(`${topic} ${Date.now() - startMs}`));
  const startMs = Date.now();
  hint('alerts');
  for (let i = 0; i < 500; i++) hint('alerts');
  hint('samples');
  expect(sent).toEqual(['alerts 0', 'samples 0']);
  vi.advanceTimersByTime(10_000);
  expect(sent).toEqual(['alerts 0', 'samples 0', 'alerts 1000']);
  hint('alerts');
  expect(sent.at(-1)).toBe('alerts 10000');
});

it('sends nothing once it is stopped', () => {
  const sent: string[] = [];
  const { hint, stop } = throttleHints(1000, (topic: string) => sent.push(topic));
  hint('alerts');
  hint('alerts');
  stop();
  vi.advanceTimersByTime(10_000);
  expect(sent).toEqual(['alerts']);
});
