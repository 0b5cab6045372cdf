import type { Signal } from '#lib/metrics/signal.ts';
import { findSignal, SIGNALS } from '#lib/metrics/signals.ts';
import { wordsOf } from '#lib/metrics/unit.ts';
import { AGGREGATES } from '#lib/rules/expression.ts';

export type Suggestion = {
  /** What is put in place of the typed word. */
  readonly insert: string;
  readonly label: string;
  readonly title: string;
  /** What it is measured in; '' for words that are no signal. */
  readonly unit: string;
};

export type Suggestions = {
  /** The typed word: [from, to) of the text. */
  readonly from: number;
  readonly to: number;
  readonly items: readonly Suggestion[];
};

const MOST = 8;

const FUNCTION_TITLES = {
  avg: 'mean over a window: avg(signal, 5m)',
  min: 'lowest over a window: min(signal, 5m)',
  max: 'highest over a window: max(signal, 5m)',
  last: 'newest in a window: last(signal, 5m)',
} as const satisfies Record<(typeof AGGREGATES)[number], string>;

/** What may stand where a value is wanted, beside the signals. */
const VALUE_WORDS: readonly Suggestion[] = [
  ...AGGREGATES.map((name) => ({ insert: `${name}(`, label: `${name}(…)`, title: FUNCTION_TITLES[name], unit: '' })),
  wordOf('baseline', 'what is usual for this engine: < 74% of baseline'),
  wordOf('not', 'must not hold'),
  wordOf('yes', 'of a yes/no signal'),
  wordOf('no', 'of a yes/no signal'),
];

/** What may follow a value. */
const JOINING_WORDS: readonly Suggestion[] = [wordOf('and', 'both must hold'), wordOf('or', 'one must hold')];

function wordOf(word: string, title: string): Suggestion {
  return { insert: word, label: word, title, unit: '' };
}

/**
 * What may be meant by the word that ends at the caret: signals by id or title, functions and words of the language, the
 * likeliest first. null where no word is typed, unless `isAsked`: then everything that may stand there.
 */
export function suggestionsAt(text: string, caret: number, isAsked = false): Suggestions | null {
  const typed = /(?<![\p{N}.])[\p{L}_][\p{L}\p{N}_]*$/u.exec(text.slice(0, caret))?.[0] ?? '';
  // In the middle of a word nothing is completed, and what follows a number is its unit.
  if (/^[\p{L}\p{N}_]/u.test(text.slice(caret)) || (typed === '' && !isAsked)) return null;
  const word = typed.toLowerCase();
  const isJoining = followsValue(text.slice(0, caret - typed.length));
  const kind = kindOf(text);
  const ranked = [
    ...(isJoining ? [] : SIGNALS.map((signal) => ({ item: suggestionOf(signal), rank: rankOf(signal, word, kind) }))),
    ...(isJoining ? JOINING_WORDS : VALUE_WORDS).map((item) => ({
      item,
      rank: item.label.startsWith(word) ? 0.5 : null,
    })),
  ].filter((each): each is { item: Suggestion; rank: number } => each.rank !== null);
  const items = ranked
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ item }) => item);
  const isDone = items.length === 0 || items[0]?.insert === word;
  return isDone ? null : { from: caret - typed.length, to: caret, items };
}

/** A number (its unit may come next), a name or a closed bracket: no second value can follow it. */
function followsValue(before: string): boolean {
  return /[\p{L}\p{N}_.%)]\s*$/u.test(before) && !/(?<![\p{L}\p{N}_])(?:and|or|not|of)\s*$/iu.test(before);
}

function suggestionOf({ id, title, unit }: Signal): Suggestion {
  return { insert: id, label: id, title, unit: unitText(unit) };
}

function unitText(unit: Signal['unit']): string {
  if (unit === 'bool') return 'yes/no';
  return wordsOf(unit)?.join(', ') ?? unit.replaceAll('_', ' ');
}

/** Lower is likelier; null does not match. One expression is about one kind of subject, so the others come last. */
function rankOf({ id, title, kind }: Signal, word: string, wanted: Signal['kind'] | null): number | null {
  const isOther = wanted !== null && kind !== wanted ? 10 : 0;
  if (id === word) return 0;
  if (id.startsWith(word)) return 1 + isOther;
  if (id.includes(`_${word}`)) return 2 + isOther;
  if (
    title
      .toLowerCase()
      .split(/\W+/)
      .some((part) => part.startsWith(word))
  )
    return 3 + isOther;
  return word.length >= 3 && id.includes(word) ? 4 + isOther : null;
}

/** The kind of the first signal that the text names. */
function kindOf(text: string): Signal['kind'] | null {
  for (const word of text.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []) {
    const signal = findSignal(word);
    if (signal !== undefined) return signal.kind;
  }
  return null;
}
