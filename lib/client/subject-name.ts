import type { Subject } from '#lib/api/subjects.ts';

type Named = Pick<Subject, 'id' | 'name' | 'target'>;

/**
 * Names short enough for a legend and a table, cut nowhere: the target's name while it is unique among those shown; the
 * engines of one target by what tells them apart, their number or their model without its path.
 */
export function shortNames(subjects: readonly Named[]): ReadonlyMap<number, string> {
  const groups = new Map<number, Named[]>();
  for (const subject of subjects) groups.set(subject.target.id, [...(groups.get(subject.target.id) ?? []), subject]);
  const names = new Map([...groups.values()].flatMap((group) => [...namesOfOneTarget(group)]));
  return new Map(subjects.map(({ id, name }) => [id, names.get(id) ?? name]));
}

function namesOfOneTarget(group: readonly Named[]): ReadonlyMap<number, string> {
  if (group.length === 1) return new Map(group.map(({ id, target }) => [id, target.name]));
  const parts = group.map((subject) => ({ ...subject, ...engineParts(subject) }));
  const models = new Set(parts.map(({ model }) => model));
  const candidates = [
    ({ target, engine }: (typeof parts)[number]) => `${target.name} · ${engine || 'engine 0'}`,
    ({ target, model, engine }: (typeof parts)[number]) =>
      [target.name, model.slice(model.lastIndexOf('/') + 1), engine].filter(Boolean).join(' · '),
  ];
  for (const candidate of models.size === 1 ? candidates : candidates.slice(1)) {
    const names = parts.map(candidate);
    const belong = parts.every(({ name, target }) => name.startsWith(`${target.name} · `));
    if (belong && new Set(names).size === group.length) return new Map(parts.map(({ id }, i) => [id, names[i] ?? '']));
  }
  return new Map(group.map(({ id, name }) => [id, name]));
}

/** `qwen-a · org/Model · engine 1` in its parts; the engine is empty where the name has none. */
function engineParts({ name, target }: Named): { readonly model: string; readonly engine: string } {
  const rest = name.slice(target.name.length + 3);
  const engine = / · (engine .+)$/.exec(rest);
  return { model: engine === null ? rest : rest.slice(0, engine.index), engine: engine?.[1] ?? '' };
}
