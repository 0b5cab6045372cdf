import { computed, type Figure, figure, input, type Quantity, quantity } from '#lib/plan/figure.ts';
import {
  everyPlace,
  type FitCell,
  type FitModel,
  type FitQuantisation,
  fitCell,
  printedRow,
} from '#lib/plan/fit-cell.ts';
import { activationBytes, bytesPerToken, type ModelUse, type StepSize, weightBytes } from '#lib/plan/kv-memory.ts';
import { findModel } from '#lib/plan/models.ts';
import { type KvDtype, STORAGE } from '#lib/plan/quantisation.ts';

const GB = 1024 ** 3;

/** What goes on top of the weights follows, for each size, from the one row that report 001 prints of it. */
const PRINTED_TOTALS = {
  '0.5B': { billions: 0.5, totalGb: 11.15, source: 'report 001, memory peak: 11.15 GB' },
  '7B': { billions: 7, totalGb: 0.59 * 80, source: 'report 001, 7B on H100 with INT4: 59 % of 80 GB' },
  '13B': { billions: 13, totalGb: 0.82 * 80, source: 'report 001, 13B on H100 with INT4: 82 % of 80 GB' },
} as const satisfies Record<FitModel, { billions: number; totalGb: number; source: string }>;

function reportWeights(model: FitModel, quantisation: FitQuantisation): Figure {
  const bits = STORAGE[quantisation].reportBits;
  return figure(
    {
      id: 'weights',
      title: 'Weights',
      unit: 'bytes',
      formula: 'billions of parameters × bits ÷ 8, in GB',
      inputs: [
        input(
          'billions of parameters',
          'count',
          quantity(PRINTED_TOTALS[model].billions, 'report', 'report 001, phase 5'),
        ),
        input('bits', 'count', quantity(bits, 'report', 'report 001: 87.5 % less from FP32 to INT4')),
      ],
      reference: 'report 001, phase 5: every parameter at these bits',
    },
    (billions, each) => ((billions * each) / 8) * GB,
  );
}

function reportOverhead(model: FitModel): Figure {
  const { totalGb, source } = PRINTED_TOTALS[model];
  return figure(
    {
      id: 'overhead',
      title: 'Activations and KV cache',
      unit: 'bytes',
      formula: 'printed total − its INT4 weights, the same for every card and quantisation',
      inputs: [
        input('printed total', 'bytes', quantity(totalGb * GB, 'report', source)),
        computed('INT4 weights', reportWeights(model, 'int4')),
      ],
      reference: 'report 001: activations and KV cache dominate over weights',
    },
    (total, weights) => total - weights,
  );
}

/** The sixty combinations from the numbers that report 001 prints: three rows of sixty, the rest follows from them. */
export function reportFitMatrix(): readonly FitCell[] {
  return everyPlace().map((place) =>
    fitCell(place, reportWeights(place.model, place.quantisation), reportOverhead(place.model), printedRow(place)),
  );
}

/** Real models of the report's sizes; it names Qwen2.5 for the first two and none for 13B. */
export const FIT_SHAPES: Readonly<Record<FitModel, string>> = {
  '0.5B': 'qwen2.5-0.5b',
  '7B': 'qwen2.5-7b',
  '13B': 'llama-2-13b',
};

export type FitWorkload = {
  readonly batch: Quantity;
  readonly sequenceTokens: Quantity;
  readonly concurrency: Quantity;
  readonly kvDtype: KvDtype;
  readonly step: StepSize;
};

/** The same sixty combinations by the planner's arithmetic, for a batch of a person's own. */
export function workloadFitMatrix(work: FitWorkload): readonly FitCell[] {
  return everyPlace().map((place) => {
    const use = modelUse(place.model, place.quantisation, work.kvDtype);
    return fitCell(place, weightBytes(use), workloadOverhead(use, work), null);
  });
}

function modelUse(model: FitModel, quantisation: FitQuantisation, kvDtype: KvDtype): ModelUse {
  return {
    shape: findModel(FIT_SHAPES[model]),
    unknown: `no model ${FIT_SHAPES[model]}`,
    quantisation,
    quantisationOrigin: { kind: 'report', text: `report 001: ${STORAGE[quantisation].title}`, subject: null },
    kvDtype,
    kvDtypeOrigin: { kind: 'entered', text: `KV cache in ${kvDtype}`, subject: null },
    gpus: quantity(1, 'default', 'one GPU'),
  };
}

function workloadOverhead(use: ModelUse, work: FitWorkload): Figure {
  return figure(
    {
      id: 'overhead',
      title: 'Activations and KV cache',
      unit: 'bytes',
      formula: 'activations + batch × sequence length × batches at a time × bytes per token',
      inputs: [
        computed('activations', activationBytes(use, work.step)),
        input('batch', 'count', work.batch),
        input('sequence length', 'tokens', work.sequenceTokens),
        input('batches at a time', 'count', work.concurrency),
        computed('bytes per token', bytesPerToken(use)),
      ],
      reference: 'the KV cache of this batch, not all that vLLM would reserve',
    },
    (activations, batch, sequence, times, each) => activations + batch * sequence * times * each,
  );
}
