import type pg from 'pg';
import { loadSubjectViews, loadTargetViews, type SubjectView, type TargetView } from '#lib/db/fleet.ts';
import { type HealthVerdict, judgeSubject, judgeTarget, type TargetPolls } from '#lib/detect/health.ts';
import { resolveSlo, type Slo } from '#lib/metrics/slo.ts';
import { type Link, linkSubjects } from '#lib/target/links.ts';

export type FleetSubject = SubjectView & { readonly target: TargetView };

/** Targets, subjects and links as they stand at one moment. */
export type FleetState = {
  readonly nowMs: number;
  readonly targets: readonly TargetView[];
  readonly subjects: readonly FleetSubject[];
  readonly links: readonly Link[];
};

export async function loadFleet(context: {
  readonly pool: pg.Pool;
  readonly clock: () => number;
}): Promise<FleetState> {
  const [targets, views] = await Promise.all([loadTargetViews(context.pool), loadSubjectViews(context.pool)]);
  const byId = new Map(targets.map((target) => [target.id, target]));
  const subjects = views.flatMap((view) => {
    const target = byId.get(view.targetId);
    return target === undefined ? [] : [{ ...view, target }];
  });
  const links = linkSubjects(
    subjects.map((subject) => ({
      id: subject.id,
      kind: subject.kind,
      key: subject.key,
      labels: subject.target.labels,
      attributes: subject.attributes,
      gpus: subject.target.gpus,
    })),
  );
  return { nowMs: context.clock(), targets, subjects, links };
}

export function pollsOf(target: TargetView): TargetPolls {
  return {
    intervalMs: target.intervalMs,
    paused: target.paused,
    lastPoll:
      target.lastAtMs === null
        ? null
        : {
            atMs: target.lastAtMs,
            ok: target.ok ?? false,
            message: target.message,
            sameValues: target.sameBody ?? 0,
          },
    lastOkMs: target.lastOkMs,
  };
}

export function targetHealth(target: TargetView, nowMs: number): HealthVerdict {
  return judgeTarget(pollsOf(target), nowMs);
}

export function subjectHealth(subject: FleetSubject, busy: boolean, nowMs: number): HealthVerdict {
  const polls = pollsOf(subject.target);
  return judgeSubject(judgeTarget(polls, nowMs), polls, { lastSampleMs: subject.lastSampleMs, busy }, nowMs);
}

/** What is promised of an engine. */
export function sloOf({ target }: Pick<FleetSubject, 'target'>): Slo {
  return resolveSlo(target.sloForAll, target.slo, target);
}

/** Configured beats learned; null while it is being learned. */
export function baselineOf(subject: FleetSubject): number | null {
  return subject.target.baselineRps ?? subject.learnedRps;
}

/** What was learned longer ago says nothing of now: it is learned every five minutes. */
const SLOWDOWN_OLD_MS = 15 * 60_000;

/** How many times slower than after its own warm-up the engine is; null is not known. */
export function slowdownOf({ slowdownTimes, learnedAtMs }: FleetSubject, nowMs: number): number | null {
  return learnedAtMs === null || nowMs - learnedAtMs > SLOWDOWN_OLD_MS ? null : slowdownTimes;
}
