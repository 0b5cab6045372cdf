import type { z } from 'zod';
import type { KvBody, ModelInput, PreflightBody } from '#lib/api/plan.ts';
import { findCard } from '#lib/plan/cards.ts';
import { KV_DTYPES, QUANTISATIONS } from '#lib/plan/quantisation.ts';

/** What is typed and chosen in the planner; the URL holds what differs from this. */
export const PLAN_DEFAULTS = {
  /** `card:ID`, `subject:ID` or `size`. */
  place: 'card:rtx-3090',
  /** GiB, of `size`. */
  gib: '24',
  /** `auto`: as the engine serves, or report 000's 8 KiB a token; `bytes`, `own-shape`, or the id of a model. */
  model: 'auto',
  /** Bytes per token, of `bytes`. */
  bpt: '8192',
  quant: 'auto',
  kv: 'auto',
  batch: '512',
  seq: '512',
  at: '1',
  gpus: '1',
  /** Per cent; empty: as the engine has it, else vLLM's default. */
  util: '',
  cap: '80',
  step: '2048',
  seqs: '256',
  params: '7',
  layers: '32',
  kvheads: '8',
  headdim: '128',
  /** These only sharpen the estimate; empty is unknown. */
  hidden: '',
  inter: '',
  vocab: '',
} as const;

export type PlanField = keyof typeof PLAN_DEFAULTS;
export type PlanForm = Readonly<Record<PlanField, string>>;
export const PLAN_FIELDS = Object.keys(PLAN_DEFAULTS) as readonly PlanField[];

export function parsePlanForm(params: URLSearchParams): PlanForm {
  const entries = PLAN_FIELDS.map((field) => [field, params.get(field) ?? PLAN_DEFAULTS[field]]);
  return Object.fromEntries(entries) as PlanForm;
}

/** What of the form the URL takes: null for a field as it is by default. */
export function planPatch(form: Partial<PlanForm>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(form).map(([field, text]) => [field, text === PLAN_DEFAULTS[field as PlanField] ? null : text]),
  );
}

export type PlanErrors = Readonly<Partial<Record<PlanField, string>>>;

type PreflightInput = z.input<typeof PreflightBody>;
type KvInput = z.input<typeof KvBody>;

export type PlanQuestion = {
  readonly errors: PlanErrors;
  /** null while a field cannot be read. */
  readonly preflight: PreflightInput | null;
  /** null too where no model is named: report 000 counts nothing but the batch. */
  readonly kv: KvInput | null;
};

const WHOLE = ['batch', 'seq', 'at', 'gpus', 'step', 'seqs'] as const satisfies readonly PlanField[];
const SHAPE = ['layers', 'kvheads', 'headdim'] as const satisfies readonly PlanField[];
const ESTIMATE = ['hidden', 'inter', 'vocab'] as const satisfies readonly PlanField[];
const GIB = 1024 ** 3;

/** The subject that is planned for; null for a card or a size. */
export function subjectOfPlace(place: string): number | null {
  const id = Number(/^subject:(\d+)$/.exec(place)?.[1] ?? Number.NaN);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

/** What the form asks the API. `servesModel`: an engine is chosen, so `auto` means the model that it serves. */
export function planQuestion(form: PlanForm, servesModel: boolean): PlanQuestion {
  const errors: Partial<Record<PlanField, string>> = {};
  const whole = (field: PlanField): number => {
    const value = Number(form[field].trim());
    if (!Number.isSafeInteger(value) || value < 1 || value > 1e9) errors[field] = 'A whole number above 0';
    return value;
  };
  const positive = (field: PlanField, most: number): number => {
    const value = Number(form[field].trim().replace(',', '.'));
    if (!(value > 0 && value <= most)) errors[field] = most === 100 ? 'Above 0, up to 100' : 'A number above 0';
    return value;
  };
  const [batch = 0, seq = 0, concurrency = 0, gpus = 0, stepTokens = 0, sequences = 0] = WHOLE.map(whole);
  const cap = positive('cap', 100) / 100;
  const utilization = form.util.trim() === '' ? undefined : positive('util', 100) / 100;
  const place = placeOf(form, () => positive('gib', 1e6), errors);
  const bytes = form.model === 'bytes' ? positive('bpt', 1e12) : undefined;
  const shape = form.model === 'own-shape' ? shapeOf(form, whole, positive) : undefined;
  if (Object.keys(errors).length > 0) return { errors, preflight: null, kv: null };
  const byReport = form.model === 'auto' && !servesModel;
  const named = form.model === 'auto' || form.model === 'bytes' ? undefined : (shape ?? form.model);
  const kvDtype = KV_DTYPES.find((dtype) => dtype === form.kv);
  const common = {
    place,
    batch,
    concurrency,
    gpus,
    ...(named === undefined ? {} : { model: named }),
    ...(kvDtype === undefined ? {} : { kvDtype }),
  };
  const perToken = bytes ?? (byReport ? ('report' as const) : undefined);
  const quantisation = QUANTISATIONS.find((one) => one === form.quant);
  return {
    errors,
    preflight: {
      ...common,
      tokensPerRequest: seq,
      cap,
      ...(perToken === undefined ? {} : { bytesPerToken: perToken }),
    },
    kv:
      perToken !== undefined
        ? null
        : {
            ...common,
            sequenceTokens: seq,
            stepTokens,
            sequences,
            ...(utilization === undefined ? {} : { utilization }),
            ...(quantisation === undefined ? {} : { quantisation }),
          },
  };
}

function placeOf(
  form: PlanForm,
  gib: () => number,
  errors: Partial<Record<PlanField, string>>,
): PreflightInput['place'] {
  if (form.place === 'size') return { memoryBytes: gib() * GIB };
  const subject = subjectOfPlace(form.place);
  if (subject !== null) return { subject };
  const card = form.place.replace(/^card:/, '');
  if (findCard(card) === null) errors.place = 'There is no such card';
  return { card };
}

function shapeOf(
  form: PlanForm,
  whole: (field: PlanField) => number,
  positive: (field: PlanField, most: number) => number,
): z.input<typeof ModelInput> {
  const [layers = 0, kvHeads = 0, headDim = 0] = SHAPE.map(whole);
  const [hidden = null, intermediate = null, vocabulary = null] = ESTIMATE.map((field) =>
    form[field].trim() === '' ? null : whole(field),
  );
  return {
    name: 'the entered model',
    parameters: positive('params', 1e5) * 1e9,
    layers,
    kvHeads,
    headDim,
    hidden,
    intermediate,
    vocabulary,
  };
}
