'use client';

import { ChipChoice } from '#components/ui/chips.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { END_CHOICES, type EndChoice } from '#lib/client/quiet-times.ts';

const NEVER = { value: 'never', label: 'when it resolves' } as const;

/** Presets and a field for when a silence or an ack ends; times are the viewer's. */
export function EndPicker<T extends EndChoice | 'never'>({
  label,
  value,
  custom,
  onChange,
  onCustom,
  withNever = false,
}: {
  label: string;
  value: T;
  custom: string;
  onChange: (value: T) => void;
  onCustom: (text: string) => void;
  withNever?: boolean;
}) {
  const options: readonly { value: EndChoice | 'never'; label: string }[] = withNever
    ? [NEVER, ...END_CHOICES]
    : END_CHOICES;
  return (
    <div className="space-y-2">
      <ChipChoice<EndChoice | 'never'>
        label={label}
        value={value}
        options={options}
        onChange={(next) => onChange(next as T)}
      />
      {value === 'custom' && (
        <Field label="Until (your local time)" className="max-w-60">
          {(attributes) => (
            <Input
              {...attributes}
              type="datetime-local"
              value={custom}
              onChange={(event) => onCustom(event.target.value)}
            />
          )}
        </Field>
      )}
    </div>
  );
}
