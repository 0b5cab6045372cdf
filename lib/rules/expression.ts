import type { LiteralUnit } from '#lib/rules/literal-unit.ts';

/** Where a part stands in the text, in UTF-16 units. */
export type Span = { readonly position: number; readonly length: number };

export const COMPARISONS = ['<', '<=', '>', '>=', '=', '!='] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** What holds exactly where the comparison does not. */
export const OPPOSITE: Readonly<Record<Comparison, Comparison>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '=': '!=',
  '!=': '=',
};

/** The same comparison with its sides swapped. */
export const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '=': '=',
  '!=': '!=',
};

export const AGGREGATES = ['avg', 'min', 'max', 'last'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export type NumberLiteral = Span & {
  readonly kind: 'number';
  readonly value: number;
  readonly unit: LiteralUnit | null;
};
export type SignalName = Span & { readonly kind: 'signal'; readonly signal: string };
export type WindowCall = Span & {
  readonly kind: 'window';
  readonly aggregate: Aggregate;
  readonly signal: SignalName;
  readonly windowMs: number;
};

/** What the parser gives: names may be unknown and units may not fit; `checkExpression` decides that. */
export type Expression =
  | NumberLiteral
  | SignalName
  | WindowCall
  | (Span & { readonly kind: 'truth'; readonly value: boolean })
  | (Span & { readonly kind: 'share'; readonly share: NumberLiteral; readonly base: SignalName | WindowCall })
  | (Span & { readonly kind: 'negate'; readonly operand: Expression })
  | (Span & {
      readonly kind: 'arithmetic';
      readonly operator: '+' | '-' | '*' | '/';
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Span & {
      readonly kind: 'comparison';
      readonly operator: Comparison;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Span & { readonly kind: 'not'; readonly operand: Expression })
  | (Span & {
      readonly kind: 'logical';
      readonly operator: 'and' | 'or';
      readonly left: Expression;
      readonly right: Expression;
    });

/** One fault of an expression: where, what is wrong, what would have been right, the nearest known word. */
export type ExpressionError = Span & {
  readonly message: string;
  readonly expected: string;
  readonly nearest: string | null;
};
