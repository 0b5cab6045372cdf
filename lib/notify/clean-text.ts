// Control characters, line and paragraph separators, and the marks that turn the direction of text around.
const HOSTILE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through.
  /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+/g;

/** One line of harmless text: no control characters, no line ends, well-formed, at most `max` characters. */
export function cleanText(text: string, max: number): string {
  const line = text.toWellFormed().replace(HOSTILE, ' ').trim();
  return cutText(line, max);
}

/** At most `max` characters, the last of which is then "…"; never cuts a character in half. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text
    .slice(0, max - 1)
    .toWellFormed()
    .replace(/\ufffd$/, '')}…`;
}

/** `03:12 UTC`, with the date when it is another day than `nowMs`. */
export function formatUtc(atMs: number, nowMs: number): string {
  const [date = '', time = ''] = new Date(atMs).toISOString().split('T');
  const isToday = new Date(nowMs).toISOString().startsWith(date);
  return `${isToday ? '' : `${date} `}${time.slice(0, 5)} UTC`;
}
