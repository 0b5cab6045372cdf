'use client';

import { Popover as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cx } from '#components/ui/class-names.ts';

type PopoverProps = {
  trigger: ReactNode;
  label: string;
  children: ReactNode;
  className?: string;
  align?: 'start' | 'center' | 'end';
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
};

/** Content that stays until it is left: help texts, forms of two fields. */
export function Popover({ trigger, label, children, className, align = 'start', ...state }: PopoverProps) {
  return (
    <Radix.Root {...state}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className={cx(
            'z-50 max-w-[calc(100vw-1rem)] rounded-lg border border-line bg-surface p-3 shadow-lift',
            className ?? 'w-80',
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
