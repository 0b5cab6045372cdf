import type { ReportKvCase } from '#lib/metrics/report-scenarios.ts';
import { computed, type Figure, figure, input, quantity } from '#lib/plan/figure.ts';

/** Report 002's GB. */
const GB = 1e9;
const CARD_GB = 24;

/**
 * Bytes per token that report 002's eleven results come down to, all of them within their rounding: 4.8 KiB and four times
 * that. Its text says "7B uses 2x".
 */
export const REPORT_KV_BYTES: Readonly<Record<ReportKvCase['model'], number>> = { '0.5B': 4915.2, '7B': 4 * 4915.2 };

export type KvStressPlan = { readonly need: Figure; readonly share: Figure; readonly passes: boolean };

/** A scenario by the report's own arithmetic: batch × sequence × concurrent; what is generated is not counted there. */
export function planKvStress(one: ReportKvCase): KvStressPlan {
  const from = (value: number) => quantity(value, 'report', `report 002, ${one.id}`);
  const need = figure(
    {
      id: 'need',
      title: 'KV cache at the peak',
      unit: 'bytes',
      formula: 'batch × sequence length × concurrent × bytes per token',
      inputs: [
        input('batch', 'count', from(one.batch)),
        input('sequence length', 'tokens', from(one.sequence)),
        input('concurrent', 'count', from(one.concurrent)),
        input(
          'bytes per token',
          'bytes',
          quantity(REPORT_KV_BYTES[one.model], 'report', `what report 002's results for ${one.model} come down to`),
        ),
      ],
      reference: 'report 002; its GB is taken as 10^9 bytes',
    },
    (batch, sequence, concurrent, bytes) => batch * sequence * concurrent * bytes,
  );
  const share = figure(
    {
      id: 'share',
      title: 'KV utilisation',
      unit: 'ratio',
      formula: 'need ÷ card memory',
      inputs: [computed('need', need), input('card memory', 'bytes', from(CARD_GB * GB))],
      reference: 'report 002',
    },
    (bytes, card) => bytes / card,
  );
  return { need, share, passes: (share.value ?? Number.POSITIVE_INFINITY) <= 1 };
}
