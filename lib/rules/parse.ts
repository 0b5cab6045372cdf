import { formatDurationMs } from '#lib/metrics/duration.ts';
import { nearestWord } from '#lib/metrics/nearest-word.ts';
import { signalIdOf } from '#lib/rules/aliases.ts';
import {
  AGGREGATES,
  type Aggregate,
  COMPARISONS,
  type Expression,
  type ExpressionError,
  type SignalName,
  type Span,
  type WindowCall,
} from '#lib/rules/expression.ts';
import { inBaseUnit, literalMeaning } from '#lib/rules/literal-unit.ts';
import { type Token, tokenize } from '#lib/rules/tokens.ts';

export const LONGEST_EXPRESSION = 2000;
export const DEEPEST_NESTING = 40;
export const SHORTEST_WINDOW_MS = 1000;
export const LONGEST_WINDOW_MS = 7 * 86_400_000;

export type ParsedExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly errors: readonly ExpressionError[] };

/**
 * Reads a condition as the reports write it: `requests_per_second < 74% of baseline and queue_depth > 0`.
 * Words in any case; `=` and `==` are the same. Names and units are not judged here (see checkExpression).
 * Never throws: the first fault is returned with its place.
 */
export function parseExpression(text: string): ParsedExpression {
  if (text.length > LONGEST_EXPRESSION) {
    const message = `the expression has ${text.length} characters`;
    const expected = `at most ${LONGEST_EXPRESSION}`;
    return failed({ position: LONGEST_EXPRESSION, length: 1, message, expected, nearest: null });
  }
  const tokens = tokenize(text);
  if (!tokens.ok) return failed(tokens.error);
  try {
    const parser = new Parser(tokens.tokens);
    const expression = parser.or();
    parser.expectEnd();
    return { ok: true, expression };
  } catch (error) {
    if (error instanceof Fault) return failed(error.error);
    throw error;
  }
}

function failed(error: ExpressionError): ParsedExpression {
  return { ok: false, errors: [error] };
}

/** Leaves the recursive descent; caught in parseExpression and nowhere else. */
class Fault extends Error {
  readonly error: ExpressionError;
  constructor(span: Span, message: string, expected: string, nearest: string | null = null) {
    super(message);
    this.error = { position: span.position, length: span.length, message, expected, nearest };
  }
}

