import type { Subject } from '#lib/api/subjects.ts';

type Named = Pick<Subject, 'id' | 'name' | 'target'>;

/** Names short enough for a legend: the target's name while it is unique among those shown, else the full one. */
export function shortNames(subjects: readonly Named[]): ReadonlyMap<number, string> {
  const uses = new Map<number, number>();
  for (const { target } of subjects) uses.set(target.id, (uses.get(target.id) ?? 0) + 1);
  return new Map(
    subjects.map((subject) => [
      subject.id,
      (uses.get(subject.target.id) ?? 0) > 1 ? subject.name : subject.target.name,
    ]),
  );
}
