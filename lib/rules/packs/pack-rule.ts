import {
  DEFAULT_HYSTERESIS,
  DEFAULT_KEEP_FIRING_MS,
  type Rule,
  type RulePack,
  type RuleScope,
} from '#lib/rules/rule.ts';

const DEFAULTS = {
  literalExpr: null,
  forMs: 0,
  keepFiringMs: DEFAULT_KEEP_FIRING_MS,
  hysteresis: DEFAULT_HYSTERESIS,
  absence: 'keep',
  action: '',
  enabled: true,
  vram: 'printed',
} as const satisfies Partial<Rule>;

type Text = Pick<Rule, 'id' | 'title' | 'expr' | 'severity' | 'cause' | 'check' | 'remedy' | 'source'>;
type PackRule = Text & Partial<Rule>;

/** Gives the rules of one pack and scope what most of them share; a rule's own values win. */
export function packRules(pack: RulePack, scope: RuleScope): (rule: PackRule) => Rule {
  return (rule) => ({ ...DEFAULTS, scope, pack, ...rule });
}
