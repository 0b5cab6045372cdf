'use client';

import type { RuleErrors, RuleForm } from '#components/rule/rule-form-state.ts';
import { Field, Input, TextArea } from '#components/ui/field.tsx';
import { Select } from '#components/ui/select.tsx';
import { SEVERITY_WORDS } from '#lib/client/alert-words.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';

export type FieldsProps = {
  form: RuleForm;
  errors: RuleErrors;
  disabled: boolean;
  set: (patch: Partial<RuleForm>) => void;
};

const SCOPES = [
  { value: 'auto', label: 'as the signals say' },
  { value: 'engine', label: 'each engine' },
  { value: 'gpu', label: 'each GPU' },
  { value: 'target', label: 'each target' },
] as const;
const ABSENCES = [
  { value: 'keep', label: 'keeps firing' },
  { value: 'resolve', label: 'resolves, as Prometheus does' },
] as const;

/** When the condition becomes an alert, and how bad that is. */
export function JudgeFields({ form, errors, disabled, set, isNew }: FieldsProps & { isNew: boolean }) {
  const text = (name: 'forText' | 'keepText' | 'hysteresis', label: string, path: string, hint: string) => (
    <Field label={label} hint={hint} error={errors[path]}>
      {(attributes) => (
        <Input
          {...attributes}
          autoComplete="off"
          disabled={disabled}
          value={form[name]}
          onChange={(event) => set({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
      <Field label="Severity" error={errors.severity}>
        {(attributes) => (
          <div className="*:w-full">
            <Select
              id={attributes.id}
              label="Severity"
              value={form.severity}
              onChange={(value) => set({ severity: SEVERITIES.find((each) => each === value) ?? form.severity })}
              options={SEVERITIES.toReversed().map((value) => ({ value, label: SEVERITY_WORDS[value] }))}
            />
          </div>
        )}
      </Field>
      {text('forText', 'Must hold for', 'for', '0s fires at the first poll')}
      {text('keepText', 'Ends after', 'keep_firing_for', 'Time below the recovery limit')}
      {text('hysteresis', 'Recovery margin, %', 'hysteresis', 'How far back behind the limit it must go')}
      <Field label="Without data it" error={errors.absence}>
        {(attributes) => (
          <div className="*:w-full">
            <Select
              id={attributes.id}
              label="Without data it"
              value={form.absence}
              onChange={(value) => set({ absence: value === 'resolve' ? 'resolve' : 'keep' })}
              options={ABSENCES}
            />
          </div>
        )}
      </Field>
      {isNew && (
        <Field label="One alert for" error={errors.scope}>
          {(attributes) => (
            <div className="*:w-full">
              <Select
                id={attributes.id}
                label="One alert for"
                value={form.scope}
                onChange={(value) => set({ scope: SCOPES.find((each) => each.value === value)?.value ?? 'auto' })}
                options={SCOPES}
              />
            </div>
          )}
        </Field>
      )}
    </div>
  );
}

/** What the person who is paged reads. */
export function RunbookFields({ form, errors, disabled, set }: FieldsProps) {
  const area = (name: 'cause' | 'check' | 'remedy', label: string, hint: string) => (
    <Field label={label} hint={hint} error={errors[name]}>
      {(attributes) => (
        <TextArea
          {...attributes}
          rows={3}
          className="font-sans text-sm"
          maxLength={4000}
          disabled={disabled}
          value={form[name]}
          onChange={(event) => set({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
  const line = (name: 'action' | 'source', label: string, hint: string) => (
    <Field label={label} hint={hint} error={errors[name]}>
      {(attributes) => (
        <Input
          {...attributes}
          autoComplete="off"
          disabled={disabled}
          value={form[name]}
          onChange={(event) => set({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <div className="space-y-3">
      {area('remedy', 'What to do', 'The first thing that is read at night')}
      {area('cause', 'Likely cause', 'What usually is behind it')}
      {area('check', 'How to check', 'Commands, panels')}
      <div className="grid gap-3 sm:grid-cols-2">
        {line('action', 'Action', 'For machines, such as scale_up')}
        {line('source', 'Source', 'Where the limit comes from')}
      </div>
    </div>
  );
}
