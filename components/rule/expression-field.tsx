'use client';

import { useId, useRef } from 'react';
import { SuggestionList } from '#components/rule/suggestion-list.tsx';
import { useSuggestions } from '#components/rule/use-suggestions.ts';
import type { RuleCheck } from '#lib/api/rules.ts';
import { markText, replaceSpan } from '#lib/client/text-marks.ts';

const TEXT =
  'w-full px-2.5 py-1.5 font-mono text-xs leading-5 break-words whitespace-pre-wrap [overflow-wrap:anywhere]';

/**
 * A condition as text; what is wrong is underlined where it stands, and said below with what was meant. Signals and words
 * are suggested while they are typed.
 */
export function ExpressionField({
  label,
  hint,
  value,
  onChange,
  errors,
  fault,
}: {
  label: string;
  hint?: string;
  value: string;
  onChange: (text: string) => void;
  /** Of the text as it stands; errors of an older text are not shown. */
  errors: RuleCheck['errors'];
  /** Said by the form, not by the check. */
  fault?: string | undefined;
}) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const { open, take, onKeyDown, typed, close } = useSuggestions(field, value, onChange);
  const hasErrors = errors.length > 0 || fault !== undefined;
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      <div className="relative rounded-md bg-surface">
        <div aria-hidden="true" className={`${TEXT} min-h-16 border border-transparent text-transparent`}>
          {markText(value, errors).map((piece, index) =>
            piece.marked ? (
              <span
                // biome-ignore lint/suspicious/noArrayIndexKey: pieces are their order
                key={index}
                className="bg-danger-soft underline decoration-danger decoration-wavy decoration-2 underline-offset-3"
              >
                {piece.text}
              </span>
            ) : (
              piece.text
            ),
          )}
          {value.endsWith('\n') ? ' ' : ''}
        </div>
        <textarea
          ref={field}
          id={id}
          autoComplete="off"
          aria-autocomplete="list"
          aria-controls={open === null ? undefined : `${id}-list`}
          aria-activedescendant={open === null ? undefined : `${id}-list-${open.active}`}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          aria-invalid={hasErrors ? true : undefined}
          aria-describedby={`${id}-said`}
          className={`${TEXT} absolute inset-0 h-full resize-none overflow-hidden rounded-md border border-control bg-transparent aria-invalid:border-danger`}
          value={value}
          onChange={(event) => {
            const text = event.target.value.replaceAll('\n', ' ');
            onChange(text);
            typed(text, event.target.selectionStart);
          }}
          onKeyDown={onKeyDown}
          onBlur={close}
        />
        {open !== null && <SuggestionList id={`${id}-list`} items={open.items} active={open.active} onTake={take} />}
      </div>
      <p role="status" className="sr-only">
        {open === null ? '' : `${open.items.length} suggestions; arrow keys choose, Enter takes, Escape closes`}
      </p>
      <div id={`${id}-said`}>
        {hint !== undefined && !hasErrors && <p className="mt-1 text-xs text-muted">{hint}</p>}
        {fault !== undefined && errors.length === 0 && <p className="mt-1 text-xs">▲ {fault}</p>}
        {errors.map((error) => (
          <p key={`${error.position} ${error.message}`} className="mt-1 text-xs [overflow-wrap:anywhere]">
            <span aria-hidden className="text-danger">
              ▲{' '}
            </span>
            Position {error.position + 1}: {error.message}
            {error.expected !== '' && `; expected ${error.expected}`}.{' '}
            {error.nearest !== null && (
              <button
                type="button"
                className="min-h-6 font-medium text-accent underline"
                onClick={() => onChange(replaceSpan(value, error, error.nearest ?? ''))}
              >
                Use {error.nearest}
              </button>
            )}
          </p>
        ))}
      </div>
    </div>
  );
}
