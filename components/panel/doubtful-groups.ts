import { HEALTH_RANK } from '#components/fleet/health-rank.ts';
import { healthWord } from '#components/status/health-status.tsx';
import type { HealthState, Subject } from '#lib/api/subjects.ts';

/** Subjects of one target that cannot be trusted in the same way: a server that is away takes all its engines with it. */
export type DoubtfulGroup = {
  readonly state: HealthState;
  readonly target: Subject['target'];
  readonly subjects: readonly [Subject, ...Subject[]];
};

/** Those whose numbers are not of now, worst first; the rest of the order is that of the subjects. */
export function doubtfulGroups(subjects: readonly Subject[]): readonly DoubtfulGroup[] {
  const doubtful = subjects.filter(({ health }) => health.state !== 'ok');
  const groups = Map.groupBy(doubtful, ({ health, target }) => `${health.state} ${target.id}`);
  return [...groups.values()]
    .flatMap(([first, ...others]): DoubtfulGroup[] =>
      first === undefined ? [] : [{ state: first.health.state, target: first.target, subjects: [first, ...others] }],
    )
    .toSorted((a, b) => HEALTH_RANK[b.state] - HEALTH_RANK[a.state]);
}

/** "250 down, 2 frozen" */
export function countWords(groups: readonly DoubtfulGroup[]): string {
  const counts = new Map<HealthState, number>();
  for (const { state, subjects } of groups) counts.set(state, (counts.get(state) ?? 0) + subjects.length);
  return [...counts].map(([state, count]) => `${count} ${healthWord(state).toLowerCase()}`).join(', ');
}
