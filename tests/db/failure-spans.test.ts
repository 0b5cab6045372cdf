import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadFailureSpans } from '#lib/db/fleet.ts';
import { DEFAULT_RETENTION, maintainPartitions } from '#lib/db/partitions.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const POLL = 5000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await maintainPartitions(database.pool, { fromMs: START, toMs: START + 60_000, nowMs: START }, DEFAULT_RETENTION);
});
afterAll(() => database.drop());

/** One letter a poll: o answered, anything else failed with that letter as its message, a blank was not polled. */
async function polls(targetId: number, outcomes: string): Promise<void> {
  for (const [i, outcome] of [...outcomes].entries()) {
    if (outcome === ' ') continue;
    await database.pool.query(
      'INSERT INTO scrape (target_id, at_ms, ok, duration_ms, bytes, samples, message) VALUES ($1, $2, $3, 1, 1, 1, $4)',
      [targetId, START + i * POLL, outcome === 'o', outcome === 'o' ? null : outcome],
    );
  }
}

it.each([
  { name: 'one failure', outcomes: 'ooxoo', spans: [[2, 2, 'x']] },
  { name: 'a run has the message of its first failure', outcomes: 'oxyzo', spans: [[1, 3, 'x']] },
  {
    name: 'a success between two ends the first',
    outcomes: 'xoyo',
    spans: [
      [0, 0, 'x'],
      [2, 2, 'y'],
    ],
  },
  { name: 'a poll that was not made does not', outcomes: 'ox  yo', spans: [[1, 4, 'x']] },
  { name: 'a run that goes on', outcomes: 'ooxx', spans: [[2, 3, 'x']] },
  { name: 'no failure', outcomes: 'oooo', spans: [] },
])('gaps: $name', async ({ name, outcomes, spans }) => {
  const targetId = name.length;
  await polls(targetId, outcomes);
  const found = await loadFailureSpans(database.pool, [targetId], { fromMs: START, toMs: START + 60_000 });
  const asPolls = found.map(({ fromMs, toMs, reason }) => [(fromMs - START) / POLL, (toMs - START) / POLL, reason]);
  expect(asPolls.toReversed()).toEqual(spans);
});
