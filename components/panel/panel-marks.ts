import type { ChartMark } from '#components/chart/chart-data.ts';
import type { Mark } from '#lib/api/series.ts';

const MAX_TEXTS = 3;

/** The marks of a panel. Those of one kind in one bucket are one: a fleet that starts has a hundred at the same place. */
export function panelMarks(
  marks: readonly Mark[],
  names: ReadonlyMap<number, string>,
  stepMs: number,
): readonly ChartMark[] {
  const together = new Map<string, Mark[]>();
  for (const mark of marks) {
    const key = `${mark.kind} ${Math.floor(mark.atMs / stepMs)}`;
    const group = together.get(key) ?? [];
    group.push(mark);
    together.set(key, group);
  }
  return [...together.values()].flatMap((group): ChartMark[] => {
    const [first] = group;
    if (first === undefined) return [];
    const texts = group.slice(0, MAX_TEXTS).map((mark) => markText(mark, names));
    const more = group.length > MAX_TEXTS ? [`and ${group.length - MAX_TEXTS} more`] : [];
    return [{ atMs: first.atMs, kind: first.kind, text: [...texts, ...more].join('; ') }];
  });
}

function markText({ text, subject }: Mark, names: ReadonlyMap<number, string>): string {
  const name = subject === null ? undefined : names.get(subject);
  return name === undefined ? text : `${name}: ${text}`;
}
