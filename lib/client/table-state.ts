export type SortState = { readonly column: string; readonly descending: boolean };

/** `kv` ascending, `-kv` descending; unknown columns give the fallback. */
export function parseSort(text: string, columns: readonly string[], fallback: SortState): SortState {
  const descending = text.startsWith('-');
  const column = descending ? text.slice(1) : text;
  return columns.includes(column) ? { column, descending } : fallback;
}

export function sortText(sort: SortState): string {
  return sort.descending ? `-${sort.column}` : sort.column;
}

/** Numbers descend first, since the highest is what one looks for; texts ascend. */
export function nextSort(current: SortState, column: string, numeric: boolean): SortState {
  if (current.column === column) return { column, descending: !current.descending };
  return { column, descending: numeric };
}

export type SortValue = number | string | null;

const TEXTS = new Intl.Collator('en', { numeric: true });

/** Stable; unknown values are last in both directions. */
export function sortRows<Row>(
  rows: readonly Row[],
  sortBy: (row: Row) => SortValue,
  descending: boolean,
): readonly Row[] {
  return rows.toSorted((a, b) => {
    const [left, right] = [sortBy(a), sortBy(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const order =
      typeof left === 'number' && typeof right === 'number' ? left - right : TEXTS.compare(String(left), String(right));
    return descending ? -order : order;
  });
}
