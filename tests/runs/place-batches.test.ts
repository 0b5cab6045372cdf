import { describe, expect, it } from 'vitest';
import type { ApiBatch } from '#lib/runs/api-batch.ts';
import { enginesBehind } from '#lib/runs/batch-engines.ts';
import { type KnownBatch, type Listed, type OpenRun, placeBatches, RUN_GAP_MS } from '#lib/runs/place-batches.ts';
import { BARE_BATCH } from '#tests/api-batch.ts';

const MINUTE = 60_000;
const NOW = 1_795_000_000_000;

function api(
  externalId: string,
  fromMinute: number | null,
  toMinute: number | null,
  patch: Partial<ApiBatch> = {},
): ApiBatch {
  const at = (minute: number | null) => (minute === null ? null : NOW + minute * MINUTE);
  return {
    ...BARE_BATCH,
    externalId,
    state: toMinute === null ? 'running' : 'finished',
    createdMs: at(fromMinute),
    startedMs: at(fromMinute),
    endedMs: at(toMinute),
    ...patch,
  };
}

function known(externalId: string, patch: Partial<KnownBatch> = {}): KnownBatch {
  return {
    runId: 1,
    number: 1,
    externalId,
    state: 'running',
    stateWord: null,
    submittedMs: NOW - 20 * MINUTE,
    startedMs: NOW - 20 * MINUTE,
    endedMs: null,
    reported: {},
    lastSeenMs: NOW,
    ...patch,
  };
}

const run = (patch: Partial<OpenRun> = {}): OpenRun => {
  return { id: 1, startedMs: NOW - 20 * MINUTE, batchCount: 1, lastNumber: 1, ends: new Map([[1, null]]), ...patch };
};

const place = (listed: Partial<Listed>) =>
  placeBatches({ nowMs: NOW, batches: [], known: [], openRuns: [], ...listed });
const shapeOf = (listed: Partial<Listed>) =>
  place(listed).added.map(({ runId, batches, finishedMs }) => [
    runId,
    batches.map((b) => b.externalId).join(' '),
    finishedMs !== null,
  ]);

describe('batches become runs', () => {
  it('those within 30 min of each other are one, in the order of time, whatever the order of the list', () => {
    expect(shapeOf({ batches: [api('c', -20, null), api('a', -90, -70), api('b', -60, -45)] })).toEqual([
      [null, 'a b c', false],
    ]);
  });

  it('a longer gap begins another; one whose gap has passed is over', () => {
    expect(shapeOf({ batches: [api('a', -200, -150), api('b', -119, -110), api('c', -20, -10)] })).toEqual([
      [null, 'a', true],
      [null, 'b', true],
      [null, 'c', false],
    ]);
  });

  it('one that runs for long bridges every gap', () => {
    expect(shapeOf({ batches: [api('long', -600, null), api('a', -300, -290), api('b', -5, null)] })).toEqual([
      [null, 'long a b', false],
    ]);
  });

  it('a new one joins the open run, and numbers go on', () => {
    const { added } = place({
      batches: [api('b', -1, null)],
      openRuns: [run({ ends: new Map([[1, NOW - 5 * MINUTE]]) })],
    });
    expect(added).toMatchObject([{ runId: 1, firstNumber: 2, startedMs: NOW - 20 * MINUTE }]);
  });

  it('a new one after the gap begins a run, and the open one finishes at its last end', () => {
    const ends = new Map([[1, NOW - 40 * MINUTE]]);
    const { added, finished } = place({
      batches: [api('b', -1, null)],
      openRuns: [run({ startedMs: NOW - 60 * MINUTE, ends })],
    });
    expect(added).toMatchObject([{ runId: null }]);
    expect(finished).toEqual([{ runId: 1, finishedMs: NOW - 40 * MINUTE }]);
  });

  it('a run waits for all its batches, and half an hour more', () => {
    const openRuns = [
      run({
        ends: new Map([
          [1, NOW - RUN_GAP_MS],
          [2, null],
        ]),
      }),
    ];
    expect(place({ openRuns }).finished).toEqual([]);
    expect(place({ openRuns: [run({ ends: new Map([[1, NOW - RUN_GAP_MS + 1]]) })] }).finished).toEqual([]);
    expect(place({ openRuns: [run({ ends: new Map([[1, NOW - RUN_GAP_MS]]) })] }).finished).toHaveLength(1);
  });

  it('200 batches fill a run', () => {
    const batches = Array.from({ length: 450 }, (_, i) => api(`b${i}`, -500 + i, -499 + i));
    expect(place({ batches }).added.map((group) => group.batches.length)).toEqual([200, 200, 50]);
  });

  it('what ended more than a day ago, or some time nobody tells, is not taken in', () => {
    expect(
      place({ batches: [api('old', -2000, -1500), api('untold', -60, null, { state: 'finished' })] }).added,
    ).toEqual([]);
  });

  it('the same list again changes nothing', () => {
    const batches = [api('a', -20, null, { total: 5, completed: 2, errors: { x: 1 } })];
    const first = place({ batches }).added[0]?.batches[0];
    const stored = known('a', { ...first?.facts });
    expect(place({ batches, known: [stored], openRuns: [run()] })).toEqual({ changes: [], added: [], finished: [] });
  });
});

