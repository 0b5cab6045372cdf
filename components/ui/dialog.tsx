'use client';

import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useRef } from 'react';
import { cx } from '#components/ui/class-names.ts';

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  children: ReactNode;
  wide?: boolean;
};

/** Dialogs here have no trigger that Radix knows (keys, the address and menus open them), so it would drop the focus. */
function useFocusReturn() {
  const before = useRef<HTMLElement | null>(null);
  return {
    remember: () => {
      before.current = openerOf(document.activeElement);
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      const element = before.current;
      if (element?.isConnected === true) element.focus();
    },
  };
}

/** What had the focus; for an item of a menu, which is gone by then, the button of that menu. */
function openerOf(element: Element | null): HTMLElement | null {
  const opener = element?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  if (opener !== null && opener !== undefined) return document.getElementById(opener);
  return element instanceof HTMLElement && element !== document.body ? element : null;
}

export function Dialog({ open, onOpenChange, title, description, children, wide = false }: DialogProps) {
  const { remember, onCloseAutoFocus } = useFocusReturn();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-overlay" />
        <Radix.Content
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          onOpenAutoFocus={(event) => {
            remember();
            focusFirstField(event);
          }}
          onCloseAutoFocus={onCloseAutoFocus}
          className={cx(
            'fixed inset-x-2 top-2 z-50 mx-auto flex max-h-[calc(100dvh-1rem)] flex-col rounded-lg border border-line bg-surface shadow-lift sm:top-[8vh] sm:max-h-[84vh]',
            wide ? 'max-w-3xl' : 'max-w-lg',
          )}
        >
          <header className="flex items-start gap-3 border-b border-line px-4 py-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
              {description !== undefined && <Radix.Description className="text-muted">{description}</Radix.Description>}
            </div>
            <CloseButton />
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** A form starts in its first field, not at the close button. */
function focusFirstField(event: Event): void {
  const field = event.target instanceof Element ? event.target.querySelector<HTMLElement>('input, textarea') : null;
  if (field === null) return;
  event.preventDefault();
  field.focus();
}

/** A dialog that slides along the left edge: the navigation of small screens. */
export function Drawer({ open, onOpenChange, title, children }: Omit<DialogProps, 'wide' | 'description'>) {
  const { remember, onCloseAutoFocus } = useFocusReturn();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-overlay" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={remember}
          onCloseAutoFocus={onCloseAutoFocus}
          className="fixed inset-y-0 left-0 z-50 flex w-64 max-w-[85vw] flex-col overflow-y-auto border-r border-line bg-surface shadow-lift"
        >
          <header className="flex items-center justify-between px-4 py-3">
            <Radix.Title className="font-semibold">{title}</Radix.Title>
            <CloseButton />
          </header>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function CloseButton() {
  return (
    <Radix.Close
      aria-label="Close"
      className="inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text"
    >
      <X size={16} aria-hidden />
    </Radix.Close>
  );
}
