import { expect, it } from 'vitest';
import { createLog } from '#lib/collector/log.ts';

it('writes a warning that repeats once a minute, and says how often it was held back', () => {
  const lines: string[] = [];
  let nowMs = 0;
  const log = createLog(
    'test',
    (line) => lines.push(line.trim()),
    () => nowMs,
  );
  for (; nowMs < 60_000; nowMs += 1000) log.warn('database away');
  log.warn('something else');
  log.warn('database away');
  expect(lines.map((line) => line.replace(/^\S+ test +warn +/, ''))).toEqual([
    'database away',
    'something else',
    'database away (59 times more since the last such line)',
  ]);
});

it('keeps every piece of news, and one line per event', () => {
  const lines: string[] = [];
  const log = createLog('test', (line) => lines.push(line));
  log.info('a\nb');
  log.info('a\nb');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/a \| b\n$/);
});
