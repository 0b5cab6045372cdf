import type pg from 'pg';

/** All answers together; a page of a day over eight engines has about 15 000. */
const MOST_ROWS = 100_000;

type Entry = { readonly rows: Promise<readonly unknown[]>; count: number };
type Memory = { readonly entries: Map<string, Entry>; rowCount: number };

const memories = new WeakMap<pg.Pool, Memory>();

/**
 * What `load` gives, remembered under `key`: for reads of rows that cannot change any more. A live page asks every few
 * seconds for a day of which all but the last minutes are final. What was asked for longest ago is forgotten first.
 */
export async function rememberRows<T>(
  pool: pg.Pool,
  key: string,
  load: () => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const memory = memories.get(pool) ?? { entries: new Map<string, Entry>(), rowCount: 0 };
  memories.set(pool, memory);
  const known = memory.entries.get(key);
  if (known !== undefined) {
    memory.entries.delete(key);
    memory.entries.set(key, known);
    // The key holds everything that the query is made of, so the rows are those of this very question.
    return known.rows as Promise<readonly T[]>;
  }
  const entry: Entry = { rows: load(), count: 0 };
  memory.entries.set(key, entry);
  try {
    const rows = (await entry.rows) as readonly T[];
    count(memory, key, entry, rows.length);
    return rows;
  } catch (error) {
    if (memory.entries.get(key) === entry) memory.entries.delete(key);
    throw error;
  }
}

/** Whether an answer is known, or on its way. */
export function isRemembered(pool: pg.Pool, key: string): boolean {
  return memories.get(pool)?.entries.has(key) === true;
}

function count(memory: Memory, key: string, entry: Entry, rows: number): void {
  if (memory.entries.get(key) !== entry) return;
  entry.count = rows;
  memory.rowCount += rows;
  for (const [oldest, { count: size }] of memory.entries) {
    if (memory.rowCount <= MOST_ROWS) return;
    memory.entries.delete(oldest);
    memory.rowCount -= size;
  }
}
