import pg from 'pg';

/** What to do with rows that could not be written. */
export type Failure = 'away' | 'no-partition' | 'bad-data' | 'other';

const CHECK_VIOLATION = '23514';

/**
 * `away`: the database cannot be reached or is shutting down, the same rows will do later. `no-partition`: the time of
 * the rows has no table yet. `bad-data`: these rows can never be stored.
 */
export function classifyFailure(error: unknown): Failure {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) return 'away';
  if (error.code === CHECK_VIOLATION && error.message.includes('partition')) return 'no-partition';
  const group = error.code.slice(0, 2);
  if (group === '22' || group === '23') return 'bad-data';
  return group === '57' || group === '53' || group === '08' || group === '25' ? 'away' : 'other';
}

/** Postgres's word for a broken unique index. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505';
}

/** Prisma's or Postgres's word for a name that is taken. */
export function isNameTaken(error: unknown): boolean {
  if (isDuplicate(error)) return true;
  return error instanceof Error && 'code' in error && error.code === 'P2002';
}

/** Postgres ended this transaction because two waited for each other; it may be tried again. */
export function isDeadlock(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '40P01';
}
