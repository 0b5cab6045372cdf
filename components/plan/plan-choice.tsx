import { useId } from 'react';
import { Select } from '#components/ui/select.tsx';
import { type PlanErrors, type PlanField, type PlanForm, planPatch } from '#lib/client/plan-form.ts';
import { writeParams } from '#lib/client/url-state.ts';

type PlanChoiceProps = {
  readonly field: PlanField;
  readonly label: string;
  readonly form: PlanForm;
  readonly errors: PlanErrors;
  readonly options: readonly { readonly value: string; readonly label: string }[];
};

/** One of a list, in the URL. What the URL names and the list does not stays visible. */
export function PlanChoice({ field, label, form, errors, options }: PlanChoiceProps) {
  const id = useId();
  const value = form[field];
  const known = options.some((option) => option.value === value);
  return (
    <div className="flex min-w-0 flex-col">
      <label htmlFor={id} className="mb-1 font-medium">
        {label}
      </label>
      <Select
        id={id}
        label={label}
        value={value}
        onChange={(next) => writeParams(planPatch({ [field]: next }), 'push')}
        options={known ? options : [...options, { value, label: value }]}
      />
      {errors[field] !== undefined && <p className="mt-1 text-xs">▲ {errors[field]}</p>}
    </div>
  );
}
