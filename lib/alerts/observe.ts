import type { DataState } from '#lib/alerts/alert.ts';
import type { Observation } from '#lib/alerts/lifecycle.ts';
import type { CompiledForm } from '#lib/rules/compiled-rule.ts';
import { type Coarseness, evaluate, type Lookup } from '#lib/rules/evaluate.ts';

/** What is known of a subject at one poll. `data` is `ok` only when the poll succeeded and showed the subject. */
export type Sight = {
  readonly atMs: number;
  readonly intervalMs: number;
  readonly data: DataState;
  readonly dataReason: string;
};

/**
 * One evaluation of a rule on a subject. Without data everything is unknown, except conditions that read nothing but
 * the polls themselves. An unknown number in an answering poll (learning, not exposed) is `ok` data and unknown truth.
 * `margin`: the share by which limits are moved to judge recovery; null where no episode is open that could recover.
 */
export function observe(
  form: CompiledForm,
  margin: number | null,
  lookup: Lookup,
  sight: Sight,
  coarseBelow?: Coarseness,
): Observation {
  const { atMs, intervalMs } = sight;
  if (sight.data !== 'ok' && !form.readsPollsOnly) {
    return { ...sight, holds: null, holdsWithMargin: null, value: null, limit: null, unit: 'count' };
  }
  const judged = evaluate(form.checked, lookup, 0, coarseBelow);
  const holdsWithMargin =
    judged.holds === true || margin === null
      ? judged.holds
      : evaluate(form.checked, lookup, margin, coarseBelow, 'below').holds;
  const dataReason = judged.holds === null ? `unknown: ${judged.unknown.join(', ')}` : '';
  const data = judged.holds === null ? 'no-data' : 'ok';
  const { holds, value, limit, unit } = judged;
  return { atMs, intervalMs, holds, holdsWithMargin, value, limit, unit, data, dataReason };
}
