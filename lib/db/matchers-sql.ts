import type { Matcher } from '#lib/alerts/matchers.ts';
import type { SqlValues } from '#lib/db/sql-values.ts';
import { storableText } from '#lib/db/storable.ts';

/** `matches` of lib/alerts/matchers.ts as SQL over `a.labels`; a test holds both to the same answers. */
export function matchersSql(matchers: readonly Matcher[], values: SqlValues): string {
  if (matchers.length === 0) return 'true';
  return matchers.map((matcher) => matcherSql(matcher, values)).join(' AND ');
}

function matcherSql({ label, op, value }: Matcher, values: SqlValues): string {
  const text = `coalesce(a.labels ->> ${values.add(storableText(label))}, '')`;
  const wanted = storableText(value);
  if (!wanted.includes('*')) return `${text} ${op === '=' ? '=' : '<>'} ${values.add(wanted)}`;
  const pattern = wanted.replace(/[\\%_]/g, '\\$&').replace(/\*+/g, '%');
  return `${text} ${op === '=' ? 'LIKE' : 'NOT LIKE'} ${values.add(pattern)}`;
}
