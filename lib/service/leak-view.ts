import type { LeakView } from '#lib/api/leak.ts';
import type { LeakJudgement } from '#lib/detect/leak-judgement.ts';

/** The verdict as the API shows it. */
export function toLeakView(leak: LeakJudgement): LeakView {
  const { model } = leak;
  return {
    ...leak,
    floors: leak.floors.map(({ atMs, bytes, load }) => ({ atMs, bytes, load })),
    model: model === null ? null : { ...model, candidates: [...model.candidates] },
    restarts: [...leak.restarts],
  };
}
