import { formatValue, type Unit } from '#lib/metrics/unit.ts';
import { computed, type Figure, type FigureInput, figure, input, type Quantity } from '#lib/plan/figure.ts';
import {
  activationBytes,
  bytesPerToken,
  type CardShare,
  computedCapacity,
  kvRoomBytes,
  type ModelUse,
  readCapacity,
  type StepSize,
  weightBytes,
} from '#lib/plan/kv-memory.ts';
import { mostThatFit, reportGb } from '#lib/plan/pre-flight.ts';

export type KvInput = {
  readonly card: CardShare;
  readonly model: ModelUse;
  readonly step: StepSize;
  readonly batch: Quantity;
  readonly sequenceTokens: Quantity;
  /** Batches in flight at a time. */
  readonly concurrency: Quantity;
  /** Of a live engine that was chosen; null: there is none, so the capacity is computed. */
  readonly live: { readonly blocks: Quantity; readonly blockTokens: Quantity } | null;
};

/** `tight`: it fits, above the 60 % that report 002 calls safe. `does not start`: the weights leave no room for a KV cache. */
export const KV_VERDICTS = ['fits', 'tight', 'does not fit', 'does not start', 'unknown'] as const;
export type KvVerdict = (typeof KV_VERDICTS)[number];

/** Bytes on each GPU, for a picture; null is unknown. */
export type KvParts = {
  readonly weights: number | null;
  readonly activations: number | null;
  /** KV cache that the batch asks for. */
  readonly kvAsked: number | null;
  /** KV cache that there is. */
  readonly kvRoom: number | null;
  readonly card: number | null;
  /** What vLLM may take: card × gpu_memory_utilization. */
  readonly reservation: number | null;
};

export type KvPlan = {
  readonly verdict: KvVerdict;
  readonly sentence: string;
  readonly parts: KvParts;
  readonly figures: readonly Figure[];
  /** What is not in the arithmetic, and where it disagrees with what was read. */
  readonly notes: readonly string[];
};

/** Report 002, Safe Operating Range: below 60 % utilisation. */
export const SAFE_KV_SHARE = 0.6;
const SAFE_REFERENCE = 'report 002, Safe Operating Range: KV utilisation < 60 %';

/** Weights, activations and KV cache of a model on a card, what its cache holds, and which batch and sequence fit into it. */
export function planKv(given: KvInput): KvPlan {
  const perToken = bytesPerToken(given.model);
  const weights = weightBytes(given.model);
  const activations = activationBytes(given.model, given.step);
  const room = kvRoomBytes(given.card, weights, activations);
  const arithmetic = computedCapacity(room, perToken);
  const capacity = given.live === null ? arithmetic : readCapacity(given.live.blocks, given.live.blockTokens);
  const loads = loadFigures(given, capacity, perToken);
  const verdict = verdictOf(given, loads.share, room);
  return {
    verdict,
    sentence: sentenceOf(verdict, capacity, room, loads),
    parts: partsOf(
      given.card,
      { weights, activations, room, asked: loads.askedBytes, capacity, perToken },
      given.live !== null,
    ),
    figures: [
      perToken,
      weights,
      activations,
      room,
      capacity,
      loads.asked,
      loads.askedBytes,
      loads.share,
      loads.safeBatch,
      loads.fullBatch,
      loads.longest,
      loads.concurrency,
    ],
    notes: notesOf(given, capacity, arithmetic),
  };
}

type LoadFigures = ReturnType<typeof loadFigures>;

function loadFigures({ batch, sequenceTokens, concurrency }: KvInput, capacity: Figure, perToken: Figure) {
  const size = input('batch', 'count', batch);
  const sequence = input('sequence length', 'tokens', sequenceTokens);
  const times = input('batches at a time', 'count', concurrency);
  const holds = computed('KV cache holds', capacity);
  const reference = 'report 002: each sequence holds its length in the cache';
  const asked = figure(
    {
      id: 'asked',
      title: 'The batch asks for',
      unit: 'tokens',
      formula: 'batch × sequence length × batches at a time',
      inputs: [size, sequence, times],
      reference,
    },
    (count, length, at) => count * length * at,
  );
  const askedBytes = figure(
    {
      id: 'asked_bytes',
      title: 'The batch asks for, on each GPU',
      unit: 'bytes',
      formula: 'tokens asked for × bytes per token',
      inputs: [computed('tokens asked for', asked), computed('bytes per token', perToken)],
      reference,
    },
    (count, bytes) => count * bytes,
  );
  const share = figure(
    {
      id: 'share',
      title: 'KV utilisation',
      unit: 'ratio',
      formula: 'tokens asked for ÷ tokens that fit',
      inputs: [computed('tokens asked for', asked), holds],
      reference: 'report 002, KV cache utilisation',
    },
    (count, room) => (room > 0 ? count / room : null),
  );
  const safe = { share: SAFE_KV_SHARE, reference: SAFE_REFERENCE };
  const full = { share: 1, reference: 'above it vLLM lets requests wait and preempts' };
  return {
    asked,
    askedBytes,
    share,
    safeBatch: mostFigure(
      ['safe_batch', 'Safe batch at this sequence length', 'count'],
      holds,
      [sequence, times],
      safe,
    ),
    fullBatch: mostFigure(
      ['largest_batch', 'Largest batch at this sequence length', 'count'],
      holds,
      [sequence, times],
      full,
    ),
    longest: mostFigure(
      ['longest_sequence', 'Longest safe sequence for this batch', 'tokens'],
      holds,
      [size, times],
      safe,
    ),
    concurrency: mostFigure(['concurrency', 'Safe batches at a time', 'count'], holds, [size, sequence], safe),
  };
}

