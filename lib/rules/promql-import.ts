import { parseDocument } from 'yaml';
import { parseDurationMs } from '#lib/metrics/duration.ts';
import { checkExpression, compileRuleExpression } from '#lib/rules/check.ts';
import { printExpression } from '#lib/rules/print.ts';
import { convertPromql } from '#lib/rules/promql-convert.ts';
import { parsePromql } from '#lib/rules/promql-parse.ts';
import { DEFAULT_HYSTERESIS, DEFAULT_KEEP_FIRING_MS, type Rule, type Severity } from '#lib/rules/rule.ts';

export type ImportedRule = { readonly rule: Rule; readonly warnings: readonly string[] };
export type RefusedRule = { readonly name: string; readonly reason: string };
export type PrometheusImport = { readonly imported: readonly ImportedRule[]; readonly refused: readonly RefusedRule[] };

const MOST_RULES = 2000;

/**
 * Reads a Prometheus rule file (also a PrometheusRule of Kubernetes) into rules. Every alerting rule is either imported,
 * with warnings about what changed, or refused with the reason; recording rules are refused. Never throws.
 */
export function importPrometheusRules(text: string): PrometheusImport {
  const imported: ImportedRule[] = [];
  const refused: RefusedRule[] = [];
  const ids = new Set<string>();
  const found = entriesOf(text);
  if (typeof found === 'string') return { imported, refused: [{ name: 'file', reason: found }] };
  for (const entry of found.slice(0, MOST_RULES)) {
    const result = importRule(entry, ids);
    if ('reason' in result) refused.push(result);
    else imported.push(result);
  }
  if (found.length > MOST_RULES) refused.push({ name: 'file', reason: `only the first ${MOST_RULES} rules were read` });
  return { imported, refused };
}

type Entry = Readonly<Record<string, unknown>>;

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The rules of all groups, or what is wrong with the file. */
function entriesOf(text: string): Entry[] | string {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) return `not valid YAML: ${error.message.split('\n')[0] ?? ''}`;
  let file: unknown;
  try {
    file = document.toJS({ maxAliasCount: 100 });
  } catch (problem) {
    return `not valid YAML: ${problem instanceof Error ? problem.message : String(problem)}`;
  }
  const groups = isEntry(file) ? (isEntry(file.spec) ? file.spec.groups : file.groups) : undefined;
  if (!Array.isArray(groups)) return 'no list "groups" as in a Prometheus rule file';
  return groups.flatMap((group: unknown) => {
    const rules = isEntry(group) ? group.rules : undefined;
    return Array.isArray(rules) ? rules.filter(isEntry) : [];
  });
}

function importRule(entry: Entry, ids: Set<string>): ImportedRule | RefusedRule {
  const name = textOf(entry.alert) || textOf(entry.record) || 'a rule without a name';
  const refuse = (reason: string): RefusedRule => ({ name, reason });
  if (textOf(entry.alert) === '') return refuse('a recording rule: signals are recorded already');
  const forMs = durationOf(entry.for, 0);
  const keepFiringMs = durationOf(entry.keep_firing_for, DEFAULT_KEEP_FIRING_MS);
  if (forMs === null || keepFiringMs === null) return refuse('"for" or "keep_firing_for" is no duration');
  const parsed = parsePromql(textOf(entry.expr));
  if (!parsed.ok) return refuse(parsed.reason);
  const converted = convertPromql(parsed.node);
  if (!converted.ok) return refuse(converted.reason);
  const checked = checkExpression(converted.expression, converted.isTarget ? 'target' : null);
  if (!checked.ok) return refuse(checked.errors[0]?.message ?? 'the expression does not fit together');
  const expr = printExpression(converted.expression);
  const again = compileRuleExpression(expr, checked.checked.scope);
  if (!again.ok) return refuse(again.errors[0]?.message ?? 'the expression is too long');
  const id = freeId(name, ids);
  const warnings = id === name ? converted.warnings : [`renamed from "${name}": ids are unique`, ...converted.warnings];
  const head = { id, expr, scope: again.checked.scope, forMs, keepFiringMs };
  return { rule: { ...fixedParts(entry), ...head }, warnings };
}

function fixedParts(entry: Entry): Omit<Rule, 'id' | 'expr' | 'scope' | 'forMs' | 'keepFiringMs'> {
  const labels = isEntry(entry.labels) ? entry.labels : {};
  const annotations = isEntry(entry.annotations) ? entry.annotations : {};
  const summary = plainText(annotations.summary) || plainText(annotations.title);
  return {
    title: (summary || textOf(entry.alert)).slice(0, 200),
    literalExpr: null,
    hysteresis: DEFAULT_HYSTERESIS,
    absence: 'keep',
    severity: severityOf(textOf(labels.severity)),
    action: plainText(annotations.action).slice(0, 200),
    cause: (plainText(annotations.cause) || plainText(annotations.description)).slice(0, 4000),
    check: (plainText(annotations.check) || plainText(annotations.runbook_url)).slice(0, 4000),
    remedy: plainText(annotations.remedy).slice(0, 4000),
    source: (plainText(annotations.source) || 'imported from Prometheus').slice(0, 400),
    pack: null,
    enabled: true,
    vram: 'printed',
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/** An annotation without Prometheus's templates, which mean nothing here. */
function plainText(value: unknown): string {
  return textOf(value).replaceAll(/\{\{.*?\}\}/gs, '…');
}

/** null where there is a value and it is no duration. */
function durationOf(value: unknown, missing: number): number | null {
  if (value === undefined || value === null) return missing;
  const text = textOf(value);
  return text === '0' ? 0 : parseDurationMs(text);
}

const SEVERITY_WORDS: readonly (readonly [RegExp, Severity])[] = [
  [/^(critical|page|error|high|sev-?1|p1|emergency|fatal|disaster)$/, 'critical'],
  [/^(info|information|informational|none|low|debug|sev-?4|p4|notice)$/, 'info'],
  [/^(caution|minor|ticket|sev-?3|p3)$/, 'caution'],
];

function severityOf(word: string): Severity {
  return SEVERITY_WORDS.find(([words]) => words.test(word.toLowerCase()))?.[1] ?? 'warning';
}

/** The alert's name as an id that is not taken yet. */
function freeId(name: string, ids: Set<string>): string {
  const letters = name.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 90);
  const base = /^[A-Za-z]/.test(letters) ? letters : `Rule_${letters}`;
  let id = base;
  for (let i = 2; ids.has(id); i++) id = `${base}_${i}`;
  ids.add(id);
  return id;
}
