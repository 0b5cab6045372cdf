import { Shape, type ShapeName } from '#components/status/shape.tsx';
import { LEVEL_WORDS, type Level } from '#lib/client/band-level.ts';

export const LEVEL_SHAPES: Record<Level, ShapeName> = {
  safe: 'ok',
  warning: 'warning',
  danger: 'danger',
  unknown: 'unknown',
};

/** Shape and word of a judgement by the catalog's bands. */
export function LevelStatus({ level, word = LEVEL_WORDS[level] }: { level: Level; word?: string }) {
  return (
    <span className="inline-flex items-center gap-1.5 sm:whitespace-nowrap">
      <Shape name={LEVEL_SHAPES[level]} />
      {word}
    </span>
  );
}
