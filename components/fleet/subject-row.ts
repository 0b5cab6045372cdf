import type { CurrentValue } from '#lib/api/series.ts';
import type { Subject } from '#lib/api/subjects.ts';
import type { CurrentIndex } from '#lib/client/current-index.ts';

/** What one row of a table about subjects shows. */
export type SubjectRow = {
  readonly subject: Subject;
  /** The short name. */
  readonly name: string;
  /** Signal id -> its present value. */
  readonly now: Readonly<Record<string, CurrentValue | undefined>>;
};

export function subjectRows(
  subjects: readonly Subject[],
  names: ReadonlyMap<number, string>,
  current: CurrentIndex,
  signals: readonly string[],
): readonly SubjectRow[] {
  return subjects.map((subject) => ({
    subject,
    name: names.get(subject.id) ?? subject.name,
    now: Object.fromEntries(signals.map((signal) => [signal, current.get(subject.id, signal)])),
  }));
}

/** The present value of a signal in base units; null when it is unknown. */
export function nowOf(row: SubjectRow, signal: string): number | null {
  return row.now[signal]?.value ?? null;
}

/** Whether two rows look the same: times of samples move with every poll and are not on screen. */
export function sameSubjectRow(a: SubjectRow, b: SubjectRow): boolean {
  return (
    a.name === b.name &&
    sameSubject(a.subject, b.subject) &&
    Object.keys(b.now).every((signal) => sameValue(a.now[signal], b.now[signal]))
  );
}

/** Labels, attributes and links are shared between polls while they are equal. */
function sameSubject(a: Subject, b: Subject): boolean {
  return (
    a.id === b.id &&
    a.name === b.name &&
    a.health.state === b.health.state &&
    a.health.reason === b.health.reason &&
    a.attributes === b.attributes &&
    a.links === b.links
  );
}

export function sameValue(a: CurrentValue | undefined, b: CurrentValue | undefined): boolean {
  return a?.value === b?.value && a?.reason === b?.reason && a?.unit === b?.unit && a?.coarseBelow === b?.coarseBelow;
}
