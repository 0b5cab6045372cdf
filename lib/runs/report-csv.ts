import type { ReportBatch, ReportRun } from '#lib/runs/report-run.ts';

type Cell = string | number | null;

const COLUMNS: readonly (readonly [string, (batch: ReportBatch) => Cell])[] = [
  ['batch', (batch) => batch.number],
  ['name', (batch) => batch.name],
  ['state', (batch) => batch.state],
  ['started_at', (batch) => new Date(batch.startedAtMs).toISOString()],
  ['ended_at', (batch) => (batch.endedAtMs === null ? null : new Date(batch.endedAtMs).toISOString())],
  ['duration_s', (batch) => (batch.durationMs === null ? null : batch.durationMs / 1000)],
  ['requests_per_second', (batch) => batch.requestsPerSecond],
  ['seconds_per_request', (batch) => batch.secondsPerRequest],
  ['tokens_per_second', (batch) => batch.tokensPerSecond],
  ['total', (batch) => batch.total],
  ['completed', (batch) => batch.completed],
  ['failed', (batch) => batch.failed],
  ['success_ratio', (batch) => batch.successRatio],
  [
    'errors',
    ({ errors }) =>
      Object.entries(errors)
        .map(([kind, count]) => `${kind}: ${count}`)
        .join('; '),
  ],
  ['prompt_tokens', (batch) => batch.promptTokens],
  ['completion_tokens', (batch) => batch.completionTokens],
  ['cached_tokens', (batch) => batch.cachedTokens],
  ['hit_ratio', (batch) => batch.hitRatio],
  ['reload_delay_s', (batch) => (batch.reloadDelayMs === null ? null : batch.reloadDelayMs / 1000)],
  ['crashes', (batch) => batch.crashes],
  ['oom_errors', (batch) => batch.oomErrors],
];
const MEMORY_COLUMNS = ['gpu', 'vram_before_bytes', 'vram_after_bytes', 'vram_delta_bytes', 'vram_peak_bytes'];

/**
 * One row per batch and GPU (one per batch where no GPU is linked), RFC 4180. Unknown is an empty cell. Text that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */
export function reportCsv(run: ReportRun): string {
  const head = [...COLUMNS.map(([name]) => name), ...MEMORY_COLUMNS, 'not_measured'];
  const rows = run.batches.flatMap((batch) => {
    const cells = COLUMNS.map(([, of]) => of(batch));
    const missing = batch.missing.join('; ');
    if (batch.memory.length === 0) return [[...cells, null, null, null, null, null, missing]];
    return batch.memory.map((memory) => {
      const name = run.gpus.find(({ gpu }) => gpu.id === memory.gpuId)?.gpu.name ?? `GPU ${memory.gpuId}`;
      const { beforeBytes, afterBytes, deltaBytes, peakBytes } = memory;
      return [...cells, name, beforeBytes, afterBytes, deltaBytes, peakBytes, missing];
    });
  });
  return [head, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
