import { computed, type Figure, figure, input, type Quantity } from '#lib/plan/figure.ts';
import {
  fittingStep,
  type HalvingStep,
  halvingSequence,
  type Load,
  largestBatch,
  outOfMemoryText,
  type PreflightVerdict,
  preflightVerdict,
  reportGb,
} from '#lib/plan/pre-flight.ts';

export type PreflightInput = {
  readonly batch: Quantity;
  /** Workers, or batches at a time, on the same card. */
  readonly concurrency: Quantity;
  readonly tokensPerRequest: Quantity;
  readonly bytesPerToken: Quantity;
  readonly cardBytes: Quantity;
  /** 0..1 */
  readonly cap: Quantity;
};

export type PreflightPlan = {
  readonly verdict: PreflightVerdict | 'unknown';
  /** The answer in words. */
  readonly sentence: string;
  /** What the engine would say, in the report's wording; null unless the batch exceeds the card. */
  readonly error: string | null;
  /** Halved until it fits; empty while something is unknown. */
  readonly halving: readonly HalvingStep[];
  /** What halving ends at; null when not even a batch of 1 fits, or it is unknown. */
  readonly fittingBatch: number | null;
  readonly figures: readonly Figure[];
};

const RULE = 'report 000, Batch Size Validation';

/** Report 000's pre-flight of a batch with every number behind it. Whatever is unknown makes the verdict `unknown`, with the reason. */
export function planPreflight(given: PreflightInput): PreflightPlan {
  const figures = figuresOf(given);
  const unknown = figures.find(({ value }) => value === null);
  const load = loadOf(given);
  const batch = given.batch.value;
  if (unknown !== undefined || load === null || batch === null) {
    const sentence = `Whether it fits is not known: ${unknown?.reason ?? 'a number is missing'}.`;
    return { verdict: 'unknown', sentence, error: null, halving: [], fittingBatch: null, figures };
  }
  const verdict = preflightVerdict(batch, load);
  const halving = halvingSequence(batch, load);
  const fitting = fittingStep(halving);
  return {
    verdict,
    sentence: sentenceOf(batch, load, verdict, fitting),
    error: verdict === 'does not fit' ? outOfMemoryText(batch * load.bytesPerRequest, load.cardBytes) : null,
    halving,
    fittingBatch: fitting?.batch ?? null,
    figures,
  };
}

function loadOf({ concurrency, tokensPerRequest, bytesPerToken, cardBytes, cap }: PreflightInput): Load | null {
  const values = [concurrency.value, tokensPerRequest.value, bytesPerToken.value];
  if (values.includes(null) || cardBytes.value === null || cap.value === null) return null;
  const bytesPerRequest = values.reduce<number>((product, value) => product * (value ?? 0), 1);
  return { bytesPerRequest, cardBytes: cardBytes.value, cap: cap.value };
}

function figuresOf(given: PreflightInput): readonly Figure[] {
  const { batch, concurrency, tokensPerRequest, bytesPerToken, cardBytes, cap } = given;
  const request = [
    input('batches at a time', 'count', concurrency),
    input('tokens per request', 'tokens', tokensPerRequest),
    input('bytes per token', 'bytes', bytesPerToken),
  ];
  const card = input('card memory', 'bytes', cardBytes);
  const need = figure(
    {
      id: 'need',
      title: 'The batch needs',
      unit: 'bytes',
      formula: 'batch × batches at a time × tokens per request × bytes per token',
      inputs: [input('batch', 'count', batch), ...request],
      reference: RULE,
    },
    (size, times, tokens, bytes) => size * times * tokens * bytes,
  );
  const capBytes = figure(
    {
      id: 'cap',
      title: 'The cap allows',
      unit: 'bytes',
      formula: 'cap × card memory',
      inputs: [input('cap', 'ratio', cap), card],
      reference: 'report 000, Enforce Safe Limits: 80 %, the rest is for weights',
    },
    (share, bytes) => share * bytes,
  );
  const share = figure(
    {
      id: 'share',
      title: 'Share of the card',
      unit: 'ratio',
      formula: 'need ÷ card memory',
      inputs: [computed('need', need), card],
      reference: RULE,
    },
    (bytes, total) => (total > 0 ? bytes / total : null),
  );
  const largest = figure(
    {
      id: 'largest_batch',
      title: 'Largest batch under the cap',
      unit: 'count',
      formula: 'cap × card memory ÷ (batches at a time × tokens per request × bytes per token), rounded down',
      inputs: [input('cap', 'ratio', cap), card, ...request],
      reference: RULE,
    },
    (part, bytes, times, tokens, each) =>
      largestBatch({ bytesPerRequest: times * tokens * each, cardBytes: bytes, cap: part }),
  );
  return [need, capBytes, share, largest];
}

function sentenceOf(batch: number, load: Load, verdict: PreflightVerdict, fitting: HalvingStep | null): string {
  const { bytesPerRequest, cardBytes, cap } = load;
  const need = batch * bytesPerRequest;
  const capWords = `the ${Math.round(cap * 100)} % cap (${reportGb(cap * cardBytes)})`;
  const ofCard = `${reportGb(need)} of ${reportGb(cardBytes)}, ${percent(need / cardBytes)}`;
  if (verdict === 'fits') return `Batch ${batch} fits: it needs ${ofCard}, and stays under ${capWords}.`;
  const way =
    fitting === null
      ? `Halving does not help: not even a batch of 1 (${reportGb(bytesPerRequest)}) stays under ${capWords}.`
      : `Batch ${fitting.batch} fits: ${reportGb(fitting.needBytes)}, ${percent(fitting.needBytes / cardBytes)} of the card.`;
  if (verdict === 'above cap')
    return `Batch ${batch} fits at 100 %, but not under ${capWords}: it needs ${ofCard}. ${way}`;
  return `Batch ${batch} does not fit. ${outOfMemoryText(need, cardBytes)}. ${way}`;
}

function percent(share: number): string {
  return share < 0.1 ? `${Number((share * 100).toFixed(1))} %` : `${Math.round(share * 100)} %`;
}
