import { Shape, type ShapeName } from '#components/status/shape.tsx';
import type { JudgementView, RunSummary } from '#lib/api/runs.ts';
import { outcomeText } from '#lib/client/run-words.ts';

const OUTCOME_SHAPES = { pass: 'ok', fail: 'danger', 'not measured': 'unknown' } as const satisfies Record<
  RunSummary['outcome'],
  ShapeName
>;

/** Shape and word of a whole run. */
export function RunOutcome({ run }: { run: Pick<RunSummary, 'outcome' | 'state'> }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <Shape name={OUTCOME_SHAPES[run.outcome]} />
      <span className={run.outcome === 'fail' ? 'font-semibold' : undefined}>{outcomeText(run)}</span>
    </span>
  );
}

/** Shape and word of one criterion. */
export function CriterionState({ state }: { state: JudgementView['state'] }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <Shape name={OUTCOME_SHAPES[state]} />
      <span className={state === 'fail' ? 'font-semibold' : undefined}>
        {{ pass: 'pass', fail: 'fail', 'not measured': 'not measured' }[state]}
      </span>
    </span>
  );
}
