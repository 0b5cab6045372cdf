import type { BatchView, RunDetail, RunGpu, RunSummary } from '#lib/api/runs.ts';
import type { LeakFacts } from '#lib/detect/leak-judgement.ts';
import { judgeFloors } from '#lib/detect/leak-verdict.ts';
import { judgeCrashes, judgeSuccess } from '#lib/runs/failure-criteria.ts';
import type { Judgement } from '#lib/runs/judgement.ts';
import {
  judgeDegradation,
  judgeExpectation,
  judgeVariance,
  spreadOf,
  throughputVariance,
} from '#lib/runs/throughput-criteria.ts';
import { floorsOfRun, judgeTotalDelta, judgeVramTrend } from '#lib/runs/vram-criteria.ts';

const GB = 1e9;
const MINUTE_MS = 60_000;
export const RUN_START_MS = 1_767_571_200_000;

export type RunShape = {
  readonly id?: number;
  readonly name?: string;
  readonly rates: readonly (number | null)[];
  /** Idle memory before the first batch and after each, GB; one list a GPU. */
  readonly levels: readonly (readonly number[])[];
  readonly expectedRps?: number;
  /** The last batch still runs. */
  readonly running?: boolean;
};

/** An answer of the API as the real criteria and the real leak verdict make it: batches of 40 min, a minute apart. */
export function runView({
  id = 1,
  name = 'nightly',
  rates,
  levels,
  expectedRps,
  running = false,
}: RunShape): RunDetail {
  const batches = rates.map((rate, i) => batchView(i, rate, levels, running && i === rates.length - 1));
  const gpus = levels.map((_, g) => gpuView(batches, g));
  const records = (g: number) => batches.map((batch) => recordOf(batch, g));
  const criteria = [
    ...levels.flatMap((_, g) => [
      { ...judgeTotalDelta(records(g)), gpuId: 100 + g },
      { ...judgeVramTrend(records(g), FACTS).judgement, gpuId: 100 + g },
    ]),
    ...[
      judgeVariance(records(0)),
      judgeDegradation(records(0)),
      judgeSuccess(records(0)),
      judgeCrashes(records(0)),
      judgeExpectation(records(0), expectedRps ?? null),
    ].map((criterion) => ({ ...criterion, gpuId: null })),
  ].map((criterion) => ({ ...criterion, batches: [...criterion.batches] }));
  const known = batches.flatMap(({ requestsPerSecond }) => requestsPerSecond ?? []);
  const spread = spreadOf(known);
  const failed = criteria.find(({ state }) => state === 'fail');
  return {
    ...SUMMARY,
    id,
    name,
    state: running ? 'running' : 'finished',
    finishedAtMs: running ? null : (batches.at(-1)?.endedAtMs ?? RUN_START_MS),
    batchCount: batches.length,
    outcome: outcomeOf(criteria),
    headline: failed === undefined ? 'steady' : `${failed.check}: ${failed.reason}`,
    notes: 'input: batch_5k.jsonl\nsecond try after the driver update',
    expectation: { requestsPerSecond: expectedRps ?? null, vramBytes: null },
    batches,
    totals: {
      requests: 5000 * batches.length,
      completed: 5000 * batches.length,
      failed: 0,
      successRatio: 1,
      durationMs: batches.length * 40 * MINUTE_MS,
      rps: {
        min: spread?.min ?? null,
        max: spread?.max ?? null,
        mean: spread?.mean ?? null,
        standardDeviation: spread?.standardDeviation ?? null,
        variance: throughputVariance(known),
      },
    },
    gpus,
    criteria,
  };
}

const outcomeOf = (criteria: readonly Pick<Judgement, 'state'>[]): RunSummary['outcome'] =>
  (['fail', 'not measured'] as const).find((state) => criteria.some((one) => one.state === state)) ?? 'pass';

const SUMMARY = {
  kind: 'multi-batch',
  origin: 'api',
  labels: { input: 'batch_5k.jsonl', host: 'gpu-01' },
  startedAtMs: RUN_START_MS,
  engines: [{ id: 7, kind: 'engine', name: 'batch · Qwen/Qwen2.5-0.5B-Instruct' }],
  createdBy: 'Zoe',
} as const satisfies Partial<RunSummary>;

