import { describe, expect, it } from 'vitest';
import { databaseFault, givenDatabaseUrl } from '#lib/cli/database-url.ts';
import { UsageError } from '#lib/cli/usage.ts';

describe('DATABASE_URL', () => {
  it('may be left out', () => {
    expect(givenDatabaseUrl({})).toBeNull();
    expect(givenDatabaseUrl({ DATABASE_URL: '' })).toBeNull();
  });
  it.each(['postgres://u:p@db:5432/x', 'postgresql:///x?host=/run/postgresql'])('%s', (text) =>
    expect(givenDatabaseUrl({ DATABASE_URL: text })).toBe(text),
  );
  it.each(['hunter2', 'mysql://u:hunter2@db/x'])('%s is refused without being repeated', (text) => {
    expect(() => givenDatabaseUrl({ DATABASE_URL: text })).toThrow(/expected postgres:\/\//);
    expect(() => givenDatabaseUrl({ DATABASE_URL: text })).not.toThrow(/hunter2/);
  });
});

describe('a database that cannot be used', () => {
  const faultOf = (code: string) =>
    databaseFault('postgres://u:hunter2@db:5432/x', Object.assign(new Error('no'), { code }));
  it.each(['ECONNREFUSED', 'ENOTFOUND', '28P01', '3D000'])('%s is said in a line, without the password', (code) => {
    expect(faultOf(code)).toEqual(new UsageError('DATABASE_URL: the database at db:5432 cannot be used: no'));
  });
  it('a fault of Headroom keeps its stack', () => expect(faultOf('42601')).not.toBeInstanceOf(UsageError));
});
