import { UsageError } from '#lib/cli/usage.ts';

const EXPECTED = 'postgres://user:password@host:5432/database';

/** DATABASE_URL of the environment; null where it is not set. Throws UsageError, which never holds the password. */
export function givenDatabaseUrl(env: Readonly<Record<string, string | undefined>>): string | null {
  const text = env.DATABASE_URL ?? '';
  if (text === '') return null;
  if (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(`DATABASE_URL is not an address of Postgres: expected ${EXPECTED}`);
}

/** Refused, unknown host, timeouts; wrong password, no such database, no such user. */
const UNUSABLE = /^(E[A-Z_]+|28[0-9A-Z]{3}|3D000|57P03)$/;

/** What a person can put right about DATABASE_URL, in words; any other error as it is. */
export function databaseFault(databaseUrl: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !UNUSABLE.test(String(error.code))) return error;
  return new UsageError(`DATABASE_URL: the database at ${new URL(databaseUrl).host} cannot be used: ${error.message}`);
}
