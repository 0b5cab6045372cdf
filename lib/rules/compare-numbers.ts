import type { Comparison } from '#lib/rules/expression.ts';

/** Whether `value operator limit` holds. */
export function compareNumbers(operator: Comparison, value: number, limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '=':
      return value === limit;
    case '!=':
      return value !== limit;
  }
}
