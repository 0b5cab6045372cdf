'use client';

import { Check, ChevronDown } from 'lucide-react';
import { Select as Radix } from 'radix-ui';

type SelectProps = {
  value: string;
  onChange: (value: string) => void;
  options: readonly { readonly value: string; readonly label: string }[];
  label: string;
  id?: string;
};

export function Select({ value, onChange, options, label, id }: SelectProps) {
  return (
    <Radix.Root value={value} onValueChange={onChange}>
      <Radix.Trigger
        id={id}
        aria-label={label}
        className="inline-flex h-8 min-w-0 items-center justify-between gap-2 rounded-md border border-control bg-surface px-2.5 text-left text-sm hover:bg-hover"
      >
        <span className="min-w-0 truncate">
          <Radix.Value />
        </span>
        <ChevronDown size={14} aria-hidden className="shrink-0 text-muted" />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-80 overflow-hidden rounded-md border border-line bg-surface shadow-lift"
        >
          <Radix.Viewport className="p-1">
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                className="flex min-h-7 items-center gap-2 rounded-sm py-1 pr-3 pl-2 outline-none data-[highlighted]:bg-hover"
              >
                <span className="w-4">
                  <Radix.ItemIndicator>
                    <Check size={13} aria-hidden />
                  </Radix.ItemIndicator>
                </span>
                <Radix.ItemText>{option.label}</Radix.ItemText>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
