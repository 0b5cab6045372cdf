'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import {
  EMPTY_MODEL,
  MODEL_FIELDS,
  type ModelErrors,
  type ModelForm,
  modelFormOf,
  readModelForm,
} from '#components/plan/model-form-state.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { DialogActions } from '#components/ui/dialog-actions.tsx';
import { Checkbox, Field, Input } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { ModelView } from '#lib/api/plan.ts';
import { saveModel } from '#lib/client/plan-queries.ts';
import { toProblem } from '#lib/client/problem.ts';

/** Adds a model (`model` null, or one of Headroom's as a template), or changes an own one. */
export function ModelDialog({ model, onClose }: { model: ModelView | null; onClose: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const [form, setForm] = useState<ModelForm>(() => (model === null ? EMPTY_MODEL : modelFormOf(model)));
  const [errors, setErrors] = useState<ModelErrors>({});
  const save = useMutation(saveModel(client));
  const ownId = model?.ownId ?? null;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const read = readModelForm(form);
    setErrors(read.ok ? {} : read.errors);
    if (!read.ok) return;
    const onSuccess = () => {
      toast('Saved');
      onClose();
    };
    save.mutate({ ownId, input: read.input }, { onSuccess });
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={ownId === null ? 'Add a model' : `Change ${model?.name}`}
      description="The numbers are in the model’s config.json. An engine that serves this name is planned with them."
    >
      <form onSubmit={onSubmit} noValidate className="space-y-4">
        <div className="grid gap-3 sm:grid-cols-2">
          {MODEL_FIELDS.map(({ id, label, hint }) => (
            <Field key={id} label={label} hint={hint} error={errors[id]}>
              {(attributes) => (
                <Input
                  {...attributes}
                  autoComplete="off"
                  value={form[id]}
                  onChange={(event) => setForm({ ...form, [id]: event.target.value })}
                />
              )}
            </Field>
          ))}
        </div>
        <Checkbox
          label="Input and output share one table of embeddings (tie_word_embeddings)"
          checked={form.tied}
          onChange={(event) => setForm({ ...form, tied: event.target.checked })}
        />
        {save.error !== null && (
          <Notice tone="danger">
            {toProblem(save.error).title}. {toProblem(save.error).detail}
          </Notice>
        )}
        <DialogActions onCancel={onClose}>
          <Button type="submit" variant="primary" disabled={save.isPending}>
            {save.isPending ? 'Saving…' : 'Save'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
