import { expect, test } from 'vitest';
import { createLog } from '#lib/collector/log.ts';
import { Poller } from '#lib/collector/poller.ts';
import type { Recorder } from '#lib/collector/recorder.ts';
import { Writer } from '#lib/collector/writer.ts';
import { until } from '#tests/until.ts';

const HOUR_MS = 3_600_000;

/** A poller of a target that fails at once, whose records go nowhere. */
function pollerEvery(intervalMs: number): { poller: Poller; polls: () => number } {
  let polls = 0;
  const log = createLog('test', () => {});
  const writer = new Writer({
    store: async () => ({ samples: 0, lostTargets: new Set() }),
    makeRoom: async () => {},
    onLost: () => {},
    ...{ log, clock: Date.now, flushMs: 1, maxWaitingSamples: 1000 },
  });
  const poller = new Poller({
    target: { id: 1, name: 'engine-a', intervalMs },
    poll: async () => {
      polls += 1;
      return { ok: false, kind: 'refused', message: 'refused', durationMs: 1, bytes: 0 };
    },
    recorder: { bad: (poll: { atMs: number }) => ({ ...RECORD, scrape: { atMs: poll.atMs } }) } as unknown as Recorder,
    ...{ writer, log, clock: Date.now },
  });
  return { poller, polls: () => polls };
}

const RECORD = { targetId: 1, samples: [], cursors: [], marks: [], recognised: null };

test('a poller that waits for its next slot goes on fast at once, and slowly again when that ends', async () => {
  const { poller, polls } = pollerEvery(HOUR_MS);
  poller.start();
  await until(() => polls() === 1);
  poller.setFast(5);
  await until(() => polls() >= 5);
  poller.setFast(null);
  await poller.stop();
  expect(polls()).toBeGreaterThanOrEqual(5);
});

test('fast is never slower than the target’s own interval', async () => {
  const { poller, polls } = pollerEvery(5);
  poller.setFast(HOUR_MS);
  poller.start();
  await until(() => polls() >= 3);
  await poller.stop();
});
