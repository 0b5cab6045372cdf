/** More lines than this cannot be told apart; the API and the reader both gain from the limit. */
export const MAX_PICKED = 8;

/** What a page of the fleet shows: one number for all, or single subjects. */
export type SubjectPick = { readonly type: 'fleet' } | { readonly type: 'subjects'; readonly ids: readonly number[] };

/** Reads `fleet` or `3,7`. Empty means: all one by one while there are few, else the fleet. */
export function parsePick(text: string, known: readonly number[]): SubjectPick {
  if (text === 'fleet') return { type: 'fleet' };
  const wanted = new Set(text.split(',').map(Number));
  const ids = known.filter((id) => wanted.has(id)).slice(0, MAX_PICKED);
  if (ids.length > 0) return { type: 'subjects', ids };
  return known.length > MAX_PICKED ? { type: 'fleet' } : { type: 'subjects', ids: known };
}

export function pickText(pick: SubjectPick): string {
  return pick.type === 'fleet' ? 'fleet' : pick.ids.join(',');
}

/** Adds or removes one subject; removing the last one shows the fleet. */
export function togglePick(pick: SubjectPick, id: number): SubjectPick {
  if (pick.type === 'fleet') return { type: 'subjects', ids: [id] };
  const ids = pick.ids.includes(id) ? pick.ids.filter((other) => other !== id) : [...pick.ids, id];
  return ids.length === 0 ? { type: 'fleet' } : { type: 'subjects', ids: ids.slice(0, MAX_PICKED) };
}
