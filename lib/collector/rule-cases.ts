import { type LabelledThing, labelsOf } from '#lib/alerts/labels.ts';
import type { Sight } from '#lib/alerts/observe.ts';
import type { RuleSnapshot } from '#lib/db/alerts.ts';
import { type FleetState, type FleetSubject, subjectHealth } from '#lib/db/fleet-state.ts';
import { type CompiledForm, type CompiledRule, formFor } from '#lib/rules/compiled-rule.ts';

type TargetView = FleetState['targets'][number];

/** One attempt to poll a target, as evaluation needs it. */
export type EvaluatedPoll = {
  readonly targetId: number;
  readonly atMs: number;
  readonly ok: boolean;
  readonly message: string | null;
  readonly sameBody: number;
  /** Subjects that the page showed. */
  readonly shown: ReadonlySet<number>;
};

/** One rule on one subject (or target) at one poll. */
export type RuleCase = {
  readonly key: string;
  readonly compiled: CompiledRule;
  readonly form: CompiledForm;
  readonly target: TargetView;
  /** null where the rule is about the target. */
  readonly subject: FleetSubject | null;
  readonly poll: EvaluatedPoll;
  readonly sight: Sight;
};

export function caseKey(ruleId: string, scope: string, ref: number): string {
  return `${ruleId} ${scope} ${ref}`;
}

/** Every enabled rule on everything that the polled targets have. `isBusy`: a subject that works cannot stand still. */
export function casesOf(
  polls: readonly EvaluatedPoll[],
  rules: readonly CompiledRule[],
  fleet: FleetState,
  isBusy: (subjectId: number) => boolean,
): RuleCase[] {
  const targets = new Map(fleet.targets.map((target) => [target.id, target]));
  const subjects = Map.groupBy(fleet.subjects, (subject) => subject.targetId);
  const byScope = Map.groupBy(rules, (compiled) => compiled.rule.scope);
  return polls.flatMap((poll) => {
    const target = targets.get(poll.targetId);
    if (target === undefined) return [];
    const ofTarget = subjects.get(target.id) ?? [];
    const seen: readonly (readonly [FleetSubject | null, Sight])[] = [
      [null, sightOfTarget(poll, target)],
      ...ofTarget.map((subject) => [subject, sightOf(poll, subject, isBusy(subject.id))] as const),
    ];
    return seen.flatMap(([subject, sight]) =>
      (byScope.get(subject?.kind ?? 'target') ?? []).map((compiled) => ({
        key: caseKey(compiled.rule.id, compiled.rule.scope, subject?.id ?? target.id),
        compiled,
        form: formFor(compiled, target.profile),
        target,
        subject,
        poll,
        sight,
      })),
    );
  });
}

function sightOfTarget(poll: EvaluatedPoll, target: TargetView): Sight {
  return { atMs: poll.atMs, intervalMs: target.intervalMs, data: 'ok', dataReason: '' };
}

function sightOf(poll: EvaluatedPoll, subject: FleetSubject, busy: boolean): Sight {
  const base = { atMs: poll.atMs, intervalMs: subject.target.intervalMs };
  if (!poll.ok) return { ...base, data: 'no-data', dataReason: poll.message ?? 'the poll failed' };
  if (!poll.shown.has(subject.id))
    return { ...base, data: 'no-data', dataReason: 'the target answers but does not show it' };
  const polled = { ...subject, lastSampleMs: poll.atMs };
  const target = { ...subject.target, lastAtMs: poll.atMs, lastOkMs: poll.atMs, ok: true, sameBody: poll.sameBody };
  const health = subjectHealth({ ...polled, target }, busy, poll.atMs);
  if (health.state === 'frozen') return { ...base, data: 'frozen', dataReason: health.reason };
  return { ...base, data: 'ok', dataReason: '' };
}

/** What a new episode of this case is about, for people, matchers and receivers. */
export function describeCase({ compiled, form, target, subject }: RuleCase) {
  const { rule } = compiled;
  const thing: LabelledThing = { scope: rule.scope, target, subject };
  const snapshot: RuleSnapshot = {
    title: rule.title,
    expr: form.text,
    profile: form.profile,
    forMs: rule.forMs,
    keepFiringMs: rule.keepFiringMs,
    action: rule.action,
    cause: rule.cause,
    check: rule.check,
    remedy: rule.remedy,
    source: rule.source,
    signals: [...new Set(form.reads.map((read) => read.signal))],
    vram: rule.vram,
  };
  return {
    ruleId: rule.id,
    scope: rule.scope,
    subjectId: subject?.id ?? null,
    targetId: target.id,
    subjectName: subject?.name ?? target.name,
    labels: labelsOf(rule, thing),
    rule: snapshot,
    severity: rule.severity,
  };
}
