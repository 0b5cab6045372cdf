import { Shape, type ShapeName } from '#components/status/shape.tsx';
import { type PlanVerdict, VERDICT_WORDS } from '#lib/client/plan-words.ts';

export const VERDICT_SHAPES = {
  fits: 'ok',
  tight: 'warning',
  'above cap': 'warning',
  'not now': 'warning',
  'does not fit': 'danger',
  'does not start': 'danger',
  unknown: 'unknown',
} as const satisfies Record<PlanVerdict, ShapeName>;

/** Shape and word of a verdict. */
export function PlanVerdictMark({ verdict }: { verdict: PlanVerdict }) {
  return (
    <span className="inline-flex items-center gap-1.5 sm:whitespace-nowrap">
      <Shape name={VERDICT_SHAPES[verdict]} />
      {VERDICT_WORDS[verdict]}
    </span>
  );
}
