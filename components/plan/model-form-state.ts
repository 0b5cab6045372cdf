import type { z } from 'zod';
import { ModelInput, type ModelView } from '#lib/api/plan.ts';

/** The fields of a model as they are typed. */
export const MODEL_FIELDS = [
  { id: 'name', label: 'Name', hint: 'As an engine serves it, without what stands before the last /.' },
  { id: 'parameters', label: 'Parameters, billions', hint: undefined },
  { id: 'layers', label: 'Layers', hint: 'num_hidden_layers' },
  { id: 'kvHeads', label: 'KV heads', hint: 'num_key_value_heads' },
  { id: 'headDim', label: 'Head size', hint: 'head_dim, else hidden_size ÷ num_attention_heads' },
  { id: 'hidden', label: 'Hidden size', hint: 'hidden_size; empty: not known' },
  { id: 'intermediate', label: 'Intermediate size', hint: 'intermediate_size; empty: not known' },
  { id: 'vocabulary', label: 'Vocabulary', hint: 'vocab_size; empty: not known' },
  { id: 'slidingWindow', label: 'Sliding window, tokens', hint: 'Empty: none' },
  { id: 'source', label: 'Source', hint: 'Where the numbers are from' },
] as const;
export type ModelField = (typeof MODEL_FIELDS)[number]['id'];
export type ModelForm = Readonly<Record<ModelField, string>> & { readonly tied: boolean };

const BILLION = 1e9;

export const EMPTY_MODEL: ModelForm = {
  name: '',
  parameters: '',
  layers: '',
  kvHeads: '',
  headDim: '',
  hidden: '',
  intermediate: '',
  vocabulary: '',
  slidingWindow: '',
  source: '',
  tied: false,
};

export function modelFormOf(model: ModelView): ModelForm {
  const text = (value: number | null) => (value === null ? '' : String(value));
  return {
    name: model.name,
    parameters: String(model.parameters / BILLION),
    layers: text(model.layers),
    kvHeads: text(model.kvHeads),
    headDim: text(model.headDim),
    hidden: text(model.hidden),
    intermediate: text(model.intermediate),
    vocabulary: text(model.vocabulary),
    slidingWindow: text(model.slidingWindow),
    source: model.source,
    tied: model.tied,
  };
}

export type ModelErrors = Readonly<Partial<Record<ModelField, string>>>;
export type ReadModel =
  | { readonly ok: true; readonly input: z.infer<typeof ModelInput> }
  | { readonly ok: false; readonly errors: ModelErrors };

/** The model as the API takes it, or what is wrong with which field. */
export function readModelForm(form: ModelForm): ReadModel {
  const number = (text: string) => (text.trim() === '' ? null : Number(text.trim().replace(',', '.')));
  const parameters = number(form.parameters);
  const parsed = ModelInput.safeParse({
    name: form.name,
    parameters: parameters === null ? null : Math.round(parameters * BILLION),
    layers: number(form.layers),
    kvHeads: number(form.kvHeads),
    headDim: number(form.headDim),
    hidden: number(form.hidden),
    intermediate: number(form.intermediate),
    vocabulary: number(form.vocabulary),
    slidingWindow: number(form.slidingWindow),
    tied: form.tied,
    ...(form.source.trim() === '' ? {} : { source: form.source }),
  });
  if (parsed.success) return { ok: true, input: parsed.data };
  const fields = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
  const errors = MODEL_FIELDS.filter(({ id }) => fields.has(id)).map(({ id }) => [id, wordOf(id)]);
  return { ok: false, errors: Object.fromEntries(errors) };
}

function wordOf(field: ModelField): string {
  if (field === 'name') return 'Give it a name';
  if (field === 'source') return 'At most 500 characters';
  return field === 'parameters' ? 'A number above 0' : 'A whole number above 0';
}
