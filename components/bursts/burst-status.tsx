import type { ShapeName } from '#components/status/shape.tsx';
import { ShapeWord } from '#components/status/shape-word.tsx';
import { BURST_VERDICT_WORDS } from '#lib/client/burst-words.ts';
import type { BurstVerdict } from '#lib/detect/burst-record.ts';

const VERDICT_SHAPES = {
  ongoing: 'warning',
  'still-recovering': 'recovering',
  recovered: 'ok',
  'did-not-recover': 'danger',
  inconclusive: 'unknown',
} as const satisfies Record<BurstVerdict, ShapeName>;

/** Shape and word of a burst's verdict. */
export function BurstStatus({ verdict }: { verdict: BurstVerdict }) {
  return (
    <ShapeWord shape={VERDICT_SHAPES[verdict]} strong>
      {BURST_VERDICT_WORDS[verdict]}
    </ShapeWord>
  );
}
