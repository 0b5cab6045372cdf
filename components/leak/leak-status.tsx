import { Shape, type ShapeName } from '#components/status/shape.tsx';
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
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <Shape name={VERDICT_SHAPES[verdict]} />
      <span className="font-semibold">{VERDICT_WORDS[verdict]}</span>
    </span>
  );
}
