import type { ShapeName } from '#components/status/shape.tsx';
import { ShapeWord } from '#components/status/shape-word.tsx';
import type { HealthState } from '#lib/api/subjects.ts';

const STATES: Record<HealthState, { shape: ShapeName; word: string }> = {
  ok: { shape: 'ok', word: 'OK' },
  stale: { shape: 'stale', word: 'Stale' },
  down: { shape: 'danger', word: 'Down' },
  frozen: { shape: 'frozen', word: 'Frozen' },
  unknown: { shape: 'unknown', word: 'Not polled' },
};

export function healthWord(state: HealthState): string {
  return STATES[state].word;
}

/** Shape and word of how far a subject or target can be trusted. */
export function HealthStatus({ state, paused = false }: { state: HealthState; paused?: boolean }) {
  const { shape, word } = paused ? ({ shape: 'paused', word: 'Paused' } as const) : STATES[state];
  return <ShapeWord shape={shape}>{word}</ShapeWord>;
}
