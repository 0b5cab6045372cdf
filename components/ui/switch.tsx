'use client';

import { Switch as Radix } from 'radix-ui';

/** On or off at once, without a form. */
export function Switch({
  checked,
  onChange,
  label,
  disabled = false,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: string;
  disabled?: boolean;
}) {
  return (
    <Radix.Root
      checked={checked}
      onCheckedChange={onChange}
      disabled={disabled}
      aria-label={label}
      className="relative inline-flex h-6 w-9 shrink-0 items-center disabled:opacity-50"
    >
      <span
        aria-hidden
        className={`h-4.5 w-8 rounded-full border ${checked ? 'border-accent bg-accent' : 'border-control bg-sunken'}`}
      />
      <Radix.Thumb className="absolute left-1 size-3 rounded-full bg-control transition-transform data-[state=checked]:translate-x-3.5 data-[state=checked]:bg-accent-text" />
    </Radix.Root>
  );
}
