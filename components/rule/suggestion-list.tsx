import { cx } from '#components/ui/class-names.ts';
import type { Suggestion } from '#lib/client/expression-suggestions.ts';

/** What the typed word may mean; the keys are the text field's, the pointer takes one directly. */
export function SuggestionList({
  id,
  items,
  active,
  onTake,
}: {
  id: string;
  items: readonly Suggestion[];
  active: number;
  onTake: (item: Suggestion) => void;
}) {
  return (
    <div
      role="listbox"
      id={id}
      aria-label="Suggestions"
      className="absolute inset-x-0 top-full z-20 mt-1 max-h-72 overflow-y-auto rounded-md border border-line bg-surface py-1 shadow-lg"
    >
      {items.map((item, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the text field has the focus and names its active option
        // biome-ignore lint/a11y/useKeyWithClickEvents: the text field has the keys
        <div
          key={item.insert}
          role="option"
          id={`${id}-${index}`}
          aria-selected={index === active}
          className={cx(
            'flex cursor-pointer flex-wrap items-baseline gap-x-3 px-2.5 py-1 hover:bg-hover',
            index === active && 'bg-accent-soft',
          )}
          // The field would lose the focus, and with it the list, before the click arrives.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(item)}
        >
          <code className="text-xs font-medium [overflow-wrap:anywhere]">{item.label}</code>
          <span className="min-w-0 text-xs text-muted">
            {item.title}
            {item.unit === '' ? '' : ` · ${item.unit}`}
          </span>
        </div>
      ))}
    </div>
  );
}
