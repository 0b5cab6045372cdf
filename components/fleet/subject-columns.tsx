import { NameCell, StateCell } from '#components/fleet/subject-cell.tsx';
import type { SubjectRow } from '#components/fleet/subject-row.ts';
import { ValueCell } from '#components/fleet/value-cell.tsx';
import type { Column } from '#components/ui/table.tsx';

export const STATE_COLUMN: Column<SubjectRow> = {
  id: 'state',
  title: 'State',
  sortable: true,
  cell: ({ subject }) => <StateCell state={subject.health.state} reason={subject.health.reason} />,
};

export const nameColumn = (title: string): Column<SubjectRow> => ({
  id: 'name',
  title,
  sortable: true,
  heading: true,
  cell: ({ subject, name }) => <NameCell kind={subject.kind} id={subject.id} name={subject.name} text={name} />,
});

/** The present value of one signal. */
export const valueColumn = (id: string, title: string, signal: string): Column<SubjectRow> => ({
  id,
  title,
  numeric: true,
  sortable: true,
  cell: ({ now }) => <ValueCell item={now[signal]} signal={signal} />,
});

/** Rows that are not of now are dimmed; their state says why. */
export function subjectRowClass({ subject }: SubjectRow): string | undefined {
  return subject.health.state === 'ok' ? undefined : 'hatched';
}

export const subjectRowKey = ({ subject }: SubjectRow): number => subject.id;
