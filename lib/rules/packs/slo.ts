import { packRules } from '#lib/rules/packs/pack-rule.ts';
import type { Rule, Severity } from '#lib/rules/rule.ts';

const engine = packRules('slo', 'engine');
const MINUTE_MS = 60_000;

/**
 * One slow request at night is no burn: the short window must hold this many requests, and this many slow ones. The count
 * of slow ones guards strict objectives, where a single one of few requests is already many times the budget.
 */
const FEWEST_SLOW = 3;

type Burn = {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly factor: number;
  readonly long: string;
  readonly short: string;
  readonly fewestRequests: number;
  /** Share of the budget of 30 days that is gone when the long window burned like this. */
  readonly budget: string;
  readonly action: string;
  readonly remedy: string;
};

const burnRule = (burn: Burn): Rule =>
  engine({
    id: burn.id,
    title: burn.title,
    expr: [
      `avg(slo_burn_rate, ${burn.long}) > ${burn.factor}x and avg(slo_burn_rate, ${burn.short}) > ${burn.factor}x`,
      `and avg(slo_requests, ${burn.short}) >= ${burn.fewestRequests}`,
      `and avg(slo_slow_requests, ${burn.short}) >= ${FEWEST_SLOW}`,
    ].join(' '),
    keepFiringMs: 5 * MINUTE_MS,
    severity: burn.severity,
    action: burn.action,
    cause: `More requests than promised are slower than the promised latency: for ${burn.long} the error budget has burned ${burn.factor} times as fast as allowed, ${burn.budget} of it is gone, and it still burns.`,
    check:
      'The SLA page shows which latency is broken and what is left of the budget. Then see what limits the engine: KV cache full and preempting, a queue of long prompts, a slowed GPU, or a burst.',
    remedy: burn.remedy,
    source: `algorithms §8; SRE workbook ch. 5: ${burn.factor} at ${burn.long} and ${burn.short}`,
  });

/** Multi-window, multi-burn-rate rules on what is promised of an engine; silent where nothing is. */
export const SLO_RULES: readonly Rule[] = [
  burnRule({
    id: 'SloBurnFast',
    title: 'Error budget burns fast',
    severity: 'critical',
    factor: 14.4,
    long: '1h',
    short: '5m',
    fewestRequests: 20,
    budget: '2 %',
    action: 'escalate_to_team',
    remedy: 'Shed or redirect load now, or add an engine; undo the deploy that it began with.',
  }),
  burnRule({
    id: 'SloBurnSustained',
    title: 'Error budget burns for hours',
    severity: 'critical',
    factor: 6,
    long: '6h',
    short: '30m',
    fewestRequests: 50,
    budget: '5 %',
    action: 'escalate_to_team',
    remedy: 'Lower concurrency or the longest context, or add an engine, before the budget is gone.',
  }),
  burnRule({
    id: 'SloBurnDay',
    title: 'Error budget burns all day',
    severity: 'warning',
    factor: 3,
    long: '1d',
    short: '2h',
    fewestRequests: 100,
    budget: '10 %',
    action: 'open_ticket',
    remedy: 'Not tonight: find what changed in the last days, and plan capacity or a better limit.',
  }),
  burnRule({
    id: 'SloBurnSlow',
    title: 'Error budget will not last',
    severity: 'warning',
    factor: 1,
    long: '3d',
    short: '6h',
    fewestRequests: 300,
    budget: '10 %',
    action: 'open_ticket',
    remedy: 'Not tonight: at this rate the budget is gone before its window ends. Plan capacity, or promise less.',
  }),
];
