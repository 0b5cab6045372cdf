import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { type Suggestion, type Suggestions, suggestionsAt } from '#lib/client/expression-suggestions.ts';

type Open = Suggestions & { readonly active: number };

/** Suggestions for the word at the caret of a text field: open while something is typed, moved through by the arrow keys. */
export function useSuggestions(
  field: RefObject<HTMLTextAreaElement | null>,
  value: string,
  onChange: (text: string) => void,
) {
  const [open, setOpen] = useState<Open | null>(null);
  const caretAfter = useRef<number | null>(null);
  // The caret goes behind what was put in, which only can be done once it is there.
  useLayoutEffect(() => {
    if (caretAfter.current === null || field.current === null) return;
    field.current.setSelectionRange(caretAfter.current, caretAfter.current);
    caretAfter.current = null;
  });
  const show = (text: string, caret: number, isAsked: boolean): void => {
    const found = suggestionsAt(text, caret, isAsked);
    setOpen(found === null ? null : { ...found, active: 0 });
  };
  const take = (item: Suggestion): void => {
    if (open === null) return;
    onChange(value.slice(0, open.from) + item.insert + value.slice(open.to));
    caretAfter.current = open.from + item.insert.length;
    setOpen(null);
  };
  const move = (by: 1 | -1): void => {
    if (open !== null) setOpen({ ...open, active: (open.active + by + open.items.length) % open.items.length });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const handle = keyOf(event, open);
    if (handle === null) return;
    event.preventDefault();
    // A dialog around the field must not close with the list.
    event.stopPropagation();
    if (handle === 'ask') show(value, event.currentTarget.selectionStart, true);
    else if (handle === 'close') setOpen(null);
    else if (handle === 'take') {
      const item = open?.items[open.active];
      if (item !== undefined) take(item);
    } else move(handle === 'down' ? 1 : -1);
  };
  return {
    open,
    take,
    onKeyDown,
    typed: (text: string, caret: number) => show(text, caret, false),
    close: () => setOpen(null),
  };
}

type Handled = 'ask' | 'close' | 'take' | 'down' | 'up';

/** What a key means here; null leaves it to the field. */
function keyOf(event: KeyboardEvent, open: Open | null): Handled | null {
  if (event.key === ' ' && event.ctrlKey) return 'ask';
  if (open === null || event.ctrlKey || event.metaKey || event.altKey) return null;
  switch (event.key) {
    case 'ArrowDown':
      return 'down';
    case 'ArrowUp':
      return 'up';
    case 'Enter':
    case 'Tab':
      return event.shiftKey ? null : 'take';
    case 'Escape':
      return 'close';
    default:
      return null;
  }
}
