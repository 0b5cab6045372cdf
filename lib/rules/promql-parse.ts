import { parseDurationMs } from '#lib/metrics/duration.ts';
import type { Matcher, PromqlNode } from '#lib/rules/promql-ast.ts';

export type ParsedPromql =
  | { readonly ok: true; readonly node: PromqlNode }
  | { readonly ok: false; readonly reason: string };

const LONGEST_PROMQL = 4000;
const DEEPEST = 60;

/** Reads the PromQL of an alerting rule. Never throws; what it does not know (subqueries, offset, @) is a reason. */
export function parsePromql(text: string): ParsedPromql {
  if (text.length > LONGEST_PROMQL) return { ok: false, reason: `longer than ${LONGEST_PROMQL} characters` };
  try {
    return { ok: true, node: new PromqlParser(tokenize(text)).all() };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, reason: error.message };
    throw error;
  }
}

class Unreadable extends Error {}

const TOKEN =
  /\s+|#[^\n]*|((?:\d+(?:ms|[smhdwy]))+(?![\w.]))|((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?!\w)|0x[0-9a-fA-F]+)|([a-zA-Z_:][\w:]*)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(==|!=|>=|<=|=~|!~|[-+*/%^<>=(){}[\],@:])/y;

type Token = { readonly kind: 'duration' | 'number' | 'word' | 'string' | 'symbol' | 'end'; readonly text: string };

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null)
      throw new Unreadable(`position ${at + 1}: ${JSON.stringify(text.slice(at, at + 10))} is no PromQL`);
    const kinds = ['duration', 'number', 'word', 'string', 'symbol'] as const;
    kinds.forEach((kind, index) => {
      const found = match[index + 1];
      if (found !== undefined) tokens.push({ kind, text: found });
    });
  }
  return [...tokens, { kind: 'end', text: '' }];
}

/** Lowest first, as in Prometheus; `^` binds to the right. */
const LEVELS: readonly (readonly string[])[] = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%', 'atan2'],
  ['^'],
];
const AGGREGATIONS: ReadonlySet<string> = new Set([
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'quantile',
  'count_values',
]);

class PromqlParser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  all(): PromqlNode {
    const node = this.#level(0);
    if (this.#token.kind !== 'end') throw new Unreadable(`${this.#token.text} was not expected`);
    return node;
  }

