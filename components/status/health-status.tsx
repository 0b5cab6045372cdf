import { Shape, type ShapeName } from '#components/status/shape.tsx';
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
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <Shape name={shape} />
      {word}
    </span>
  );
}
