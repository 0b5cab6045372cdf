import type { Problem } from '#lib/api/problem.ts';
import type { RuleView } from '#lib/api/rules.ts';
import type { RuleBody, RuleChange } from '#lib/client/rule-queries.ts';
import { formatDurationMs, parseDurationMs } from '#lib/metrics/duration.ts';
import type { RuleScope, Severity } from '#lib/rules/rule.ts';

/** The editor's fields as text. */
export type RuleForm = {
  readonly id: string;
  readonly title: string;
  readonly scope: RuleScope | 'auto';
  readonly expr: string;
  readonly literal: string;
  readonly forText: string;
  readonly keepText: string;
  /** Percent. */
  readonly hysteresis: string;
  readonly absence: 'keep' | 'resolve';
  readonly severity: Severity;
  readonly action: string;
  readonly cause: string;
  readonly check: string;
  readonly remedy: string;
  readonly source: string;
};

export const EMPTY_RULE: RuleForm = {
  id: '',
  title: '',
  scope: 'auto',
  expr: '',
  literal: '',
  forText: '1m',
  keepText: '2m',
  hysteresis: '5',
  absence: 'keep',
  severity: 'warning',
  action: '',
  cause: '',
  check: '',
  remedy: '',
  source: '',
};

export function ruleFormOf(rule: RuleView): RuleForm {
  return {
    id: rule.id,
    title: rule.title,
    scope: rule.scope,
    expr: rule.expr,
    literal: rule.literal ?? '',
    forText: formatDurationMs(rule.forMs),
    keepText: formatDurationMs(rule.keepFiringMs),
    hysteresis: String(Number((rule.hysteresis * 100).toFixed(2))),
    absence: rule.absence,
    severity: rule.severity,
    action: rule.action,
    cause: rule.cause,
    check: rule.check,
    remedy: rule.remedy,
    source: rule.source,
  };
}

export type RuleErrors = Readonly<Record<string, string>>;
export type RuleFormResult =
  | { readonly ok: true; readonly body: RuleBody }
  | { readonly ok: false; readonly errors: RuleErrors };

/** The form as the API takes it, or what is wrong at which field. The expression is the server's to judge. */
export function readRuleForm(form: RuleForm): RuleFormResult {
  const errors: Record<string, string> = {};
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,99}$/.test(form.id)) errors.id = 'Letters, digits, _ and -, beginning with a letter';
  if (form.expr.trim() === '') errors.expr = 'Give a condition';
  const forMs = duration('for', form.forText, errors);
  const keepMs = duration('keep_firing_for', form.keepText, errors);
  const share = Number(form.hysteresis.replace(',', '.')) / 100;
  if (form.hysteresis.trim() === '' || !(share >= 0 && share <= 0.5)) errors.hysteresis = 'From 0 to 50 %';
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  return {
    ok: true,
    body: {
      id: form.id,
      ...(form.title.trim() === '' ? {} : { title: form.title.trim() }),
      ...(form.scope === 'auto' ? {} : { scope: form.scope }),
      expr: form.expr.trim(),
      literal: form.literal.trim() === '' ? null : form.literal.trim(),
      for: forMs,
      keep_firing_for: keepMs,
      hysteresis: share,
      absence: form.absence,
      severity: form.severity,
      action: form.action.trim(),
      cause: form.cause.trim(),
      check: form.check.trim(),
      remedy: form.remedy.trim(),
      source: form.source.trim(),
    },
  };
}

function duration(field: string, text: string, errors: Record<string, string>): number {
  const ms = text.trim() === '0' ? 0 : parseDurationMs(text.trim());
  if (ms === null) errors[field] = 'A duration such as 0s, 90s or 5m';
  return ms ?? 0;
}

/** Only what differs, so that a pack's later change of other fields is not frozen by saving. */
export function ruleChangeOf(rule: RuleView, body: RuleBody): RuleChange {
  const before = readRuleForm(ruleFormOf(rule));
  const old: Partial<RuleBody> = before.ok ? before.body : {};
  const { id: _id, scope: _scope, ...fields } = body;
  const changed = Object.entries(fields).filter(([name, value]) => old[name as keyof RuleBody] !== value);
  return Object.fromEntries(changed) as RuleChange;
}

/** A problem's `errors` by field; `form` holds what has none. */
export function ruleProblemErrors(problem: Problem): RuleErrors {
  const errors: Record<string, string> = {};
  for (const { path, message } of problem.errors) {
    const field =
      path
        .replace(/^\//, '')
        .replace(/^rule\./, '')
        .split(/[./[]/)[0] ?? '';
    errors[field === '' ? 'form' : field] ??= message;
  }
  if (problem.errors.length === 0) errors.form = problem.detail === '' ? problem.title : problem.detail;
  return errors;
}
