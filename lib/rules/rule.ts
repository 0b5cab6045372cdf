export const SEVERITIES = ['info', 'caution', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const RULE_PACKS = ['reports', 'slo', 'collection', 'gpu'] as const;
export type RulePack = (typeof RULE_PACKS)[number];

export const RULE_SCOPES = ['engine', 'gpu', 'target'] as const;
/** What one alert of the rule is about: an engine, a GPU, or a whole target. */
export type RuleScope = (typeof RULE_SCOPES)[number];

export const DEFAULT_KEEP_FIRING_MS = 120_000;
export const DEFAULT_HYSTERESIS = 0.05;

export type Rule = {
  readonly id: string;
  readonly title: string;
  readonly scope: RuleScope;
  /** The relative form, or the only one. */
  readonly expr: string;
  /** Used where the target's profile is `literal`: what the report prints. */
  readonly literalExpr: string | null;
  readonly forMs: number;
  /** How long the recovery condition must hold before a firing alert resolves. */
  readonly keepFiringMs: number;
  /** Recovery needs each limit moved by this share to the healthy side. */
  readonly hysteresis: number;
  /** `keep`: no data never resolves. `resolve` is Prometheus's behaviour. */
  readonly absence: 'keep' | 'resolve';
  readonly severity: Severity;
  /** Machine-readable, for autoscalers; '' when there is none. */
  readonly action: string;
  readonly cause: string;
  readonly check: string;
  readonly remedy: string;
  /** Report and section, or where else the rule comes from. */
  readonly source: string;
  readonly pack: RulePack | null;
  readonly enabled: boolean;
  /** `above-floor`: on a GPU of a linked vLLM engine, judge what lies above the engine's floor (rules.yaml, VRAM rules). */
  readonly vram: 'printed' | 'above-floor';
};
