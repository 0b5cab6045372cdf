'use client';

import { ArrowDown, ArrowUp } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { cx } from '#components/ui/class-names.ts';

export type Column<Row> = {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Read out, not shown: a column of buttons. */
  readonly titleHidden?: boolean;
  readonly numeric?: boolean;
  readonly sortable?: boolean;
  /** First cell of a card on small screens. */
  readonly heading?: boolean;
  /** Only in windows at least this wide (and in cards). */
  readonly from?: 'xl' | '2xl';
};

type TableProps<Row> = {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string | number;
  caption: string;
  sort?: { readonly column: string; readonly descending: boolean };
  onSort?: (column: string, numeric: boolean) => void;
  rowClass?: (row: Row) => string | undefined;
  /** Rows that look the same are not drawn again, given that `columns` and `rowClass` stay the same objects. */
  sameRow?: (before: Row, after: Row) => boolean;
};

const HEAD_FROM = { xl: 'hidden xl:table-cell', '2xl': 'hidden 2xl:table-cell' } as const;
const CELL_FROM = {
  xl: 'hidden max-sm:block xl:table-cell',
  '2xl': 'hidden max-sm:block 2xl:table-cell',
} as const;

/** Dense rows; below 640 px every row is a card with named values, so that nothing scrolls sideways. */
export function Table<Row>({ columns, rows, rowKey, caption, sort, onSort, rowClass, sameRow }: TableProps<Row>) {
  // `relative`: texts that are only read out are absolute, and would else widen the page beyond this box.
  return (
    <div className="relative sm:overflow-x-auto">
      <table className="w-full border-collapse text-left max-sm:block">
        <caption className="sr-only">{caption}</caption>
        <thead className="max-sm:sr-only">
          <tr className="border-b border-line">
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                aria-sort={sort?.column === column.id ? (sort.descending ? 'descending' : 'ascending') : undefined}
                className={cx(
                  'h-8 px-2 text-xs font-medium whitespace-nowrap text-muted first:pl-3 last:pr-3',
                  column.numeric && 'text-right',
                  column.from !== undefined && HEAD_FROM[column.from],
                )}
              >
                {column.sortable && onSort !== undefined ? (
                  <button
                    type="button"
                    className={cx(
                      'inline-flex min-h-6 items-center gap-1 hover:text-text',
                      column.numeric && 'flex-row-reverse',
                    )}
                    onClick={() => onSort(column.id, column.numeric === true)}
                  >
                    {column.title}
                    <SortMark active={sort?.column === column.id} descending={sort?.descending === true} />
                  </button>
                ) : (
                  <span className={column.titleHidden ? 'sr-only' : undefined}>{column.title}</span>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="max-sm:block">
          {rows.map((row) => (
            <TableRow key={rowKey(row)} row={row} columns={columns} rowClass={rowClass} sameRow={sameRow} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const cellClasses = new WeakMap<object, string>();

/** Put together once a column, not for each of a thousand cells. */
function cellClass<Row>(column: Column<Row>): string {
  const known = cellClasses.get(column);
  if (known !== undefined) return known;
  const made = cx(
    'cell-title h-(--row) px-2 *:align-middle first:pl-3 last:pr-3 max-sm:h-auto max-sm:min-h-6 max-sm:px-0 max-sm:py-0.5 max-sm:first:pl-0 max-sm:last:pr-0',
    column.numeric && 'text-right whitespace-nowrap max-sm:text-left',
    column.heading && 'max-sm:order-first max-sm:col-span-2',
    column.from !== undefined && CELL_FROM[column.from],
  );
  cellClasses.set(column, made);
  return made;
}

type TableRowProps<Row> = Pick<TableProps<Row>, 'columns' | 'rowClass' | 'sameRow'> & { row: Row };

function PlainRow<Row>({ row, columns, rowClass }: TableRowProps<Row>) {
  return (
    <tr
      className={cx(
        'border-b border-line last:border-0 hover:bg-hover max-sm:grid max-sm:grid-cols-2 max-sm:gap-x-3 max-sm:px-3 max-sm:py-2',
        rowClass?.(row),
      )}
    >
      {columns.map((column) => (
        <td
          key={column.id}
          data-title={column.heading || column.titleHidden ? undefined : column.title}
          className={cellClass(column)}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

// `memo` forgets type parameters, hence the assertion.
const TableRow = memo(PlainRow<unknown>, (before, after) => {
  const sameLook = before.columns === after.columns && before.rowClass === after.rowClass;
  return sameLook && (Object.is(before.row, after.row) || after.sameRow?.(before.row, after.row) === true);
}) as typeof PlainRow;

function SortMark({ active, descending }: { active: boolean; descending: boolean }) {
  if (!active) return <span className="w-3" />;
  return descending ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden />;
}
