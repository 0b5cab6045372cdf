import type { FamilyTable } from '#lib/scrape/family-table.ts';
import { closingQuote, isBlank, skipBlanks, unescapeText } from '#lib/scrape/sample-line.ts';

const QUOTE = 34;

/**
 * Reads the comment line `text[at, end)`, whose first character is `#`, into `families`.
 * Returns 'eof' at `# EOF`, '' when it was understood or is a plain comment, otherwise the problem.
 */
export function readCommentLine(text: string, at: number, end: number, families: FamilyTable): string {
  const wordStart = skipBlanks(text, at + 1, end);
  const wordEnd = tokenEnd(text, wordStart, end);
  const length = wordEnd - wordStart;
  if (length === 3 && text.startsWith('EOF', wordStart)) return wordEnd === end ? 'eof' : '';
  if (length !== 4) return '';
  const word = text.slice(wordStart, wordEnd);
  if (word !== 'HELP' && word !== 'TYPE' && word !== 'UNIT') return '';

  const nameStart = skipBlanks(text, wordEnd, end);
  // "# HELP" alone is a comment in the text format.
  if (nameStart === end) return '';
  let name: string;
  let nameStop: number;
  if (text.charCodeAt(nameStart) === QUOTE) {
    const close = closingQuote(text, nameStart, end);
    if (close < 0) return 'a quoted name without its closing quote';
    name = unescapeText(text.slice(nameStart + 1, close));
    nameStop = close + 1;
  } else {
    nameStop = tokenEnd(text, nameStart, end);
    name = text.slice(nameStart, nameStop);
  }
  const restStart = skipBlanks(text, nameStop, end);
  const rest = text.slice(restStart, end);
  if (word === 'HELP') return families.help(name, unescapeText(rest));
  if (word === 'UNIT') return families.unit(name, rest);
  return families.type(name, rest);
}

function tokenEnd(text: string, at: number, end: number): number {
  let pos = at;
  while (pos < end && !isBlank(text.charCodeAt(pos))) pos += 1;
  return pos;
}
