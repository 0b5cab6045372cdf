import type { ReportBatch, ReportRun } from '#lib/runs/report-run.ts';
import { isMatrix } from '#lib/runs/run.ts';

type Cell = string | number | null;

const COLUMNS: readonly (readonly [string, (batch: ReportBatch) => Cell])[] = [
  ['batch', (batch) => batch.number],
  ['name', (batch) => batch.name],
  ['state', (batch) => batch.state],
  ['started_at', (batch) => (batch.cell?.timed === false ? null : new Date(batch.startedAtMs).toISOString())],
  [
    'ended_at',
    (batch) =>
      batch.endedAtMs === null || batch.cell?.timed === false ? null : new Date(batch.endedAtMs).toISOString(),
  ],
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
/** Of test matrices only: they come after all others, so that a script for one kind reads the other. */
const CELL_COLUMNS: readonly (readonly [string, (batch: ReportBatch) => Cell])[] = [
  [
    'params',
    ({ cell }) =>
      Object.entries(cell?.params ?? {})
        .map(([name, value]) => `${name}=${value}`)
        .join('; '),
  ],
  ['tool', ({ cell }) => cell?.tool ?? null],
  ['is_timed', ({ cell }) => String(cell?.timed ?? true)],
  ['latency_source', ({ cell }) => cell?.latencySource ?? null],
  ['latency_p50_s', ({ cell }) => cell?.latency.p50 ?? null],
  ['latency_p95_s', ({ cell }) => cell?.latency.p95 ?? null],
  ['latency_p99_s', ({ cell }) => cell?.latency.p99 ?? null],
  ['ttft_p50_s', ({ cell }) => cell?.ttft.p50 ?? null],
  ['ttft_p95_s', ({ cell }) => cell?.ttft.p95 ?? null],
  ['ttft_p99_s', ({ cell }) => cell?.ttft.p99 ?? null],
  ['tpot_p50_s', ({ cell }) => cell?.tpotP50 ?? null],
  ['itl_p99_s', ({ cell }) => cell?.itlP99 ?? null],
  ['goodput_rps', ({ cell }) => cell?.goodputPerSecond ?? null],
  ['good_ratio', ({ cell }) => cell?.goodRatio ?? null],
  ['kv_max_ratio', ({ cell }) => cell?.kvMaxRatio ?? null],
  ['queue_peak', ({ cell }) => cell?.queuePeak ?? null],
  ['running_peak', ({ cell }) => cell?.runningPeak ?? null],
  ['arrival_peak_rps', ({ cell }) => cell?.arrivalPeakPerSecond ?? null],
  ['preemptions', (batch) => batch.preemptions],
  ['preempted_ratio', ({ cell }) => cell?.evictionRatio ?? null],
];
const MEMORY_COLUMNS = ['gpu', 'vram_before_bytes', 'vram_after_bytes', 'vram_delta_bytes', 'vram_peak_bytes'];

/**
 * One row per batch and GPU (one per batch where no GPU is linked), RFC 4180. Unknown is an empty cell. Text that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */
export function reportCsv(run: ReportRun): string {
  const cellColumns = isMatrix(run.kind) ? CELL_COLUMNS : [];
  const head = [...COLUMNS, ...MEMORY_COLUMNS.map((name) => [name] as const), ['not_measured'], ...cellColumns].map(
    ([name]) => name,
  );
  const rows = run.batches.flatMap((batch) => {
    const cells = COLUMNS.map(([, of]) => of(batch));
    const missing = [batch.missing.join('; '), ...cellColumns.map(([, of]) => of(batch))];
    if (batch.memory.length === 0) return [[...cells, null, null, null, null, null, ...missing]];
    return batch.memory.map((memory) => {
      const name = run.gpus.find(({ gpu }) => gpu.id === memory.gpuId)?.gpu.name ?? `GPU ${memory.gpuId}`;
      const { beforeBytes, afterBytes, deltaBytes, peakBytes } = memory;
      return [...cells, name, beforeBytes, afterBytes, deltaBytes, peakBytes, ...missing];
    });
  });
  return [head, ...rows].map((row) => `${row.map((cell) => csvCell(cell ?? null)).join(',')}\r\n`).join('');
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
