import { advance } from '#lib/alerts/advance.ts';
import type { Episode } from '#lib/alerts/alert.ts';
import type { FlapMemory } from '#lib/alerts/flapping.ts';
import type { LifecycleRule } from '#lib/alerts/lifecycle.ts';
import { observe, type Sight } from '#lib/alerts/observe.ts';
import type { CompiledForm } from '#lib/rules/compiled-rule.ts';
import type { Coarseness, Lookup } from '#lib/rules/evaluate.ts';

/** What is known of a subject at one moment of the past. */
export type PastSight = { readonly sight: Sight; readonly lookup: Lookup; readonly coarseBelow: Coarseness };

export type PastEpisodes = {
  /** Those that fired; the last one may still be open. */
  readonly fired: readonly (Episode & { readonly firedAtMs: number })[];
  readonly evaluations: number;
  /** Evaluations at which the condition was neither true nor false. */
  readonly unknown: number;
};

/** Lets one rule live through the past of one subject with the very steps that a live evaluation takes. */
export function backtestSubject(
  rule: LifecycleRule & { readonly hysteresis: number },
  form: CompiledForm,
  past: Iterable<PastSight>,
): PastEpisodes {
  const fired: (Episode & { readonly firedAtMs: number })[] = [];
  let open: Episode | null = null;
  let memory: FlapMemory | null = null;
  let [evaluations, unknown] = [0, 0];
  for (const { sight, lookup, coarseBelow } of past) {
    const seen = observe(form, open === null ? null : rule.hysteresis, lookup, sight, coarseBelow);
    evaluations++;
    if (seen.holds === null) unknown++;
    const next = advance(open, true, rule, seen, memory);
    memory = next.flap;
    const isOver: boolean = next.episode !== null && next.episode.resolvedAtMs !== null;
    if (isOver && hasFired(next.episode)) fired.push(next.episode);
    open = isOver ? null : next.episode;
  }
  if (hasFired(open)) fired.push(open);
  return { fired, evaluations, unknown };
}

function hasFired(episode: Episode | null): episode is Episode & { readonly firedAtMs: number } {
  return episode !== null && episode.firedAtMs !== null;
}
