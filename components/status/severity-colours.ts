import type { Severity } from '#lib/rules/rule.ts';

/** Of lines and fills; the word or shape beside them says the same without colour. */
export const SEVERITY_COLOURS: Readonly<Record<Severity, string>> = {
  critical: 'var(--danger)',
  warning: 'var(--warn)',
  caution: 'var(--warn)',
  info: 'var(--info)',
};
