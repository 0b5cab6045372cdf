import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '#lib/collector/log.ts';
import { Writer } from '#lib/collector/writer.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';

const FLUSH_MS = 500;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function writer(store: () => Promise<void> = async () => {}): { writer: Writer; written: number[][] } {
  const written: number[][] = [];
  const made = new Writer({
    store: async (records) => {
      written.push(records.map((record) => record.targetId));
      await store();
      return { samples: 0, lostTargets: new Set() };
    },
    makeRoom: async () => {},
    onLost: () => {},
    ...{ log: createLog('test', () => {}), clock: Date.now, flushMs: FLUSH_MS, maxWaitingSamples: 1000 },
  });
  return { writer: made, written };
}

const record = (targetId: number): PollRecord => ({
  targetId,
  scrape: {
    ...{ targetId, atMs: 0, ok: false, durationMs: 1, bytes: 0, samples: 0, problems: 0, sameBody: 0 },
    ...{ errorKind: 'refused', message: 'refused' },
  },
  ...{ samples: [], cursors: [], marks: [], recognised: null },
});

describe('polls that wait to be written', () => {
  it('are gathered for a while and written together', async () => {
    const { writer: made, written } = writer();
    made.add(record(1));
    await vi.advanceTimersByTimeAsync(FLUSH_MS - 1);
    made.add(record(2));
    expect(written).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(written).toEqual([[1, 2]]);
  });

  it('go with the first that cannot wait as long, and that one is not put off by others', async () => {
    const { writer: made, written } = writer();
    made.add(record(1));
    await vi.advanceTimersByTimeAsync(100);
    made.add(record(2), 250);
    made.add(record(3), 400);
    await vi.advanceTimersByTimeAsync(249);
    expect(written).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(written).toEqual([[1, 2, 3]]);
  });

  it('never wait longer than the rest does', async () => {
    const { writer: made, written } = writer();
    made.add(record(1), 60_000);
    await vi.advanceTimersByTimeAsync(FLUSH_MS);
    expect(written).toEqual([[1]]);
  });

  it('and came while others were being written wait no longer than they asked for', async () => {
    const { writer: made, written } = writer(() => new Promise((resolve) => setTimeout(resolve, 100)));
    made.add(record(1));
    await vi.advanceTimersByTimeAsync(FLUSH_MS);
    made.add(record(2), 250);
    await vi.advanceTimersByTimeAsync(100 + 250);
    expect(written).toEqual([[1], [2]]);
  });

  it('do not hurry on a database that is away: it is tried again once a second', async () => {
    const { writer: made, written } = writer(async () => {
      throw new Error('connect ECONNREFUSED');
    });
    made.add(record(1));
    await vi.advanceTimersByTimeAsync(FLUSH_MS);
    expect(written).toEqual([[1]]);
    made.add(record(2), 250);
    await vi.advanceTimersByTimeAsync(999);
    expect(written).toEqual([[1]]);
    await vi.advanceTimersByTimeAsync(1);
    expect(written).toEqual([[1], [1, 2]]);
  });
});
