import type { BaselineView } from '#lib/api/baseline.ts';
import { loadStoredBaseline } from '#lib/db/baselines.ts';
import { baselineOf } from '#lib/db/fleet-state.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';
import { sharedFleet } from '#lib/service/shared-fleet.ts';

/** `GET /subjects/{id}/baseline`: what is usual of an engine, with the evidence. */
export async function getSubjectBaseline(context: ServiceContext, id: number): Promise<BaselineView> {
  const fleet = await sharedFleet(context);
  const subject = fleet.subjects.find((each) => each.id === id && each.kind === 'engine');
  if (subject === undefined) throw new AppError('not-found', `no engine ${id}`);
  const stored = await loadStoredBaseline(context.pool, id);
  const configuredRps = subject.target.baselineRps;
  const learnedRps = stored?.rps ?? null;
  return {
    rps: baselineOf(subject),
    from: configuredRps !== null ? 'configured' : learnedRps !== null ? 'learned' : 'learning',
    ...{ configuredRps, learnedRps, busyMinutes: stored?.minutes ?? 0, learnedAtMs: stored?.learnedAtMs ?? null },
    phases: [...(stored?.phases ?? [])],
    slowdown: stored?.slowdown === undefined || stored.slowdown === null ? null : slowdownView(stored.slowdown),
  };
}

type Stored = NonNullable<NonNullable<Awaited<ReturnType<typeof loadStoredBaseline>>>['slowdown']>;

function slowdownView(slowdown: Stored): BaselineView['slowdown'] {
  const { reference } = slowdown;
  return { ...slowdown, reference: reference === null ? null : { ...reference, byLoad: [...reference.byLoad] } };
}
