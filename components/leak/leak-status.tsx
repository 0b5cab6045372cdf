import type { ShapeName } from '#components/status/shape.tsx';
import { ShapeWord } from '#components/status/shape-word.tsx';
import { VERDICT_WORDS } from '#lib/client/leak-words.ts';
import type { LeakVerdict } from '#lib/detect/leak-judgement.ts';

const VERDICT_SHAPES = {
  leak: 'danger',
  plateau: 'caution',
  'load-driven': 'info',
  none: 'ok',
  inconclusive: 'unknown',
} as const satisfies Record<LeakVerdict, ShapeName>;

/** Shape and word of a verdict on growing memory. */
export function LeakStatus({ verdict }: { verdict: LeakVerdict }) {
  return (
    <ShapeWord shape={VERDICT_SHAPES[verdict]} strong>
      {VERDICT_WORDS[verdict]}
    </ShapeWord>
  );
}