/** The report prints hundredths of a GB. */
const FACTS: LeakFacts = {
  nowMs: RUN_START_MS + 24 * 60 * MINUTE_MS,
  quantumBytes: 0.01 * GB,
  limitBytes: 24 * GB,
  reservedBytes: 10.35 * GB,
  bytesPerLoad: 0,
};

function batchView(i: number, rate: number | null, levels: RunShape['levels'], runs: boolean): BatchView {
  const startedAtMs = RUN_START_MS + i * 41 * MINUTE_MS;
  const bytes = (g: number, at: number) => (levels[g]?.[at] === undefined ? null : (levels[g]?.[at] ?? 0) * GB);
  return {
    number: i + 1,
    name: `batch ${i + 1}`,
    externalId: null,
    state: runs ? 'running' : 'finished',
    stateWord: null,
    notes: '',
    submittedAtMs: null,
    startedAtMs,
    endedAtMs: runs ? null : startedAtMs + 40 * MINUTE_MS,
    durationMs: runs ? null : 40 * MINUTE_MS,
    requestsPerSecond: rate,
    secondsPerRequest: rate === null ? null : 8 / rate,
    tokensPerSecond: rate === null ? null : 400 * rate,
    total: 5000,
    completed: 5000,
    failed: 0,
    successRatio: 1,
    errors: i === 1 ? { timeout: 2, 'out of memory': 1 } : {},
    promptTokens: 4_512_000,
    completionTokens: 2_004_321,
    cachedTokens: 1_200_000,
    hitRatio: 0.266,
    preemptions: 0,
    reloadDelayMs: 0,
    crashes: 0,
    oomErrors: 0,
    memory: levels.map((_, g) => {
      const [before, after] = [bytes(g, i), runs ? null : bytes(g, i + 1)];
      return {
        gpuId: 100 + g,
        beforeBytes: before,
        afterBytes: after,
        deltaBytes: before === null || after === null ? null : after - before,
        peakBytes: before === null ? null : before + 0.8 * GB,
        totalBytes: 24 * GB,
      };
    }),
    missing: rate === null ? ['the engine did not answer for half of it'] : [],
  };
}

const recordOf = (batch: BatchView, g: number) => ({
  number: batch.number,
  startMs: batch.startedAtMs,
  endMs: batch.endedAtMs,
  vramBeforeBytes: batch.memory[g]?.beforeBytes ?? null,
  vramAfterBytes: batch.memory[g]?.afterBytes ?? null,
  requestsPerSecond: batch.requestsPerSecond,
  completed: batch.completed,
  failed: batch.failed,
  crashes: batch.crashes,
  oomErrors: batch.oomErrors,
  reloadDelayMs: batch.reloadDelayMs,
});

function gpuView(batches: readonly BatchView[], g: number): RunGpu {
  const records = batches.map((batch) => recordOf(batch, g));
  const leak = judgeFloors('batch', floorsOfRun(records), FACTS);
  const startBytes = records[0]?.vramBeforeBytes ?? null;
  const endBytes = records.findLast(({ vramAfterBytes }) => vramAfterBytes !== null)?.vramAfterBytes ?? null;
  const deltaBytes = startBytes === null || endBytes === null ? null : endBytes - startBytes;
  return {
    gpu: { id: 100 + g, kind: 'gpu', name: `gpu-01 · GPU ${g}` },
    totalBytes: 24 * GB,
    startBytes,
    endBytes,
    deltaBytes,
    peakBytes: Math.max(...batches.flatMap(({ memory }) => memory[g]?.peakBytes ?? [])),
    leak: structuredClone(leak) as RunGpu['leak'],
    growers:
      leak.verdict === 'leak' ? [{ pid: '4242', name: 'python3', growthBytes: deltaBytes ?? 0, share: 0.98 }] : [],
  };
}

export const LEAKING: RunShape = {
  id: 2,
  name: 'nightly, leaking',
  rates: [0.2, 0.2, 0.2, 0.2],
  levels: [[10.35, 10.5, 10.65, 10.8, 10.95]],
};
export const STEADY: RunShape = {
  id: 1,
  name: 'nightly, steady',
  rates: [0.2, 0.19, 0.2, 0.2],
  levels: [[10.35, 10.35, 10.35, 10.35, 10.35]],
  expectedRps: 0.19,
};
export const DEGRADING: RunShape = {
  id: 3,
  name: 'nightly, degrading',
  rates: [0.2, 0.18, 0.16],
  levels: [[10.35, 10.35, 10.35, 10.35]],
};
