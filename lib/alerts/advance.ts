import type { Episode } from '#lib/alerts/alert.ts';
import { type FlapMemory, remember } from '#lib/alerts/flapping.ts';
import { end, type LifecycleRule, type Observation, step, type Transition } from '#lib/alerts/lifecycle.ts';

/** What one evaluation leads to. An episode that ended and one that began in the same evaluation are both there. */
export type Advance = {
  readonly ended: { readonly episode: Episode; readonly transitions: readonly Transition[] } | null;
  readonly episode: Episode | null;
  readonly transitions: readonly Transition[];
  readonly flap: FlapMemory;
};

/**
 * One evaluation of one rule on one subject: remembers how the condition comes and goes, then steps the episode.
 * `isSameRule` false: the open episode belongs to an earlier wording of the rule and ends with it.
 */
export function advance(
  open: Episode | null,
  isSameRule: boolean,
  rule: LifecycleRule,
  seen: Observation,
  memory: FlapMemory | null,
): Advance {
  const flap = remember(memory, seen.holds, seen.atMs);
  if (open !== null && !isSameRule) {
    const over = end(open, 'rule-changed', seen.atMs);
    const fresh = step(null, rule, seen, flap.flapping);
    const ended = over.episode === null ? null : { episode: over.episode, transitions: over.transitions };
    return { ended, ...fresh, flap };
  }
  return { ended: null, ...step(open, rule, seen, flap.flapping), flap };
}
