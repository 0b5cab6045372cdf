const names = new Map<string, string>();
/** Prepared statements live as long as their connection, and what is asked for comes from outside. */
const MOST_NAMES = 200;

/**
 * The name under which a connection keeps this statement planned; undefined when there are too many already. Planning
 * the sums of some hundred buckets takes longer than running them over the last minute.
 */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST_NAMES) return known;
  const name = `measure-${names.size}`;
  names.set(text, name);
  return name;
}
