'use client';

import { PlanChoice } from '#components/plan/plan-choice.tsx';
import { PlanNumber } from '#components/plan/plan-number.tsx';
import { Card } from '#components/ui/card.tsx';
import type { LiveView, ModelView } from '#lib/api/plan.ts';
import type { Subject } from '#lib/api/subjects.ts';
import type { PlanErrors, PlanForm } from '#lib/client/plan-form.ts';
import { shortNames } from '#lib/client/subject-name.ts';
import { CARDS } from '#lib/plan/cards.ts';
import { KV_DTYPES, QUANTISATIONS, STORAGE } from '#lib/plan/quantisation.ts';

type PlanFormCardProps = {
  readonly form: PlanForm;
  readonly errors: PlanErrors;
  readonly subjects: readonly Subject[];
  readonly models: readonly ModelView[];
  readonly engine: Subject | null;
  readonly live: LiveView | null;
};

/** What to plan for. Every field is in the URL. */
export function PlanFormCard({ form, errors, subjects, models, engine, live }: PlanFormCardProps) {
  const fields = { form, errors };
  const isReport = form.model === 'bytes' || (form.model === 'auto' && engine === null);
  return (
    <Card title="What to plan">
      <form className="space-y-3 px-3 pb-3" onSubmit={(event) => event.preventDefault()}>
        <PlanChoice field="place" label="Card, GPU or engine" options={placeOptions(subjects)} {...fields} />
        {form.place === 'size' && <PlanNumber field="gib" label="Memory of the card, GiB" {...fields} />}
        <PlanChoice field="model" label="Model" options={modelOptions(models, engine, live)} {...fields} />
        {form.model === 'bytes' && <PlanNumber field="bpt" label="Bytes per token" {...fields} />}
        {form.model === 'own-shape' && <ShapeFields {...fields} />}
        <div className="grid grid-cols-2 gap-3">
          <PlanNumber field="batch" label="Batch" {...fields} />
          <PlanNumber field="seq" label="Tokens per request" {...fields} />
          <PlanNumber field="at" label="Batches at a time" {...fields} />
          <PlanNumber field="cap" label="Cap, %" {...fields} />
        </div>
        {!isReport && (
          <div className="grid grid-cols-2 gap-3">
            <PlanChoice field="quant" label="Weights in" options={QUANTISATION_OPTIONS} {...fields} />
            <PlanChoice field="kv" label="KV cache in" options={KV_OPTIONS} {...fields} />
          </div>
        )}
        {!isReport && <VllmFields {...fields} />}
      </form>
    </Card>
  );
}

type Fields = { readonly form: PlanForm; readonly errors: PlanErrors };

function ShapeFields(fields: Fields) {
  return (
    <fieldset className="grid grid-cols-2 gap-3">
      <legend className="col-span-2 mb-1 text-xs text-muted">
        From its config.json; the last three may be left empty.
      </legend>
      <PlanNumber field="params" label="Parameters, billions" {...fields} />
      <PlanNumber field="layers" label="Layers" {...fields} />
      <PlanNumber field="kvheads" label="KV heads" {...fields} />
      <PlanNumber field="headdim" label="Head size" {...fields} />
      <PlanNumber field="hidden" label="Hidden size" {...fields} />
      <PlanNumber field="inter" label="Intermediate" {...fields} />
      <PlanNumber field="vocab" label="Vocabulary" {...fields} />
    </fieldset>
  );
}

function VllmFields(fields: Fields) {
  return (
    <details>
      <summary className="min-h-6 text-muted">How vLLM is started</summary>
      <div className="mt-2 grid grid-cols-2 gap-3">
        <PlanNumber
          field="util"
          label="GPU memory, %"
          placeholder="as the engine, or 90"
          hint="gpu_memory_utilization"
          {...fields}
        />
        <PlanNumber field="gpus" label="GPUs of one engine" hint="tensor_parallel_size" {...fields} />
        <PlanNumber field="step" label="Tokens a step" hint="max_num_batched_tokens" {...fields} />
        <PlanNumber field="seqs" label="Sequences" hint="max_num_seqs" {...fields} />
      </div>
    </details>
  );
}

type Option = { readonly value: string; readonly label: string };

/** A list of a thousand is of no use in a menu; the pages of an engine or a GPU link here. */
const MOST_LIVE = 100;

function placeOptions(subjects: readonly Subject[]): readonly Option[] {
  const names = shortNames(subjects);
  const live = subjects.slice(0, MOST_LIVE).map(({ id, kind, name }) => {
    const word = kind === 'gpu' ? 'GPU' : 'Engine';
    return { value: `subject:${id}`, label: `${word}: ${kind === 'gpu' ? name : (names.get(id) ?? name)}` };
  });
  const cards = CARDS.map(({ id, name }) => ({ value: `card:${id}`, label: name }));
  return [...cards, { value: 'size', label: 'Another size' }, ...live];
}

function modelOptions(models: readonly ModelView[], engine: Subject | null, live: LiveView | null): readonly Option[] {
  const served =
    live?.modelId == null ? 'not in the table' : (models.find(({ id }) => id === live.modelId)?.name ?? '');
  const auto = engine === null ? 'Report 000: 8 KiB a token' : `As the engine serves (${served})`;
  return [
    { value: 'auto', label: auto },
    ...models.map(({ id, name, ownId }) => ({ value: id, label: ownId === null ? name : `${name} (own)` })),
    { value: 'own-shape', label: 'Enter its numbers' },
    { value: 'bytes', label: 'Enter bytes per token' },
  ];
}

const QUANTISATION_OPTIONS: readonly Option[] = [
  { value: 'auto', label: 'automatic' },
  ...QUANTISATIONS.map((value) => ({ value, label: STORAGE[value].title })),
];

const KV_OPTIONS: readonly Option[] = [
  { value: 'auto', label: 'automatic' },
  ...KV_DTYPES.map((value) => ({ value, label: value.toUpperCase() })),
];