/** The most of one factor that a share of the cache holds, the other two factors given. */
function mostFigure(
  [id, title, unit]: readonly [id: string, title: string, unit: Unit],
  holds: FigureInput,
  others: readonly [FigureInput, FigureInput],
  { share, reference }: { readonly share: number; readonly reference: string },
): Figure {
  const part = share === 1 ? '' : `${share * 100} % × `;
  const formula = `${part}KV cache ÷ (${others.map(({ name }) => name).join(' × ')}), rounded down`;
  return figure({ id, title, unit, formula, inputs: [holds, ...others], reference }, (room, one, other) =>
    mostThatFit(room * share, one * other),
  );
}

function verdictOf(given: KvInput, share: Figure, room: Figure): KvVerdict {
  if (given.live === null && room.value !== null && room.value <= 0) return 'does not start';
  if (share.value === null) return 'unknown';
  if (share.value > 1) return 'does not fit';
  return share.value > SAFE_KV_SHARE ? 'tight' : 'fits';
}

function sentenceOf(verdict: KvVerdict, capacity: Figure, room: Figure, loads: LoadFigures): string {
  if (verdict === 'does not start')
    return `The model does not start: weights and activations exceed what vLLM may take of the card by ${reportGb(-(room.value ?? 0))}.`;
  if (verdict === 'unknown') return `How much of the KV cache it takes is not known: ${loads.share.reason}.`;
  const [asked, holds, share] = [
    formatValue(loads.asked.value, 'tokens'),
    formatValue(capacity.value, 'tokens'),
    formatValue(loads.share.value, 'ratio'),
  ];
  const fill = `it asks for ${asked} of ${holds} (${share})`;
  if (verdict === 'fits') return `The KV cache holds it: ${fill}, below the 60 % that report 002 calls safe.`;
  const safe = loads.safeBatch.value ?? 0;
  const way = safe < 1 ? 'Not even a batch of 1 is safe at this sequence length.' : `A batch of ${safe} is safe.`;
  if (verdict === 'tight') return `The KV cache holds it, with little left: ${fill}. ${way}`;
  return `The KV cache does not hold it: ${fill}, so vLLM lets requests wait and preempts. ${way}`;
}

type PartFigures = Readonly<Record<'weights' | 'activations' | 'room' | 'asked' | 'capacity' | 'perToken', Figure>>;

function partsOf({ cardBytes, utilization }: CardShare, figures: PartFigures, isLive: boolean): KvParts {
  const { capacity, perToken } = figures;
  const read = capacity.value === null || perToken.value === null ? null : capacity.value * perToken.value;
  const known = cardBytes.value !== null && utilization.value !== null;
  return {
    weights: figures.weights.value,
    activations: figures.activations.value,
    kvAsked: figures.asked.value,
    kvRoom: isLive ? read : figures.room.value === null ? null : Math.max(0, figures.room.value),
    card: cardBytes.value,
    reservation: known ? (cardBytes.value ?? 0) * (utilization.value ?? 0) : null,
  };
}

/** Read and computed capacity further apart than this are worth a note. */
const FAR_APART = 0.1;

function notesOf({ model, live }: KvInput, capacity: Figure, arithmetic: Figure): readonly string[] {
  const notes: string[] = [];
  const [read, made] = [capacity.value, arithmetic.value];
  if (live !== null && read !== null && made !== null && Math.abs(read - made) > FAR_APART * read)
    notes.push(
      `The engine has a KV cache of ${formatValue(read, 'tokens')}, the arithmetic gives ${formatValue(made, 'tokens')}: what was read counts. Its quantisation, its GPUs or what else is on the card may differ from what is assumed here.`,
    );
  if (live !== null && read === null)
    notes.push(
      'The engine does not tell its KV capacity now. Choose its card and its model instead of it, and the capacity is computed.',
    );
  if (model.shape?.slidingWindow != null)
    notes.push(
      `Some layers of ${model.shape.name} keep only their last ${model.shape.slidingWindow} tokens (sliding window); here every layer keeps all, so a long sequence takes less than shown.`,
    );
  if (live === null)
    notes.push(
      'The CUDA context, CUDA graphs and other processes on the card are not counted; they come out of what gpu_memory_utilization leaves.',
    );
  return notes;
}
