import type { ReactNode } from 'react';
import { Shape, type ShapeName } from '#components/status/shape.tsx';

/** A state by shape and word, never by colour alone. `strong`: the word is what the reader came for. */
export function ShapeWord({
  shape,
  strong = false,
  children,
}: {
  shape: ShapeName;
  strong?: boolean;
  children: ReactNode;
}) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <Shape name={shape} />
      <span className={strong ? 'font-semibold' : undefined}>{children}</span>
    </span>
  );
}
