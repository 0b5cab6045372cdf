import { Shape, type ShapeName } from '#components/status/shape.tsx';
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
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <Shape name={VERDICT_SHAPES[verdict]} />
      <span className="font-semibold">{BURST_VERDICT_WORDS[verdict]}</span>
    </span>
  );
}
