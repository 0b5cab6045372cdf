import type { ExpressionError, Span } from '#lib/rules/expression.ts';
import { LITERAL_UNIT_WORDS, type LiteralUnit, literalUnitAt, nearestLiteralUnit } from '#lib/rules/literal-unit.ts';

export type Token = Span &
  (
    | { readonly kind: 'number'; readonly value: number; readonly unit: LiteralUnit | null; readonly text: string }
    | { readonly kind: 'word'; readonly text: string }
    | { readonly kind: 'symbol'; readonly text: string }
    | { readonly kind: 'end'; readonly text: '' }
  );

export type Tokens =
  | { readonly ok: true; readonly tokens: readonly Token[] }
  | { readonly ok: false; readonly error: ExpressionError };

const SPACE = /\s+/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const SYMBOL = /<=|>=|==|!=|<>|&&|\|\||[<>=()+\-*/,!≤≥≠×]/y;
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['==', '='],
  ['<>', '!='],
  ['≤', '<='],
  ['≥', '>='],
  ['≠', '!='],
  ['×', '*'],
  ['&&', 'and'],
  ['||', 'or'],
  ['!', 'not'],
]);

/** Splits a text; the last token is always `end`. The first thing that is no token is the error. */
export function tokenize(text: string): Tokens {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const space = matchAt(SPACE, text, position);
    if (space !== null) {
      position += space.length;
      continue;
    }
    const next = numberAt(text, position) ?? wordAt(text, position) ?? symbolAt(text, position);
    if (next === null) {
      const character = String.fromCodePoint(text.codePointAt(position) ?? 0);
      const message = `${JSON.stringify(character)} has no meaning here`;
      return fail({ position, length: character.length }, message, 'a signal, a number or an operator', null);
    }
    if ('message' in next) return { ok: false, error: next };
    tokens.push(next);
    position += next.length;
  }
  tokens.push({ kind: 'end', text: '', position: text.length, length: 0 });
  return { ok: true, tokens };
}

function matchAt(pattern: RegExp, text: string, position: number): string | null {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0] ?? null;
}

function fail(span: Span, message: string, expected: string, nearest: string | null): Tokens {
  return { ok: false, error: { ...span, message, expected, nearest } };
}

function numberAt(text: string, position: number): Token | ExpressionError | null {
  const digits = matchAt(NUMBER, text, position);
  if (digits === null) return null;
  const value = Number(digits);
  if (!Number.isFinite(value)) {
    return { position, length: digits.length, message: `${digits} is too large`, expected: 'a number', nearest: null };
  }
  const end = position + digits.length;
  const gap = matchAt(SPACE, text, end)?.length ?? 0;
  const found = literalUnitAt(text, end + gap);
  if (found !== null) {
    const length = digits.length + gap + found.length;
    return { kind: 'number', value, unit: found.unit, position, length, text: text.slice(position, position + length) };
  }
  const attached = matchAt(WORD, text, end);
  if (attached !== null) {
    const message = `"${attached}" is no unit`;
    const expected = `one of ${LITERAL_UNIT_WORDS.join(' ')}`;
    return { position: end, length: attached.length, message, expected, nearest: nearestLiteralUnit(attached) };
  }
  return { kind: 'number', value, unit: null, position, length: digits.length, text: digits };
}

function wordAt(text: string, position: number): Token | null {
  const word = matchAt(WORD, text, position);
  return word === null ? null : { kind: 'word', text: word, position, length: word.length };
}

function symbolAt(text: string, position: number): Token | null {
  const symbol = matchAt(SYMBOL, text, position);
  if (symbol === null) return null;
  const spelled = SPELLINGS.get(symbol) ?? symbol;
  const kind = /^[a-z]/.test(spelled) ? 'word' : 'symbol';
  return { kind, text: spelled, position, length: symbol.length };
}
