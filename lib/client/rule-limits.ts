import type { RuleView } from '#lib/api/rules.ts';
import type { Band, TargetLine } from '#lib/metrics/signal.ts';
import type { Severity } from '#lib/rules/rule.ts';

/** What the enabled rules say about a signal: lines to draw and, for limits upwards, shaded bands. */
export type RuleLimits = { readonly lines: readonly TargetLine[]; readonly bands: readonly Band[] };

type Limit = {
  readonly op: string;
  readonly value: number;
  readonly severity: Severity;
  readonly title: string;
};

const BAND_LEVELS: Partial<Record<Severity, Band['level']>> = { warning: 'warning', critical: 'danger' };

/** Limits of live rules on one signal. `literal` where the target is judged by what the reports print. */
export function ruleLimits(rules: readonly RuleView[], signal: string, profile: 'relative' | 'literal'): RuleLimits {
  const limits = rules
    .filter(({ enabled, error }) => enabled && error === null)
    .flatMap((rule): Limit[] => {
      const own = rule.thresholds.filter(
        (threshold) => threshold.signal === signal && isLimit(rule, signal, threshold.value),
      );
      const ofProfile = own.filter((threshold) => threshold.profile === profile);
      // A rule with one form has it under `relative` only.
      return (ofProfile.length > 0 ? ofProfile : own.filter(({ profile: form }) => form === 'relative')).map(
        ({ op, value }) => ({ op, value, severity: rule.severity, title: rule.title }),
      );
    });
  return { lines: linesOf(limits), bands: bandsOf(limits) };
}

/**
 * "… and queue_depth > 0" only says when to look: of joined conditions the first is the limit, the others guard it.
 * And 0 is the axis: a line or a band from there says nothing.
 */
function isLimit(rule: RuleView, signal: string, value: number): boolean {
  const isLead = rule.signals[0] === signal;
  return value !== 0 && (isLead || !/\band\b/.test(rule.expr));
}

const OPS: readonly string[] = ['<', '<=', '>', '>=', '='];

/** Rules that share a limit share a line. */
function linesOf(limits: readonly Limit[]): readonly TargetLine[] {
  const byLine = new Map<string, { limit: Limit; titles: Set<string> }>();
  for (const limit of limits) {
    if (!OPS.includes(limit.op)) continue;
    const key = `${limit.op} ${limit.value}`;
    const line = byLine.get(key);
    if (line === undefined) byLine.set(key, { limit, titles: new Set([limit.title]) });
    else line.titles.add(limit.title);
  }
  return [...byLine.values()].map(({ limit, titles }) => ({
    op: limit.op as TargetLine['op'],
    value: limit.value,
    label: [...titles].slice(0, 2).join(', ') + (titles.size > 2 ? `, ${titles.size - 2} more` : ''),
  }));
}

/** From the lowest upward limit of a severity to the next worse one; the lines name them. Downward limits are lines only. */
function bandsOf(limits: readonly Limit[]): readonly Band[] {
  const lowest = new Map<Severity, Limit>();
  for (const limit of limits) {
    if (!limit.op.startsWith('>') || BAND_LEVELS[limit.severity] === undefined) continue;
    const known = lowest.get(limit.severity);
    if (known === undefined || limit.value < known.value) lowest.set(limit.severity, limit);
  }
  const warning = lowest.get('warning');
  const critical = lowest.get('critical');
  const bands: Band[] = [];
  if (warning !== undefined && (critical === undefined || warning.value < critical.value)) {
    bands.push({ level: 'warning', from: warning.value, to: critical?.value ?? null, label: '' });
  }
  if (critical !== undefined) bands.push({ level: 'danger', from: critical.value, to: null, label: '' });
  return bands;
}
