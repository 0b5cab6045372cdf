import type { BatchView, JudgementView, RunSummary } from '#lib/api/runs.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import { type DisplayUnit, displayUnit, formatValue, type Unit } from '#lib/metrics/unit.ts';
import type { Check } from '#lib/runs/judgement.ts';
import type { BatchState, RunKind, RunOrigin } from '#lib/runs/run.ts';

export const KIND_WORDS: Readonly<Record<RunKind, string>> = {
  'multi-batch': 'Multi-batch',
  burst: 'Bursts',
  concurrency: 'Concurrency × context',
  'kv-stress': 'KV-cache stress',
  oom: 'Out of memory',
  'chunked-prefill': 'Chunked prefill',
  fit: 'Model × GPU fit',
};

export const ORIGIN_WORDS: Readonly<Record<RunOrigin, string>> = {
  api: 'begun by hand or script',
  'batch-api': 'batch API',
  detected: 'detected',
  file: 'read from a result file',
};

export const BATCH_STATE_WORDS: Readonly<Record<BatchState, string>> = {
  waiting: 'waiting',
  running: 'running',
  finished: 'finished',
  failed: 'failed',
  expired: 'expired',
  cancelled: 'cancelled',
  unknown: 'unknown state',
};

/** "pass", or while it runs "pass so far": the next batch may still fail it. */
export function outcomeText({ outcome, state }: Pick<RunSummary, 'outcome' | 'state'>): string {
  const word = { pass: 'Pass', fail: 'Fail', 'not measured': 'Not measured' }[outcome];
  return state === 'running' && outcome !== 'fail' ? `${word} so far` : word;
}

/** A difference with its sign; exactly nothing is "±0". */
export function signedText(value: number | null, unit: Unit, display?: DisplayUnit): string {
  if (value === null) return '–';
  const shown = formatValue(Math.abs(value), unit, display);
  if (value === 0) return `±${shown}`;
  return `${value > 0 ? '+' : '−'}${shown}`;
}

/**
 * Bytes in GiB with two decimals, as report 003 writes its 10.35: three digits would hide what one batch leaves behind.
 * Below 1 GiB as everywhere.
 */
export function memoryText(bytes: number | null): string {
  if (bytes === null) return '–';
  const gib = bytes / 1024 ** 3;
  return gib >= 1 ? `${gib.toFixed(2)} GiB` : formatValue(bytes, 'bytes', displayUnit('bytes', bytes));
}

export function durationText(ms: number | null): string {
  return ms === null ? '–' : describeDurationMs(ms < 1000 ? ms : Math.round(ms / 1000) * 1000);
}

/** "batch 3", "batches 2, 3 and 5". */
export function batchNumbersText(numbers: readonly number[]): string {
  if (numbers.length === 0) return '';
  if (numbers.length === 1) return `batch ${numbers[0]}`;
  const isRow = numbers.every((number, i) => i === 0 || number === (numbers[i - 1] ?? 0) + 1);
  if (isRow && numbers.length > 2) return `batches ${numbers[0]} to ${numbers.at(-1)}`;
  return `batches ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;
}

/** "2 × timeout, 1 × out of memory", the most frequent first; '' without errors. */
export function errorsText(errors: BatchView['errors']): string {
  return Object.entries(errors)
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${count} × ${kind}`)
    .join(', ');
}

/** The state that is shown: the server's own word where it is not one of ours. */
export function batchStateText({ state, stateWord }: Pick<BatchView, 'state' | 'stateWord'>): string {
  return stateWord === null ? BATCH_STATE_WORDS[state] : `${BATCH_STATE_WORDS[state]}: ${stateWord}`;
}

const SIGNED_CHECKS: readonly Check[] = ['total VRAM delta', 'VRAM trend'];

/** The number that a criterion judged. Differences carry their sign. */
export function judgedValueText({ check, value, unit }: Pick<JudgementView, 'check' | 'value' | 'unit'>): string {
  if (value === null) return '–';
  if (unit === 'seconds' && value === 0) return '0 s';
  const text = SIGNED_CHECKS.includes(check) ? signedText(value, unit) : formatValue(value, unit);
  return check === 'VRAM trend' ? `${text} per batch` : text;
}
