/** Which lines are shown; null is all. Click = only this one (again = all), with shift or ctrl = on or off. */
export function clickLegend(
  visible: ReadonlySet<string> | null,
  id: string,
  all: readonly string[],
  toggles: boolean,
): ReadonlySet<string> | null {
  if (!toggles) return visible !== null && visible.size === 1 && visible.has(id) ? null : new Set([id]);
  const shown = new Set(visible ?? all);
  if (shown.has(id)) shown.delete(id);
  else shown.add(id);
  return shown.size === 0 || all.every((other) => shown.has(other)) ? null : shown;
}

/** Ids of lines that no longer exist are dropped; none left means all. */
export function readSelection(text: string, all: readonly string[]): ReadonlySet<string> | null {
  if (text === '') return null;
  const wanted = new Set(text.split(','));
  const shown = all.filter((id) => wanted.has(id));
  return shown.length === 0 || shown.length === all.length ? null : new Set(shown);
}

export function selectionText(visible: ReadonlySet<string> | null): string | null {
  return visible === null ? null : [...visible].join(',');
}
