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

/** A rule as a person writes it, in the editor, by the API or under `rules.custom` of headroom.yaml. */
export const RuleInput = z.strictObject({
  id: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,99}$/, 'letters, digits, _ and -, beginning with a letter'),
  title: z.string().trim().min(1).max(200).optional(),
  /** Inferred from the expression when it is not given. */
  scope: z.enum(RULE_SCOPES).optional(),
  expr: z.string().min(1).max(4000),
  /** Used on targets with `profile: literal`. */
  literal: z.string().min(1).max(4000).nullable().default(null),
  for: duration.default(0),
  keep_firing_for: duration.default(120_000),
  hysteresis: z.number().min(0).max(0.5).default(0.05),
  absence: z.enum(['keep', 'resolve']).default('keep'),
  severity: z.enum(SEVERITIES).default('warning'),
  action: z.string().max(200).default(''),
  cause: z.string().max(4000).default(''),
  check: z.string().max(4000).default(''),
  remedy: z.string().max(4000).default(''),
  source: z.string().max(400).default(''),
  enabled: z.boolean().default(true),
});
export type RuleInput = z.infer<typeof RuleInput>;

/** Of a pack's rule these may be changed; a changed one can be put back. */
export const RulePatch = RuleInput.omit({ id: true, scope: true })
  .partial()
  .extend({
    version: z.int().optional(),
    /** Puts a pack's rule back to what the pack says. */
    reset: z.literal(true).optional(),
  });
export type RulePatch = z.infer<typeof RulePatch>;

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
  now: z.object({ firing: z.int(), pending: z.int(), unknown: z.int(), subjects: z.int() }),
});
export type RuleView = z.infer<typeof RuleView>;
export const RuleList = z.object({ items: z.array(RuleView), nextCursor: z.string().nullable() });
export type RuleList = z.infer<typeof RuleList>;

export const RuleCheckInput = z.strictObject({ expr: z.string().max(4000), scope: z.enum(RULE_SCOPES).optional() });
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
  rule: RuleInput.partial({ id: true }).extend({ id: z.string().optional() }),
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

export const RuleImportInput = z.strictObject({
  yaml: z.string().min(1).max(1_000_000),
  dryRun: z.boolean().default(true),
});
export const RuleImport = z.object({
  imported: z.array(z.object({ id: z.string(), expr: z.string(), warnings: z.array(z.string()) })),
  refused: z.array(z.object({ name: z.string(), reason: z.string() })),
});
export type RuleImport = z.infer<typeof RuleImport>;
