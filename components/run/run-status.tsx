import type { ShapeName } from '#components/status/shape.tsx';
import { ShapeWord } from '#components/status/shape-word.tsx';
import type { JudgementView, RunSummary } from '#lib/api/runs.ts';
import { outcomeText } from '#lib/client/run-words.ts';

const OUTCOME_SHAPES = { pass: 'ok', fail: 'danger', 'not measured': 'unknown' } as const satisfies Record<
  RunSummary['outcome'],
  ShapeName
>;

/** Shape and word of a whole run. */
export function RunOutcome({ run }: { run: Pick<RunSummary, 'outcome' | 'state'> }) {
  return (
    <ShapeWord shape={OUTCOME_SHAPES[run.outcome]} strong={run.outcome === 'fail'}>
      {outcomeText(run)}
    </ShapeWord>
  );
}

/** Shape and word of one criterion. */
export function CriterionState({ state }: { state: JudgementView['state'] }) {
  return (
    <ShapeWord shape={OUTCOME_SHAPES[state]} strong={state === 'fail'}>
      {state}
    </ShapeWord>
  );
}