const CONNECTIVES = ['and', 'or', 'not', 'of'] as const;
const RESERVED: ReadonlySet<string> = new Set([...CONNECTIVES, ...AGGREGATES, 'yes', 'no', 'true', 'false']);
const OPERATORS = 'and, or, a comparison or an arithmetic operator';
const OPERAND = 'a signal, a number, "(" or "not"';

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get #token(): Token {
    const token = this.#tokens[this.#next] ?? this.#tokens.at(-1);
    if (token === undefined) throw new Error('a token list ends with an end token');
    return token;
  }

  #take(): Token {
    const token = this.#token;
    this.#next++;
    return token;
  }

  #isWord(word: string): boolean {
    return this.#token.kind === 'word' && this.#token.text.toLowerCase() === word;
  }

  #isSymbol(symbol: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.text === symbol;
  }

  #expectSymbol(symbol: string, after: string): Token {
    if (!this.#isSymbol(symbol)) throw new Fault(this.#token, `${found(this.#token)} ${after}`, `"${symbol}"`);
    return this.#take();
  }

  #nested<T>(at: Span, parse: () => T): T {
    if (++this.#depth > DEEPEST_NESTING) {
      throw new Fault(at, 'the expression is nested too deeply', `at most ${DEEPEST_NESTING} levels`);
    }
    const result = parse();
    this.#depth--;
    return result;
  }

  expectEnd(): void {
    const token = this.#token;
    if (token.kind === 'end') return;
    const near =
      token.kind === 'word' && token.length > 2 ? nearestWord(token.text.toLowerCase(), CONNECTIVES, 2) : null;
    throw new Fault(token, `${found(token)} after a complete expression`, OPERATORS, near);
  }

  or(): Expression {
    let left = this.#and();
    while (this.#isWord('or')) {
      this.#take();
      const right = this.#and();
      left = { kind: 'logical', operator: 'or', left, right, ...around(left, right) };
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#isWord('and')) {
      this.#take();
      const right = this.#not();
      left = { kind: 'logical', operator: 'and', left, right, ...around(left, right) };
    }
    return left;
  }

  #not(): Expression {
    if (!this.#isWord('not')) return this.#comparison();
    const start = this.#take();
    const operand = this.#nested(start, () => this.#not());
    return { kind: 'not', operand, ...around(start, operand) };
  }

  #comparison(): Expression {
    const left = this.#sum();
    const operator = this.#comparisonSign();
    if (operator === null) return left;
    const right = this.#sum();
    if (this.#comparisonSign(false) !== null) {
      throw new Fault(this.#token, 'comparisons cannot be chained', '"and" between two comparisons');
    }
    return { kind: 'comparison', operator, left, right, ...around(left, right) };
  }

  #comparisonSign(take = true): (typeof COMPARISONS)[number] | null {
    const sign = COMPARISONS.find((comparison) => this.#isSymbol(comparison));
    if (sign !== undefined && take) this.#take();
    return sign ?? null;
  }

  #sum(): Expression {
    let left = this.#product();
    while (this.#isSymbol('+') || this.#isSymbol('-')) {
      const operator = this.#take().text === '+' ? '+' : '-';
      const right = this.#product();
      left = { kind: 'arithmetic', operator, left, right, ...around(left, right) };
    }
    return left;
  }

  #product(): Expression {
    let left = this.#unary();
    while (this.#isSymbol('*') || this.#isSymbol('/')) {
      const operator = this.#take().text === '*' ? '*' : '/';
      const right = this.#unary();
      left = { kind: 'arithmetic', operator, left, right, ...around(left, right) };
    }
    return left;
  }

  #unary(): Expression {
    if (!this.#isSymbol('-')) return this.#primary();
    const start = this.#take();
    const operand = this.#nested(start, () => this.#unary());
    return { kind: 'negate', operand, ...around(start, operand) };
  }

  #primary(): Expression {
    const token = this.#token;
    if (token.kind === 'number') return this.#number();
    if (this.#isSymbol('(')) {
      this.#take();
      const inner = this.#nested(token, () => this.or());
      const end = this.#expectSymbol(')', `where the bracket opened at ${token.position + 1} should close`);
      return { ...inner, ...around(token, end) };
    }
    if (token.kind !== 'word') throw new Fault(token, `${found(token)} where a value should stand`, OPERAND);
    const word = token.text.toLowerCase();
    if (word === 'yes' || word === 'true' || word === 'no' || word === 'false') {
      this.#take();
      return { kind: 'truth', value: word === 'yes' || word === 'true', ...spanOf(token) };
    }
    return this.#reading();
  }

  #number(): Expression {
    const token = this.#take();
    if (token.kind !== 'number') throw new Fault(token, `${found(token)} where a number should stand`, 'a number');
    const share = { kind: 'number', value: token.value, unit: token.unit, ...spanOf(token) } as const;
    if (!this.#isWord('of')) return share;
    this.#take();
    const base = this.#reading();
    return { kind: 'share', share, base, ...around(share, base) };
  }

  /** A signal, or an aggregate of one over a window. */
  #reading(): SignalName | WindowCall {
    const token = this.#token;
    const aggregate = AGGREGATES.find((name) => this.#isWord(name));
    if (aggregate !== undefined) return this.#window(aggregate);
    const name = this.#signal();
    if (this.#isSymbol('(')) {
      const near = nearestWord(token.text.toLowerCase(), AGGREGATES, 2);
      throw new Fault(token, `${found(token)} is no function`, `one of ${AGGREGATES.join(' ')}`, near);
    }
    return name;
  }

  #signal(): SignalName {
    const token = this.#token;
    if (token.kind !== 'word' || RESERVED.has(token.text.toLowerCase())) {
      throw new Fault(token, `${found(token)} where a signal should stand`, 'the name of a signal');
    }
    this.#take();
    return { kind: 'signal', signal: signalIdOf(token.text), ...spanOf(token) };
  }

  #window(aggregate: Aggregate): WindowCall {
    const start = this.#take();
    this.#expectSymbol('(', `after ${aggregate}`);
    const signal = this.#signal();
    this.#expectSymbol(',', 'after the signal, before the window');
    const windowMs = this.#duration();
    const end = this.#expectSymbol(')', 'after the window');
    return { kind: 'window', aggregate, signal, windowMs, ...around(start, end) };
  }

  /** `5m`, `1h30m`. */
  #duration(): number {
    const first = this.#token;
    let seconds = 0;
    let last: Token | null = null;
    while (this.#token.kind === 'number') {
      const token = this.#token;
      if (token.unit === null || literalMeaning(token.unit).unit !== 'seconds') break;
      seconds += inBaseUnit(token.value, token.unit);
      last = this.#take();
    }
    const windowMs = Math.round(seconds * 1000);
    const allowed = `${formatDurationMs(SHORTEST_WINDOW_MS)} to ${formatDurationMs(LONGEST_WINDOW_MS)}`;
    if (last === null) {
      throw new Fault(this.#token, `${found(this.#token)} where a window should stand`, 'a window such as 5m');
    }
    if (windowMs < SHORTEST_WINDOW_MS || windowMs > LONGEST_WINDOW_MS) {
      throw new Fault(around(first, last), 'the window is out of range', `a window from ${allowed}`);
    }
    return windowMs;
  }
}

function found(token: Token): string {
  return token.kind === 'end' ? 'the end of the expression' : `"${token.text}"`;
}

function spanOf({ position, length }: Span): Span {
  return { position, length };
}

function around(first: Span, last: Span): Span {
  return { position: first.position, length: last.position + last.length - first.position };
}
