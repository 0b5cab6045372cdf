import { expect, it } from 'vitest';
import { createLog } from '#lib/collector/log.ts';
import { Poller } from '#lib/collector/poller.ts';
import type { Recorder } from '#lib/collector/recorder.ts';
import type { Writer } from '#lib/collector/writer.ts';
import { until } from '#tests/until.ts';

it('no two polls carry the same time, even when the clock stands still or runs a millisecond early', async () => {
  const times: number[] = [];
  const recorder = { bad: (poll: { atMs: number }) => times.push(poll.atMs) } as unknown as Recorder;
  const writer = { hasRoom: () => true, countDropped() {}, add() {} } as unknown as Writer;
  const startMs = 1_795_348_800_000;
  let reads = 0;
  const poller = new Poller({
    target: { id: 1, name: 'a', intervalMs: 1000 },
    poll: async () => ({ ok: false, kind: 'refused', message: 'no', bytes: 0, durationMs: 0 }),
    recorder,
    writer,
    log: createLog('test', () => {}),
    // Ten readings of the clock per millisecond: polls end in the millisecond in which they began.
    clock: () => startMs + Math.floor(reads++ / 10) * 999,
  });
  poller.start();
  await until(() => times.length >= 8);
  await poller.stop();
  expect(new Set(times).size).toBe(times.length);
});
