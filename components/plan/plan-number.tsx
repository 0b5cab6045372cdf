'use client';

import { type ReactNode, useState } from 'react';
import { Field, Input } from '#components/ui/field.tsx';
import { type PlanErrors, type PlanField, type PlanForm, planPatch } from '#lib/client/plan-form.ts';
import { writeParams } from '#lib/client/url-state.ts';

type PlanNumberProps = {
  readonly field: PlanField;
  readonly label: string;
  readonly form: PlanForm;
  readonly errors: PlanErrors;
  readonly hint?: ReactNode;
  readonly placeholder?: string;
};

/** A number that lives in the URL. While it is being typed the field leads: the URL follows a moment later. */
export function PlanNumber({ field, label, form, errors, hint, placeholder }: PlanNumberProps) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <Field label={label} hint={hint} error={errors[field]}>
      {(attributes) => (
        <Input
          {...attributes}
          data-plan={field}
          inputMode="decimal"
          autoComplete="off"
          placeholder={placeholder}
          value={typed ?? form[field]}
          onFocus={() => setTyped(form[field])}
          onBlur={() => setTyped(null)}
          onChange={(event) => {
            setTyped(event.target.value);
            writeParams(planPatch({ [field]: event.target.value }), 'replace');
          }}
        />
      )}
    </Field>
  );
}
