import { computed, type Figure, figure, input, quantity } from '#lib/plan/figure.ts';

type Size = '0.5B' | '7B';
/** Report 002's GB. */
const GB = 1e9;
const CARD_GB = 24;

/**
 * Bytes per token that report 002's eleven results come down to, all of them within their rounding: 4.8 KiB and four times
 * that. Its text says "7B uses 2x".
 */
export const REPORT_KV_BYTES: Readonly<Record<Size, number>> = { '0.5B': 4915.2, '7B': 4 * 4915.2 };

export type KvStressCase = {
  readonly id: string;
  readonly model: Size;
  readonly batch: number;
  readonly sequence: number;
  readonly concurrent: number;
  readonly generate: number;
  /** As printed. */
  readonly kvGb: number;
  /** Per cent of 24 GB, as printed. */
  readonly utilization: number;
  readonly passes: boolean;
};

type Row = readonly [string, Size, number, number, number, number, number, number, boolean];

const ROWS: readonly Row[] = [
  ['short_sequence_low_stress', '0.5B', 32, 1024, 1, 128, 0.2, 0.7, true],
  ['medium_sequence_normal', '0.5B', 64, 4096, 2, 256, 2.6, 10.7, true],
  ['large_sequence_high', '0.5B', 128, 8192, 4, 512, 20.6, 85.9, true],
  ['very_large_sequence_extreme', '0.5B', 256, 16_384, 8, 512, 164.9, 687.2, false],
  ['maximum_context_32k', '0.5B', 128, 32_768, 2, 256, 41.2, 171.8, false],
  ['high_concurrency_16', '0.5B', 512, 2048, 16, 128, 82.5, 343.6, false],
  ['streaming_progressive', '0.5B', 64, 8192, 4, 2048, 10.3, 42.9, true],
  ['multi_request_worst_case', '0.5B', 256, 16_384, 8, 1024, 164.9, 687.2, false],
  ['7b_moderate', '7B', 32, 4096, 2, 256, 5.2, 21.5, true],
  ['7b_maximum_sequence', '7B', 16, 16_384, 1, 512, 5.2, 21.5, true],
  ['cache_exhaustion', '0.5B', 512, 32_768, 16, 512, 1319.4, 5497.6, false],
];

/** Report 002's eleven scenarios. */
export const KV_STRESS_CASES: readonly KvStressCase[] = ROWS.map(
  ([id, model, batch, sequence, concurrent, generate, kvGb, utilization, passes]) => ({
    id,
    model,
    batch,
    sequence,
    concurrent,
    generate,
    kvGb,
    utilization,
    passes,
  }),
);

export type KvStressPlan = { readonly need: Figure; readonly share: Figure; readonly passes: boolean };

/** A scenario by the report's own arithmetic: batch × sequence × concurrent; what is generated is not counted there. */
export function planKvStress(one: KvStressCase): KvStressPlan {
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
