import type { RuleCheck, RuleCheckInput } from '#lib/api/rules.ts';
import { type FleetState, type FleetSubject, loadFleet } from '#lib/db/fleet-state.ts';
import { measureReads } from '#lib/db/measure-reads.ts';
import { type Compute, isSampleCompute, type Signal } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import { type CheckedExpression, compileRuleExpression } from '#lib/rules/check.ts';
import { evaluate } from '#lib/rules/evaluate.ts';
import { printExpression } from '#lib/rules/print.ts';
import { promqlOf } from '#lib/rules/promql.ts';
import { readKey, readsOf, type SignalRead } from '#lib/rules/reads.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { currentOf } from '#lib/service/current.ts';

const SHOWN = 500;

/** `POST /rules/check`: where an expression is wrong, or its canonical form and what it says right now. */
export async function checkRule(context: ServiceContext, input: RuleCheckInput): Promise<RuleCheck> {
  const result = compileRuleExpression(input.expr, input.scope ?? null);
  if (!result.ok) {
    const errors = result.errors.map((error) => ({ ...error }));
    return { ok: false, errors, canonical: null, scope: null, signals: [], promql: null, now: [] };
  }
  const { checked } = result;
  const promql = promqlOf(checked);
  return {
    ok: true,
    errors: [],
    canonical: printExpression(checked.expression),
    scope: checked.scope,
    signals: [...new Set(readsOf(checked).map((read) => read.signal))],
    promql: promql.ok ? promql.promql : null,
    now: await judgeNow(context, checked),
  };
}

type Now = RuleCheck['now'][number];

/** The condition on everything of its kind, as the evaluator would see it at this moment. */
async function judgeNow(context: ServiceContext, checked: CheckedExpression): Promise<Now[]> {
  const fleet = await loadFleet(context);
  const reads = readsOf(checked);
  const all = fleet.subjects.filter((subject) => checked.scope === 'target' || subject.kind === checked.scope);
  const subjects = checked.scope === 'target' ? all : all.slice(0, SHOWN);
  const [values, polled] = await Promise.all([
    measureReads(context, fleet, subjects, reads, fleet.nowMs),
    pollValues(context, fleet, subjects, reads),
  ]);
  const judge = (subject: number | null, name: string, lookup: (read: SignalRead) => number | null): Now => {
    const coarse = (read: SignalRead): number | null =>
      values.get(subject ?? -1)?.coarseBelow.get(readKey(read)) ?? null;
    const { holds, value, limit, unit, unknown } = evaluate(checked, lookup, 0, coarse);
    return { subject, name, holds, value, limit, unit, unknown: [...unknown] };
  };
  const items =
    checked.scope === 'target'
      ? fleet.targets.slice(0, SHOWN).map((target) => {
          const own = all.filter((subject) => subject.targetId === target.id);
          return judge(null, target.name, (read) => ofTarget(read, target.ok, own, polled));
        })
      : subjects.map((subject) =>
          judge(subject.id, subject.name, (read) => {
            const fromPolls = polled.get(`${subject.id} ${read.signal}`);
            return fromPolls === undefined ? (values.get(subject.id)?.values.get(readKey(read)) ?? null) : fromPolls;
          }),
        );
  return items.sort((a, b) => Number(b.holds === true) - Number(a.holds === true));
}

/** Promises are measured over the window that is asked for, as stored samples are. */
const isLookedUp = (compute: Compute): boolean => !isSampleCompute(compute) && compute.type !== 'slo';

type PollValues = ReadonlyMap<string, number | null>;

/** Signals of the polls and of verdicts, by subject and signal; they are not stored as samples. */
async function pollValues(
  context: ServiceContext,
  fleet: FleetState,
  subjects: readonly FleetSubject[],
  reads: readonly SignalRead[],
): Promise<PollValues> {
  const signals = [...new Set(reads.map((read) => read.signal))]
    .map(findSignal)
    .filter((signal): signal is Signal => signal !== undefined && isLookedUp(signal.compute));
  // A target's rule reads `target_up`, which the catalog files under engines: ask for each subject under its own kind.
  const asked = signals.flatMap((signal) => [
    { ...signal, kind: 'engine' as const },
    { ...signal, kind: 'gpu' as const },
  ]);
  const items = signals.length === 0 ? [] : await currentOf(context, fleet, subjects, asked);
  return new Map(items.map((item) => [`${item.subject} ${item.signal}`, item.value]));
}

function ofTarget(
  read: SignalRead,
  ok: boolean | null,
  subjects: readonly FleetSubject[],
  polled: PollValues,
): number | null {
  const compute = findSignal(read.signal)?.compute;
  if (compute?.type === 'target-up' && compute.form === 'latest') return ok === null ? null : Number(ok);
  const known = subjects.flatMap((subject) => polled.get(`${subject.id} ${read.signal}`) ?? []);
  if (known.length === 0) return null;
  return compute?.type === 'target-up' ? Math.min(...known) : Math.max(...known);
}
