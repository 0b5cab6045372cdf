import type { CheckedExpression, Condition, SignalRead, Term } from '#lib/rules/checked.ts';

export type { SignalRead } from '#lib/rules/checked.ts';

/** What an expression needs to know about its subject, each reading once, in the order of the text. */
export function readsOf(checked: CheckedExpression): SignalRead[] {
  const found = new Map<string, SignalRead>();
  for (const read of readsOfCondition(checked.condition)) {
    const key = readKey(read);
    if (!found.has(key)) found.set(key, read);
  }
  return [...found.values()];
}

/** Equal for equal readings. */
export function readKey(read: SignalRead): string {
  return `${read.aggregate}(${read.signal}, ${read.windowMs})`;
}

function readsOfCondition(condition: Condition): SignalRead[] {
  switch (condition.kind) {
    case 'comparison':
      return [...readsOfTerm(condition.value), ...readsOfTerm(condition.limit)];
    case 'not':
      return readsOfCondition(condition.operand);
    case 'logical':
      return [...readsOfCondition(condition.left), ...readsOfCondition(condition.right)];
  }
}

/** The readings of one number. */
export function readsOfTerm(term: Term): SignalRead[] {
  if (term.kind === 'constant') return [];
  return term.kind === 'read' ? [term.read] : [...readsOfTerm(term.left), ...readsOfTerm(term.right)];
}
