'use client';

import { nextSort, parseSort, type SortState, sortText } from '#lib/client/table-state.ts';
import { useUrlParam } from '#lib/client/url-state.ts';

/** The sorting of one table, in the URL. */
export function useSortParam(name: string, columns: readonly string[], fallback: SortState) {
  const [text, setText] = useUrlParam(name);
  const sort = parseSort(text, columns, fallback);
  const onSort = (column: string, numeric: boolean) => setText(sortText(nextSort(sort, column, numeric)), 'replace');
  return { sort, onSort } as const;
}