describe('a batch over its polls', () => {
  const change = (batch: ApiBatch, before: KnownBatch) =>
    place({ batches: [batch], known: [before], openRuns: [run()] }).changes[0]?.facts;

  it.each<[string, ApiBatch, Partial<KnownBatch>, object]>([
    [
      'counts move on, what is not said any more stays',
      api('a', -20, null, { completed: 9 }),
      { reported: { total: 10, completed: 3 } },
      { reported: { total: 10, completed: 9 } },
    ],
    ['it ends when the server says', api('a', -20, -1), {}, { state: 'finished', endedMs: NOW - MINUTE }],
    [
      'or when a poll first sees it ended',
      api('a', -20, null, { state: 'failed' }),
      {},
      { state: 'failed', endedMs: NOW },
    ],
    [
      'and not again at the next poll',
      api('a', -20, null, { state: 'finished' }),
      { state: 'failed', endedMs: NOW - 5 },
      { endedMs: NOW - 5 },
    ],
    [
      'it begins when the server says',
      api('a', -3, null),
      { state: 'waiting' },
      { state: 'running', startedMs: NOW - 3 * MINUTE },
    ],
    [
      'or when a poll first sees it run',
      api('a', -20, null, { startedMs: null }),
      { state: 'waiting' },
      { startedMs: NOW },
    ],
    [
      'and not again at the next poll',
      api('a', -20, null, { startedMs: null, total: 4 }),
      { startedMs: NOW - 7 },
      { startedMs: NOW - 7 },
    ],
    ['a clock that is ahead is taken as now', api('a', 500, 600), {}, { startedMs: NOW, endedMs: NOW }],
    [
      'an end before the begin is the begin',
      api('a', -5, -30),
      {},
      { startedMs: NOW - 5 * MINUTE, endedMs: NOW - 5 * MINUTE },
    ],
    [
      'an unknown word is kept as such',
      api('a', -20, null, { state: 'unknown', stateWord: 'paused' }),
      {},
      { state: 'unknown', stateWord: 'paused', endedMs: null },
    ],
  ])('%s', (_case, batch, before, facts) => expect(change(batch, known('a', before))).toMatchObject(facts));

  it('one that is not listed any more is given up after half an hour, at the time it was last seen', () => {
    const missing = (lastSeenMs: number) => place({ known: [known('a', { lastSeenMs })], openRuns: [run()] });
    expect(missing(NOW - RUN_GAP_MS + 1).changes).toEqual([]);
    expect(missing(NOW - RUN_GAP_MS)).toMatchObject({
      changes: [{ facts: { state: 'unknown', stateWord: 'no longer listed', endedMs: NOW - 20 * MINUTE } }],
    });
  });
});

describe('the engines behind a batch API', () => {
  const engines = [
    { id: 1, model: 'qwen', targetName: 'a', host: 'gpu-01' },
    { id: 2, model: 'llama', targetName: 'b', host: 'gpu-01' },
    { id: 3, model: 'qwen', targetName: 'c', host: 'gpu-02' },
  ];
  it.each<[string, Record<string, string>, string[], number[]]>([
    ['those that the label names', { engines: 'b, c', host: 'gpu-01' }, ['qwen'], [2, 3]],
    ['none where the label names nothing that is there', { engines: 'x', host: 'gpu-01' }, ['qwen'], []],
    ['those on its host', { host: 'gpu-01' }, [], [1, 2]],
    ['of its model there', { host: 'gpu-01' }, ['qwen'], [1]],
    ['all on its host where none serves the model', { host: 'gpu-01' }, ['gpt'], [1, 2]],
    ['all of its model where nothing is on its host', { host: 'router' }, ['qwen'], [1, 3]],
    ['all of its models without a host', {}, ['qwen', 'llama'], [1, 2, 3]],
    ['none where nothing tells', {}, [], []],
  ])('%s', (_case, labels, models, ids) => expect(enginesBehind(labels, new Set(models), engines)).toEqual(ids));
});
