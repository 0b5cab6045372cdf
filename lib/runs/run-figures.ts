import type { RunFigure } from '#lib/metrics/signal.ts';
import type { BatchFigures } from '#lib/runs/batch-figures.ts';
import { gpuIdsOf, runGpuMemory } from '#lib/runs/run-gpu.ts';
import { totalsOf } from '#lib/runs/run-totals.ts';
import { isFalling } from '#lib/runs/throughput-criteria.ts';

/** What a run says in single numbers, for rules; base units, null is unknown. */
export type RunFigures = Readonly<Record<RunFigure, number | null>>;

/** Of an engine without a run that still says something: no batch is open, and that is all that is known. */
export const NO_RUN: RunFigures = {
  'vram-delta': null,
  'throughput-variance': null,
  'throughput-falling': null,
  'success-ratio': null,
  'reload-delay': null,
  'open-age': 0,
  'projected-duration': 0,
};

/** Three batches show a direction. */
const FEWEST_RATES = 3;
/** 0.2 − 0.16 is not exactly a fifth of 0.2, and a rule asks for 20 %. */
const ROUNDING = 1e9;

/** What is known beside the numbers of the batches. */
export type RunContext = {
  /** Batches of a batch API are whatever somebody sends: that they differ in speed says nothing of the engine. */
  readonly isTest: boolean;
  /** By number: when the polls of a batch API let expect its end. */
  readonly etaMs: ReadonlyMap<number, number>;
};

const TEST: RunContext = { isTest: true, etaMs: new Map() };

export function runFiguresOf(batches: readonly BatchFigures[], nowMs: number, context: RunContext = TEST): RunFigures {
  const totals = totalsOf(batches);
  const ended = batches.filter((batch) => batch.endMs !== null);
  const rates = ended.map((batch) => batch.requestsPerSecond).filter((rate) => rate !== null);
  const { variance } = totals.rps;
  return {
    'vram-delta': most(gpuIdsOf(batches).map((gpuId) => keptBytes(ended, gpuId))),
    'throughput-variance': variance === null || !context.isTest ? null : Math.round(variance * ROUNDING) / ROUNDING,
    'throughput-falling': rates.length < FEWEST_RATES || !context.isTest ? null : Number(isFalling(rates)),
    'success-ratio': totals.successRatio ?? knownFailures(batches),
    'reload-delay': reloadSeconds(batches),
    'open-age': openAge(batches, nowMs),
    'projected-duration': projectedDuration(batches, nowMs, context.etaMs),
  };
}

/** Up to the last batch after which idle memory is known: just after an end it is not yet, and what was kept before stays. */
function keptBytes(ended: readonly BatchFigures[], gpuId: number): number | null {
  const isKnown = ({ memory }: BatchFigures): boolean =>
    memory.some((gpu) => gpu.gpuId === gpuId && gpu.afterBytes !== null);
  return runGpuMemory(ended.slice(0, ended.findLastIndex(isKnown) + 1), gpuId).deltaBytes;
}

/** Of the batches that were counted, if something failed in them; else not known. */
function knownFailures(batches: readonly BatchFigures[]): number | null {
  const failed = batches.reduce((sum, batch) => sum + (batch.failed ?? 0), 0);
  const completed = batches.reduce((sum, batch) => sum + (batch.completed ?? 0), 0);
  return failed > 0 ? completed / (completed + failed) : null;
}

function reloadSeconds(batches: readonly BatchFigures[]): number | null {
  const delays = batches.map((batch) => batch.reloadDelayMs);
  const longest = most(delays);
  return longest === null || (longest === 0 && delays.includes(null)) ? null : longest / 1000;
}

const openBatches = (batches: readonly BatchFigures[]): readonly BatchFigures[] =>
  batches.filter((batch) => batch.endMs === null);

const submittedMs = (batch: BatchFigures): number => batch.submittedMs ?? batch.startMs;

function openAge(batches: readonly BatchFigures[], nowMs: number): number {
  const ages = openBatches(batches).map((batch) => (nowMs - submittedMs(batch)) / 1000);
  return Math.max(0, ...ages);
}

/** The longest of the open ones; not known when the size or progress of one is not. */
function projectedDuration(
  batches: readonly BatchFigures[],
  nowMs: number,
  etas: ReadonlyMap<number, number>,
): number | null {
  const open = openBatches(batches).map((batch) => {
    const { number, total, completed, failed, startMs } = batch;
    const etaMs = etas.get(number);
    if (etaMs !== undefined) return (Math.max(etaMs, nowMs) - submittedMs(batch)) / 1000;
    const done = completed === null ? null : completed + (failed ?? 0);
    if (total === null || done === null || done <= 0 || total < done) return null;
    return (startMs - submittedMs(batch) + ((nowMs - startMs) * total) / done) / 1000;
  });
  return open.includes(null) ? null : (most(open) ?? 0);
}

function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
