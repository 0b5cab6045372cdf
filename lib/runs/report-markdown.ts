import { formatValue } from '#lib/metrics/unit.ts';
import { matrixSections } from '#lib/runs/report-matrix.ts';
import { memorySection } from '#lib/runs/report-memory.ts';
import type { ReportBatch, ReportRun } from '#lib/runs/report-run.ts';
import {
  countText,
  deltaText,
  markdownTable,
  minutesText,
  percentText,
  plainMarkdown,
  rateText,
  secondsText,
  timeText,
} from '#lib/runs/report-words.ts';
import { isMatrix } from '#lib/runs/run.ts';

/** A run as Markdown, in the shape of report 003's "FINAL MULTI-BATCH SUMMARY". */
export function reportMarkdown(run: ReportRun): string {
  const memory = run.gpus.length === 0 ? ['No GPU is linked to the engines of this run.'] : run.gpus.map(memorySection);
  const { kind } = run;
  const sections = [
    `# FINAL ${isMatrix(kind) ? 'TEST MATRIX' : 'MULTI-BATCH'} SUMMARY: ${plainMarkdown(run.name)}`,
    head(run),
    '## Overall statistics',
    overall(run),
    ...(isMatrix(kind) ? matrixSections(run, kind) : ['## Per-batch performance', batchTable(run.batches)]),
    ...notMeasured(run.batches),
    '## VRAM analysis',
    ...memory,
    ...(isMatrix(kind) ? [] : ['## Performance consistency', consistency(run)]),
    '## Criteria',
    criteria(run),
    ...(run.notes === '' ? [] : ['## Notes', run.notes.split('\n').map(plainMarkdown).join('  \n')]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function head(run: ReportRun): string {
  const labels = Object.entries(run.labels).map(([name, value]) => `${plainMarkdown(name)}=${plainMarkdown(value)}`);
  const until = run.finishedAtMs === null ? 'still running' : timeText(run.finishedAtMs);
  return [
    `- Kind: ${run.kind}`,
    `- Result: **${run.outcome}**: ${plainMarkdown(run.headline)}`,
    `- Time: ${timeText(run.startedAtMs)} to ${until}`,
    `- Engines: ${run.engines.map((engine) => plainMarkdown(engine.name)).join(', ')}`,
    ...(labels.length === 0 ? [] : [`- Labels: ${labels.join(', ')}`]),
  ].join('\n');
}

function overall({ totals, batches }: ReportRun): string {
  return [
    `- Total batches: ${batches.length}`,
    `- Total requests: ${countText(totals.requests)}`,
    `- Total failed: ${countText(totals.failed)}`,
    `- Success rate: ${percentText(totals.successRatio, 2)}`,
    `- Total time: ${minutesText(totals.durationMs)}`,
    `- Average rate: ${rateText(totals.rps.mean)}`,
  ].join('\n');
}

const BATCH_HEAD = [
  'batch',
  'time',
  'rate',
  'per request',
  'tokens/s',
  'VRAM',
  'completed',
  'failed',
  'success',
  'cache hits',
  'reload',
];

function batchTable(batches: readonly ReportBatch[]): string {
  return markdownTable(
    BATCH_HEAD,
    batches.map((batch) => [
      `${batch.number}: ${plainMarkdown(batch.name)}`,
      batch.endedAtMs === null ? batch.state : minutesText(batch.durationMs),
      rateText(batch.requestsPerSecond),
      secondsText(batch.secondsPerRequest),
      batch.tokensPerSecond === null ? 'not measured' : batch.tokensPerSecond.toFixed(0),
      deltaText(largestDelta(batch)),
      countText(batch.completed),
      failedText(batch),
      percentText(batch.successRatio, 2),
      percentText(batch.hitRatio),
      secondsText(batch.reloadDelayMs === null ? null : batch.reloadDelayMs / 1000),
    ]),
  );
}

/** Of several GPUs the one that kept most. */
function largestDelta(batch: ReportBatch): number | null {
  const known = batch.memory.map((gpu) => gpu.deltaBytes).filter((bytes) => bytes !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function failedText({ failed, errors }: ReportBatch): string {
  const kinds = Object.entries(errors).map(([kind, count]) => `${plainMarkdown(kind)} ${count}`);
  return kinds.length === 0 ? countText(failed) : `${countText(failed)} (${kinds.join(', ')})`;
}

function notMeasured(batches: readonly ReportBatch[]): readonly string[] {
  const lines = batches.flatMap(({ number, missing, cell }) =>
    [...(cell?.remarks ?? []), ...missing].map((phrase) => `- Batch ${number}: ${plainMarkdown(phrase)}`),
  );
  return lines.length === 0 ? [] : [`What could not be measured:\n\n${lines.join('\n')}`];
}

function consistency({ totals, criteria }: ReportRun): string {
  const { rps } = totals;
  const words = criteria
    .filter(({ check }) => check === 'throughput variance' || check === 'throughput degradation')
    .map(({ check, state, reason }) => `- ${check}: ${state}, ${plainMarkdown(reason)}`);
  return [
    `- Min rate: ${rateText(rps.min)}`,
    `- Max rate: ${rateText(rps.max)}`,
    `- Mean rate: ${rateText(rps.mean)}`,
    `- Standard deviation: ${rateText(rps.standardDeviation)}`,
    `- Variance: ${percentText(rps.variance)}`,
    ...words,
  ].join('\n');
}

function criteria({ criteria: all, gpus }: ReportRun): string {
  const nameOf = (gpuId: number): string => gpus.find(({ gpu }) => gpu.id === gpuId)?.gpu.name ?? `GPU ${gpuId}`;
  return markdownTable(
    ['criterion', 'of', 'result', 'number', 'passes', 'why', 'batches'],
    all.map(({ check, gpuId, cell, state, value, unit, limit, reason, batches }) => [
      check,
      gpuId === null ? plainMarkdown(cell ?? 'run') : plainMarkdown(nameOf(gpuId)),
      state === 'fail' ? '**fail**' : state,
      formatValue(value, unit),
      plainMarkdown(limit),
      plainMarkdown(reason),
      batches.join(', '),
    ]),
  );
}
