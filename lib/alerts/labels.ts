import type { Labels } from '#lib/alerts/matchers.ts';
import type { RuleScope, Severity } from '#lib/rules/rule.ts';

export type LabelledThing = {
  readonly scope: RuleScope;
  readonly target: { readonly name: string; readonly labels: Labels };
  readonly subject: { readonly name: string; readonly key: string; readonly attributes: Labels } | null;
};

/**
 * The labels that matchers, groups and receivers see. The target's own labels come first, so that none of them can pose
 * as a rule, a severity or another subject.
 */
export function labelsOf(rule: { readonly id: string; readonly severity: Severity }, thing: LabelledThing): Labels {
  const { target, subject, scope } = thing;
  const attributes = subject?.attributes ?? {};
  const [, model, engine] = scope === 'engine' ? engineParts(subject?.key ?? '') : [];
  const own = {
    host: target.labels.host ?? attributes.host,
    model,
    engine,
    gpu: scope === 'gpu' ? attributes.index : undefined,
    uuid: scope === 'gpu' ? subject?.key : undefined,
    subject: subject?.name ?? target.name,
    target: target.name,
    scope,
    severity: rule.severity,
    rule: rule.id,
  };
  const known = Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...target.labels, ...Object.fromEntries(known) };
}

/** An engine's key is JSON: [target id, model, engine label]. Empty for anything else. */
export function engineParts(key: string): readonly [string?, string?, string?] {
  const found = /^\[(\d+),("(?:[^"\\]|\\.)*"),("(?:[^"\\]|\\.)*")\]$/.exec(key);
  if (found === null) return [];
  return [found[1], JSON.parse(found[2] ?? '""') as string, JSON.parse(found[3] ?? '""') as string];
}
