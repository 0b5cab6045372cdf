import { z } from 'zod';
import { parseDurationMs } from '#lib/metrics/duration.ts';
import { UNITS } from '#lib/metrics/unit.ts';
import { RULE_PACKS, RULE_SCOPES, SEVERITIES } from '#lib/rules/rule.ts';

const duration = z.union([
  z.int().nonnegative(),
  z.string().transform((text, context) => {
    const parsed = parseDurationMs(text);
    if (parsed !== null) return parsed;
    context.addIssue({ code: 'custom', message: `"${text}" is not a duration: expected e.g. 0s, 90s or 5m` });
    return z.NEVER;
  }),
]);

const text = z.string().max(4000);
const idText = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,99}$/, 'letters, digits, _ and -, beginning with a letter');

/** What a person may say of a rule; defaults are added where a rule is made, never where one is changed. */
const said = {
  title: z.string().trim().min(1).max(200),
  expr: z.string().min(1).max(4000),
  /** Used on targets with `profile: literal`. */
  literal: z.string().min(1).max(4000).nullable(),
  for: duration,
  keep_firing_for: duration,
  hysteresis: z.number().min(0).max(0.5),
  absence: z.enum(['keep', 'resolve']),
  severity: z.enum(SEVERITIES),
  action: z.string().max(200),
  cause: text,
  check: text,
  remedy: text,
  source: z.string().max(400),
  enabled: z.boolean(),
};

/** A rule as a person writes it, in the editor, by the API or under `rules.custom` of headroom.yaml. */
export const RuleInput = z.strictObject({
  id: idText,
  title: said.title.optional(),
  /** Inferred from the expression when it is not given. */
  scope: z.enum(RULE_SCOPES).optional(),
  expr: said.expr,
  literal: said.literal.default(null),
  for: said.for.default(0),
  keep_firing_for: said.keep_firing_for.default(120_000),
  hysteresis: said.hysteresis.default(0.05),
  absence: said.absence.default('keep'),
  severity: said.severity.default('warning'),
  action: said.action.default(''),
  cause: said.cause.default(''),
  check: said.check.default(''),
  remedy: said.remedy.default(''),
  source: said.source.default(''),
  enabled: said.enabled.default(true),
});
export type RuleInput = z.infer<typeof RuleInput>;

/** What is not named stays. Of a pack's rule these may be changed too; a changed one can be put back. */
export const RulePatch = z
  .strictObject(said)
  .partial()
  .extend({
    version: z.int().optional(),
    /** Puts a pack's rule back to what the pack says. */
    reset: z.literal(true).optional(),
  });
export type RulePatch = z.infer<typeof RulePatch>;

/** `{id}` of a rule's path. */
export const RuleIdParams = z.object({ id: idText });

export const RuleView = z.object({
  id: z.string(),
  title: z.string(),
  scope: z.enum(RULE_SCOPES),
  expr: z.string(),
  literal: z.string().nullable(),
  forMs: z.number(),
  keepFiringMs: z.number(),
  hysteresis: z.number(),
  absence: z.enum(['keep', 'resolve']),
  severity: z.enum(SEVERITIES),
  action: z.string(),
  cause: z.string(),
  check: z.string(),
  remedy: z.string(),
  source: z.string(),
  vram: z.enum(['printed', 'above-floor']),
  origin: z.enum(['pack', 'file', 'user']),
  pack: z.enum(RULE_PACKS).nullable(),
  enabled: z.boolean(),
  /** A person changed what the pack says. */
  changed: z.boolean(),
  changedBy: z.string().nullable(),
  changedAtMs: z.number(),
  version: z.int(),
  /** The signals that its expression reads. */
  signals: z.array(z.string()),
  /** A single number that a chart can draw as the threshold: the comparison's limit where it is constant. */
  thresholds: z.array(
    z.object({
      signal: z.string(),
      op: z.enum(['<', '<=', '>', '>=', '=', '!=']),
      value: z.number(),
      profile: z.enum(['relative', 'literal']),
    }),
  ),
  /** Why it cannot be evaluated; null when it can. */
  error: z.string().nullable(),
  /** Open alerts of the rule, those of them without data (unknown), and what it is evaluated on. */
  now: z.object({ firing: z.int(), pending: z.int(), unknown: z.int(), subjects: z.int() }),
});
export type RuleView = z.infer<typeof RuleView>;
export const RuleList = z.object({ items: z.array(RuleView), nextCursor: z.string().nullable() });
export type RuleList = z.infer<typeof RuleList>;

export const RuleCheckInput = z.strictObject({ expr: z.string().max(4000), scope: z.enum(RULE_SCOPES).optional() });
export type RuleCheckInput = z.infer<typeof RuleCheckInput>;
/** A live check: where it is wrong and what was expected, or how it reads and what it gives right now. */
export const RuleCheck = z.object({
  ok: z.boolean(),
  errors: z.array(
    z.object({
      position: z.int(),
      length: z.int(),
      message: z.string(),
      expected: z.string(),
      nearest: z.string().nullable(),
    }),
  ),
  canonical: z.string().nullable(),
  scope: z.enum(RULE_SCOPES).nullable(),
  signals: z.array(z.string()),
  promql: z.string().nullable(),
  /** On every subject of its kind, the first 500 by name; those on which it holds come first. */
  now: z.array(
    z.object({
      subject: z.int().nullable(),
      name: z.string(),
      holds: z.boolean().nullable(),
      value: z.number().nullable(),
      limit: z.number().nullable(),
      unit: z.enum(UNITS),
      unknown: z.array(z.string()),
    }),
  ),
});
export type RuleCheck = z.infer<typeof RuleCheck>;

export const BacktestInput = z.strictObject({
  rule: RuleInput.partial({ id: true }),
  from: z.string().default('now-7d'),
  to: z.string().default('now'),
  /** Only these subjects. */
  subject: z.array(z.int().positive()).optional(),
});
export type BacktestInput = z.infer<typeof BacktestInput>;

export const Backtest = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  /** How far apart the evaluations were: the resolution of the answer. */
  stepMs: z.number(),
  /** "would have fired 4 times in 7 d, 1 h 12 min in all" */
  summary: z.string(),
  fired: z.int(),
  firingMs: z.number(),
  unknownShare: z.number(),
  episodes: z.array(
    z.object({
      subject: z.int().nullable(),
      name: z.string(),
      pendingSinceMs: z.number(),
      firedAtMs: z.number(),
      resolvedAtMs: z.number().nullable(),
      peakValue: z.number().nullable(),
      limit: z.number().nullable(),
      unit: z.enum(UNITS),
    }),
  ),
  /** Episodes beyond those listed. */
  more: z.int(),
});
export type Backtest = z.infer<typeof Backtest>;

export const RuleExportQuery = z.strictObject({
  format: z.enum(['prometheus', 'headroom']).default('prometheus'),
  profile: z.enum(['relative', 'literal']).default('relative'),
});

export type RuleExportQuery = z.infer<typeof RuleExportQuery>;

export const RuleImportInput = z.strictObject({
  yaml: z.string().min(1).max(1_000_000),
  dryRun: z.boolean().default(true),
});
export type RuleImportInput = z.infer<typeof RuleImportInput>;
export const RuleImport = z.object({
  imported: z.array(z.object({ id: z.string(), expr: z.string(), warnings: z.array(z.string()) })),
  refused: z.array(z.object({ name: z.string(), reason: z.string() })),
});
export type RuleImport = z.infer<typeof RuleImport>;
