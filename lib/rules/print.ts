import { formatDurationMs } from '#lib/metrics/duration.ts';
import { signalNameOf } from '#lib/rules/aliases.ts';
import type { Expression, NumberLiteral } from '#lib/rules/expression.ts';

/** How tightly each form binds; a part that binds less than its place needs brackets. */
const OR = 1;
const AND = 2;
const NOT = 3;
const COMPARISON = 4;
const SUM = 5;
const PRODUCT = 6;
const UNARY = 7;
const PRIMARY = 8;

/** The canonical text: ids for report words, `=` for `==`, only the brackets that are needed. Parsing it gives the same tree. */
export function printExpression(expression: Expression): string {
  return print(expression, OR);
}

function print(expression: Expression, place: number): string {
  const text = printPlain(expression);
  return bindingOf(expression) < place ? `(${text})` : text;
}

function printPlain(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return printNumber(expression);
    case 'truth':
      return expression.value ? 'yes' : 'no';
    case 'signal':
      return signalNameOf(expression.signal);
    case 'window':
      return `${expression.aggregate}(${signalNameOf(expression.signal.signal)}, ${formatDurationMs(expression.windowMs)})`;
    case 'share':
      return `${printNumber(expression.share)} of ${printPlain(expression.base)}`;
    case 'negate':
      return `-${print(expression.operand, UNARY)}`;
    case 'not':
      return `not ${print(expression.operand, isPlain(expression.operand) ? NOT : PRIMARY)}`;
    case 'comparison':
      return `${print(expression.left, SUM)} ${expression.operator} ${print(expression.right, SUM)}`;
    case 'arithmetic':
    case 'logical': {
      const binding = bindingOf(expression);
      return `${print(expression.left, binding)} ${expression.operator} ${print(expression.right, binding + 1)}`;
    }
  }
}

/** `not not x` needs no brackets; `not (a > b)` has them although it could do without, because people misread it. */
function isPlain(expression: Expression): boolean {
  return expression.kind === 'not';
}

function bindingOf(expression: Expression): number {
  switch (expression.kind) {
    case 'logical':
      return expression.operator === 'or' ? OR : AND;
    case 'not':
      return NOT;
    case 'comparison':
      return COMPARISON;
    case 'arithmetic':
      return expression.operator === '+' || expression.operator === '-' ? SUM : PRODUCT;
    case 'negate':
      return UNARY;
    default:
      return PRIMARY;
  }
}

/** `95%`, `100ms`, `150 req/s`. */
export function printNumber({ value, unit }: Pick<NumberLiteral, 'value' | 'unit'>): string {
  if (unit === null) return String(value);
  return unit.includes('/') ? `${value} ${unit}` : `${value}${unit}`;
}
