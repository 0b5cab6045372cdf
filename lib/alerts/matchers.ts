/** Labels of an alert: rule, severity, kind, target, subject, host, model, engine, gpu, uuid, and the target's own labels. */
export type Labels = Readonly<Record<string, string>>;

export const MATCH_OPS = ['=', '!='] as const;
/** `*` in `value` stands for any text; nothing else is special, so a pattern can never be slow. */
export type Matcher = { readonly label: string; readonly op: (typeof MATCH_OPS)[number]; readonly value: string };

export type MatchersResult =
  | { readonly ok: true; readonly matchers: readonly Matcher[] }
  | { readonly ok: false; readonly message: string };

/** Whether all matchers hold; a label that is missing is the empty text. No matcher matches everything. */
export function matches(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((matcher) => {
    const found = globMatches(matcher.value, labels[matcher.label] ?? '');
    return matcher.op === '=' ? found : !found;
  });
}

/** `host="gpu-01", rule=Kv*, severity!=info`; quotes are needed only for text with commas, spaces or quotes. */
export function parseMatchers(text: string): MatchersResult {
  const matchers: Matcher[] = [];
  let rest = text
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .trim();
  while (rest !== '') {
    const found = /^([A-Za-z_][A-Za-z0-9_.-]*)\s*(!=|==|=)\s*("(?:[^"\\]|\\.)*"|[^\s,"]+)\s*(,\s*|$)/.exec(rest);
    if (found === null)
      return { ok: false, message: `"${rest.slice(0, 40)}": expected label=value or label!="some text"` };
    const [whole, label = '', op, raw = ''] = found;
    const value = raw.startsWith('"') ? raw.slice(1, -1).replace(/\\(.)/g, '$1') : raw;
    matchers.push({ label, op: op === '!=' ? '!=' : '=', value });
    rest = rest.slice(whole.length);
  }
  return { ok: true, matchers };
}

/** The text that `parseMatchers` reads back. */
export function printMatchers(matchers: readonly Matcher[]): string {
  return matchers
    .map(
      ({ label, op, value }) =>
        `${label}${op}${/^[^\s,"\\]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`}`,
    )
    .join(', ');
}

/** Greedy glob with one backtrack point: linear in the text for each star. */
function globMatches(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