  get #token(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '' };
  }

  #take(): Token {
    const token = this.#token;
    this.#next++;
    return token;
  }

  #is(text: string): boolean {
    const { kind } = this.#token;
    return (kind === 'symbol' || kind === 'word') && this.#token.text === text;
  }

  #expect(text: string): void {
    if (!this.#is(text)) throw new Unreadable(`${this.#token.text || 'the end'} stands where "${text}" was expected`);
    this.#take();
  }

  #level(level: number): PromqlNode {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#level(level + 1);
    while (operators.some((operator) => this.#is(operator))) {
      const operator = this.#take().text;
      if (this.#is('bool')) throw new Unreadable('"bool" turns a condition into a number');
      const matching = this.#matching();
      const right = this.#level(level + 1);
      left = { kind: 'binary', operator, left, right, matching };
    }
    return left;
  }

  #matching(): string {
    const words: string[] = [];
    while (['on', 'ignoring', 'group_left', 'group_right'].some((word) => this.#is(word))) {
      const word = this.#take().text;
      words.push(this.#is('(') ? `${word}(${this.#labels().join(', ')})` : word);
    }
    return words.join(' ');
  }

  #labels(): string[] {
    this.#expect('(');
    const labels: string[] = [];
    while (!this.#is(')')) {
      const { kind, text } = this.#take();
      if (kind !== 'word') throw new Unreadable(`${text || 'the end'} is no label`);
      labels.push(text);
      if (!this.#is(')')) this.#expect(',');
    }
    this.#expect(')');
    return labels;
  }

  #unary(): PromqlNode {
    if (!this.#is('-') && !this.#is('+')) return this.#primary();
    const sign = this.#take().text;
    const operand = this.#nested(() => this.#unary());
    return sign === '-' ? { kind: 'negate', operand } : operand;
  }

  #nested<T>(parse: () => T): T {
    if (++this.#depth > DEEPEST) throw new Unreadable('nested too deeply');
    const result = parse();
    this.#depth--;
    return result;
  }

  #primary(): PromqlNode {
    const token = this.#take();
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.kind === 'symbol' && token.text === '(') {
      const inner = this.#nested(() => this.#level(0));
      this.#expect(')');
      return this.#refuseRange(inner);
    }
    if (token.kind === 'symbol' && token.text === '{') {
      this.#next--;
      return this.#selector('');
    }
    if (token.kind !== 'word') throw new Unreadable(`${token.text || 'the end'} stands where a value was expected`);
    if (AGGREGATIONS.has(token.text) && (this.#is('(') || this.#is('by') || this.#is('without'))) {
      return this.#aggregate(token.text);
    }
    if (this.#is('(')) return this.#refuseRange({ kind: 'call', name: token.text, args: this.#arguments() });
    return this.#selector(token.text);
  }

  #refuseRange(node: PromqlNode): PromqlNode {
    if (this.#is('[')) throw new Unreadable('subqueries have no counterpart');
    this.#refuseShift();
    return node;
  }

  #refuseShift(): void {
    if (this.#is('offset')) throw new Unreadable('"offset" has no counterpart: rules judge this moment');
    if (this.#is('@')) throw new Unreadable('"@" has no counterpart: rules judge this moment');
  }

  #arguments(): PromqlNode[] {
    this.#expect('(');
    const args: PromqlNode[] = [];
    while (!this.#is(')')) {
      if (this.#token.kind === 'string') throw new Unreadable('functions on labels have no counterpart');
      args.push(this.#nested(() => this.#level(0)));
      if (!this.#is(')')) this.#expect(',');
    }
    this.#expect(')');
    return args;
  }

  #aggregate(operator: string): PromqlNode {
    let grouping = this.#grouping();
    const args = this.#arguments();
    grouping ??= this.#grouping();
    const operand = args.at(-1);
    if (operand === undefined || args.length > 1) throw new Unreadable(`${operator} has no counterpart`);
    return this.#refuseRange({ kind: 'aggregate', operator, operand, ...(grouping ?? { by: null, without: false }) });
  }

  #grouping(): { by: string[]; without: boolean } | null {
    if (!this.#is('by') && !this.#is('without')) return null;
    const without = this.#take().text === 'without';
    return { by: this.#labels(), without };
  }

  #selector(name: string): PromqlNode {
    const matchers: Matcher[] = [];
    if (this.#is('{')) {
      this.#take();
      while (!this.#is('}')) {
        matchers.push(this.#matcher());
        if (!this.#is('}')) this.#expect(',');
      }
      this.#take();
    }
    const metric = name || (matchers.find((matcher) => matcher.label === '__name__')?.value ?? '');
    const rangeMs = this.#range();
    this.#refuseShift();
    return { kind: 'selector', name: metric, matchers: matchers.filter(({ label }) => label !== '__name__'), rangeMs };
  }

  #matcher(): Matcher {
    const label = this.#take();
    const operator = this.#take().text;
    const value = this.#take();
    if (label.kind !== 'word' || value.kind !== 'string') throw new Unreadable('a label matcher was expected');
    if (operator !== '=' && operator !== '!=' && operator !== '=~' && operator !== '!~') {
      throw new Unreadable(`${operator || 'the end'} is no matcher`);
    }
    return { label: label.text, operator, value: unquote(value.text) };
  }

  #range(): number | null {
    if (!this.#is('[')) return null;
    this.#take();
    const token = this.#take();
    const rangeMs = token.kind === 'duration' ? parseDurationMs(token.text) : null;
    if (rangeMs === null) throw new Unreadable(`${token.text || 'the end'} is no duration`);
    if (this.#is(':')) throw new Unreadable('subqueries have no counterpart');
    this.#expect(']');
    return rangeMs;
  }
}

function unquote(text: string): string {
  const inner = text.slice(1, -1);
  return text.startsWith('`') ? inner : inner.replaceAll(/\\(.)/g, '$1');
}
