import type { BatchGpuMemory, BatchMeasurement } from '#lib/runs/batch-measurement.ts';
import type { BatchRecord } from '#lib/runs/batch-record.ts';
import type { BatchTimes } from '#lib/runs/batch-window.ts';
import type { CellFigures } from '#lib/runs/cell-figures.ts';

/** What a client, or a batch API, says of a batch; what it does not say is left out. */
export type ReportedCounts = {
  readonly total?: number | undefined;
  readonly completed?: number | undefined;
  readonly failed?: number | undefined;
  readonly errors?: Readonly<Record<string, number>> | undefined;
  readonly promptTokens?: number | undefined;
  readonly completionTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
};

/** A batch with all its numbers (report 003, "Metrics Tracked"); null is not known, `missing` says why in words. */
export type BatchFigures = BatchTimes & {
  readonly durationMs: number | null;
  readonly requestsPerSecond: number | null;
  readonly secondsPerRequest: number | null;
  readonly tokensPerSecond: number | null;
  readonly total: number | null;
  readonly completed: number | null;
  readonly failed: number | null;
  readonly successRatio: number | null;
  readonly errors: Readonly<Record<string, number>>;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cachedTokens: number | null;
  readonly hitRatio: number | null;
  readonly preemptions: number | null;
  readonly reloadDelayMs: number | null;
  readonly crashes: number | null;
  readonly oomErrors: number | null;
  readonly memory: readonly BatchGpuMemory[];
  readonly restarts: BatchMeasurement['restarts'];
  readonly missing: readonly string[];
  /** What makes it a cell of a test matrix; null of a batch that is none. */
  readonly cell: CellFigures | null;
};

/**
 * Joins what was reported with what was measured: the report wins where it says something, because counters also hold what
 * others asked the engine for. Rates are over the batch's own time, until now while it runs; requests per second counts
 * those that completed.
 */
export function figuresOf(
  times: BatchTimes,
  reported: ReportedCounts,
  measured: BatchMeasurement,
  nowMs: number,
): BatchFigures {
  const { number, submittedMs, startMs, endMs } = times;
  const seconds = ((endMs ?? nowMs) - startMs) / 1000;
  const rate = (count: number | null): number | null => (count === null || seconds <= 0 ? null : count / seconds);
  // What an open batch has not done yet is neither.
  const total = endMs === null ? undefined : reported.total;
  const completed = reported.completed ?? rest(total, reported.failed) ?? measured.completed;
  const failed = reported.failed ?? rest(total, reported.completed) ?? measured.failed;
  const ended = completed === null || failed === null ? null : completed + failed;
  const promptTokens = reported.promptTokens ?? measured.promptTokens;
  const completionTokens = reported.completionTokens ?? measured.completionTokens;
  const reportedHits = ratio(reported.cachedTokens ?? null, reported.promptTokens ?? null);
  return {
    number,
    submittedMs,
    startMs,
    endMs,
    durationMs: endMs === null ? null : endMs - startMs,
    requestsPerSecond: rate(completed),
    secondsPerRequest: measured.secondsPerRequest,
    tokensPerSecond: rate(completionTokens),
    total: reported.total ?? ended,
    completed,
    failed,
    successRatio: ratio(completed, ended),
    errors: reported.errors ?? measured.errors,
    promptTokens,
    completionTokens,
    cachedTokens: reported.cachedTokens ?? measured.cachedTokens,
    hitRatio: reportedHits ?? measured.hitRatio ?? ratio(measured.cachedTokens, measured.promptTokens),
    preemptions: measured.preemptions,
    reloadDelayMs: measured.reloadDelayMs,
    crashes: measured.crashes,
    oomErrors: measured.oomErrors,
    memory: measured.memory,
    restarts: measured.restarts,
    missing: measured.missing,
    cell: null,
  };
}

/** The record that criteria judge, with the memory of one GPU; null: of none. */
export function recordOf(batch: BatchFigures, gpuId: number | null): BatchRecord {
  const memory = batch.memory.find((gpu) => gpu.gpuId === gpuId);
  const { number, startMs, endMs, requestsPerSecond, completed, failed, crashes, oomErrors, reloadDelayMs } = batch;
  return {
    number,
    startMs,
    endMs,
    vramBeforeBytes: memory?.beforeBytes ?? null,
    vramAfterBytes: memory?.afterBytes ?? null,
    requestsPerSecond,
    completed,
    failed,
    crashes,
    oomErrors,
    reloadDelayMs,
  };
}

const rest = (total: number | undefined, part: number | undefined): number | undefined =>
  total === undefined || part === undefined ? undefined : Math.max(0, total - part);

const ratio = (part: number | null, whole: number | null): number | null =>
  part === null || whole === null || whole <= 0 ? null : part / whole;
