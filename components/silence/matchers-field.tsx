'use client';

import { Field, TextArea } from '#components/ui/field.tsx';
import { parseMatchers } from '#lib/alerts/matchers.ts';

/** Matchers as text, with what is wrong with them while they are typed. */
export function MatchersField({
  label,
  value,
  onChange,
  error,
}: {
  label: string;
  value: string;
  onChange: (text: string) => void;
  error?: string | undefined;
}) {
  const parsed = parseMatchers(value);
  const shown = error ?? (parsed.ok ? undefined : parsed.message);
  return (
    <Field
      label={label}
      hint="host=gpu-01, rule=Kv*, severity!=critical. All must hold; * stands for any text."
      error={shown}
    >
      {(attributes) => (
        <TextArea
          {...attributes}
          rows={2}
          spellCheck={false}
          autoCapitalize="off"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
