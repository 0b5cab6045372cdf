import { computed, type Figure, figure, input, quantity } from '#lib/plan/figure.ts';
import { type PreflightVerdict, preflightVerdict, REPORT_CAP } from '#lib/plan/pre-flight.ts';

/** Report 001, phase 5: 3 models × 5 GPUs × 4 ways to store weights. */
export const FIT_MODELS = ['0.5B', '7B', '13B'] as const;
export type FitModel = (typeof FIT_MODELS)[number];
export const FIT_QUANTISATIONS = ['fp32', 'fp16', 'int8', 'int4'] as const;
export type FitQuantisation = (typeof FIT_QUANTISATIONS)[number];

const GB = 1024 ** 3;

export const FIT_GPUS = [
  { id: 'rtx-3090', name: 'RTX 3090', bytes: 24 * GB, reference: 'report 000' },
  { id: 'rtx-4090', name: 'RTX 4090', bytes: 24 * GB, reference: 'printed size; report 001 names none' },
  { id: 'a100', name: 'A100', bytes: 40 * GB, reference: 'report 000' },
  { id: 'l40', name: 'L40', bytes: 48 * GB, reference: 'printed size; report 001 names none' },
  { id: 'h100', name: 'H100', bytes: 80 * GB, reference: 'report 000' },
] as const;
export type FitGpu = (typeof FIT_GPUS)[number];

export type FitCell = {
  readonly model: FitModel;
  readonly gpu: FitGpu['id'];
  readonly quantisation: FitQuantisation;
  readonly verdict: PreflightVerdict | 'unknown';
  /** Of the card; null is unknown. */
  readonly share: number | null;
  /** What report 001 prints of this combination; null for the 57 of which it prints nothing. */
  readonly printed: { readonly share: number; readonly status: string } | null;
  /** Weights, what comes on top, their sum, its share. */
  readonly figures: readonly Figure[];
  readonly note: string;
};

type Printed = FitCell['printed'] & { readonly note: string };

/** The three rows that report 001 prints of its sixty. */
const PRINTED: readonly (Pick<FitCell, 'model' | 'gpu' | 'quantisation'> & Printed)[] = [
  {
    model: '0.5B',
    gpu: 'rtx-3090',
    quantisation: 'int4',
    share: 0.51,
    status: 'PRODUCTION READY',
    note: 'The report prints 51 % and a peak of 11.15 GB, which is 46.5 % of 24 GB.',
  },
  {
    model: '7B',
    gpu: 'h100',
    quantisation: 'int4',
    share: 0.59,
    status: 'PRODUCTION READY',
    note: 'Its "overhead (21.8GB)" on top of 3.5 GB of weights would be 32 % of 80 GB, not 59 %.',
  },
  { model: '13B', gpu: 'h100', quantisation: 'int4', share: 0.82, status: 'NOT RECOMMENDED (zero margin)', note: '' },
];

type Place = { readonly model: FitModel; readonly gpu: FitGpu; readonly quantisation: FitQuantisation };

/** Report 001's row of a combination, if it prints one. */
export function printedRow({ model, gpu, quantisation }: Place): Printed | null {
  const isIt = (row: (typeof PRINTED)[number]) =>
    row.model === model && row.gpu === gpu.id && row.quantisation === quantisation;
  return PRINTED.find(isIt) ?? null;
}

/** Weights and what comes on top of them, against the card and its 80 % cap. */
export function fitCell(place: Place, weights: Figure, overhead: Figure, printed: Printed | null): FitCell {
  const { model, gpu, quantisation } = place;
  const total = figure(
    {
      id: 'total',
      title: 'Together',
      unit: 'bytes',
      formula: 'weights + activations and KV cache',
      inputs: [computed('weights', weights), computed('activations and KV cache', overhead)],
      reference: 'report 001, phase 5',
    },
    (heavy, more) => heavy + more,
  );
  const card = quantity(gpu.bytes, 'card', `${gpu.name}, ${gpu.reference}`);
  const share = figure(
    {
      id: 'share',
      title: 'Share of the card',
      unit: 'ratio',
      formula: 'together ÷ card memory',
      inputs: [computed('together', total), input('card memory', 'bytes', card)],
      reference: 'report 001, phase 5; cap of 80 %: report 000',
    },
    (bytes, whole) => bytes / whole,
  );
  const load = { bytesPerRequest: total.value ?? 0, cardBytes: gpu.bytes, cap: REPORT_CAP };
  return {
    model,
    gpu: gpu.id,
    quantisation,
    verdict: total.value === null ? 'unknown' : preflightVerdict(1, load),
    share: share.value,
    printed: printed === null ? null : { share: printed.share, status: printed.status },
    figures: [weights, overhead, total, share],
    note: printed?.note ?? '',
  };
}

/** What report 001 prints of all sixty together. */
export const REPORT_FIT_COUNTS = { total: 60, fits: 29, doesNotFit: 31 } as const;

/** How many of the cells the card holds, how many of those only above the cap, and how many it does not hold. */
export function countFits(cells: readonly FitCell[]) {
  const count = (verdict: FitCell['verdict']) => cells.filter((cell) => cell.verdict === verdict).length;
  const aboveCap = count('above cap');
  return {
    total: cells.length,
    fits: count('fits') + aboveCap,
    aboveCap,
    doesNotFit: count('does not fit'),
    unknown: count('unknown'),
  };
}

/** Every combination, in the report's order: models, then GPUs, then ways to store weights. */
export function everyPlace(): readonly Place[] {
  return FIT_MODELS.flatMap((model) =>
    FIT_GPUS.flatMap((gpu) => FIT_QUANTISATIONS.map((quantisation) => ({ model, gpu, quantisation }))),
  );
}
