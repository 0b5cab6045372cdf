import { readNumber } from '#lib/scrape/number.ts';
import type { Series } from '#lib/scrape/page.ts';

const TAB = 9;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const COMMA = 44;
const COLON = 58;
const EQUALS = 61;
const BACKSLASH = 92;
const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;

/** 1: may start a name; 2: may follow; the colon belongs to metric names only and is checked apart. */
const NAME_CLASS = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
  const digit = code >= 48 && code <= 57;
  NAME_CLASS[code] = letter ? 3 : digit ? 2 : 0;
}

/** vLLM's cache_config_info, the widest real series, has about 60. */
const MAX_LABELS = 256;

const SCRATCH = new Float64Array(1);

/** One sample line, taken apart. The same object is filled again for every line, so nothing is allocated per field. */
export type SampleLine = {
  name: string;
  labels: Map<string, string>;
  /** The text before the value is the usual spelling (sorted labels, no escapes, no odd spaces), so it names the series. */
  plain: boolean;
  /** Where the value starts and ends in the page text. */
  valueStart: number;
  valueEnd: number;
  /** OpenMetrics only: the line carries an exemplar. */
  exemplar: boolean;
  /** Why the line was lost, or ''. */
  problem: string;
};

export function emptySampleLine(): SampleLine {
  return { name: '', labels: new Map(), plain: true, valueStart: 0, valueEnd: 0, exemplar: false, problem: '' };
}

export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === CARRIAGE_RETURN;
}

export function skipBlanks(text: string, at: number, end: number): number {
  let pos = at;
  while (pos < end && isBlank(text.charCodeAt(pos))) pos += 1;
  return pos;
}

/** End of the unquoted name at `at`; equal to `at` when no name starts there. */
export function nameEnd(text: string, at: number, end: number, colons: boolean): number {
  let pos = at;
  let code = text.charCodeAt(pos);
  if (!(code < 128 && ((NAME_CLASS[code] ?? 0) & 1) === 1) && !(colons && code === COLON)) return at;
  while (pos < end && code < 128 && ((NAME_CLASS[code] ?? 0) !== 0 || (colons && code === COLON))) {
    pos += 1;
    code = text.charCodeAt(pos);
  }
  return pos;
}

/** Index of the closing quote of the string that opens at `open`, or -1 when the line ends first. */
export function closingQuote(text: string, open: number, end: number): number {
  let pos = text.indexOf('"', open + 1);
  while (pos !== -1 && pos < end) {
    let backslashes = 0;
    while (text.charCodeAt(pos - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return pos;
    pos = text.indexOf('"', pos + 1);
  }
  return -1;
}

/** `\n`, `\\` and `\"` resolved; any other backslash stays, as OpenMetrics demands and Prometheus does. */
export function unescapeText(escaped: string): string {
  if (!escaped.includes('\\')) return escaped;
  let out = '';
  let from = 0;
  let at = escaped.indexOf('\\');
  while (at !== -1 && at + 1 < escaped.length) {
    const next = escaped[at + 1];
    if (next === 'n' || next === '\\' || next === '"') {
      out += escaped.slice(from, at) + (next === 'n' ? '\n' : next);
      from = at + 2;
    }
    at = escaped.indexOf('\\', at + 2);
  }
  return out + escaped.slice(from);
}

/**
 * Takes the line `text[at, end)` apart into `line`. `line.problem` is '' on success and says what is wrong otherwise.
 * Timestamps and exemplars are checked and dropped: the poll's own time is used.
 */
export function readSampleLine(
  text: string,
  at: number,
  end: number,
  maxLabelValueLength: number,
  line: SampleLine,
): void {
  line.problem = '';
  line.plain = true;
  line.exemplar = false;
  line.labels = new Map();
  const afterName = nameEnd(text, at, end, true);
  line.name = text.slice(at, afterName);
  let pos = skipBlanks(text, afterName, end);
  if (text.charCodeAt(pos) === BRACE_OPEN && pos < end) {
    if (pos !== afterName) line.plain = false;
    pos = readLabels(text, pos + 1, end, maxLabelValueLength, line);
    if (pos < 0) return;
    const afterLabels = pos;
    pos = skipBlanks(text, pos, end);
    if (pos !== afterLabels + 1 || text.charCodeAt(afterLabels) !== SPACE || line.labels.size === 0) line.plain = false;
  } else if (afterName > at && pos === afterName && pos < end) {
    line.problem = 'the metric name has a character that is not allowed in a name';
    return;
  } else if (pos !== afterName + 1 || text.charCodeAt(afterName) !== SPACE) {
    line.plain = false;
  }
  if (line.name === '') {
    line.problem = 'expected a metric name';
    return;
  }
  readValue(text, pos, end, line);
}

function readValue(text: string, at: number, end: number, line: SampleLine): void {
  if (at >= end) {
    line.problem = 'no value';
    return;
  }
  line.valueStart = at;
  let pos = readNumber(text, at, SCRATCH, 0);
  if (pos < 0 || pos > end || (pos < end && !isBlank(text.charCodeAt(pos)))) {
    line.problem = 'the value is not a number';
    return;
  }
  line.valueEnd = pos;
  pos = skipBlanks(text, pos, end);
  if (pos === end) return;
  if (text.charCodeAt(pos) !== HASH) {
    pos = readNumber(text, pos, SCRATCH, 0);
    if (pos < 0 || pos > end || (pos < end && !isBlank(text.charCodeAt(pos)))) {
      line.problem = 'the timestamp is not a number';
      return;
    }
    pos = skipBlanks(text, pos, end);
    if (pos === end) return;
  }
  if (text.charCodeAt(pos) !== HASH || text.charCodeAt(skipBlanks(text, pos + 1, end)) !== BRACE_OPEN) {
    line.problem = 'text after the value that is neither a timestamp nor an exemplar';
    return;
  }
  line.exemplar = true;
}

/** Returns the position after the closing brace, or -1 with `line.problem` set. Commas may be missing or trail. */
function readLabels(text: string, at: number, end: number, maxLength: number, line: SampleLine): number {
  let pos = skipBlanks(text, at, end);
  let previous = '';
  // What the labels would take without odd spaces, missing or trailing commas.
  let plainEnd = at - 1;
  while (pos < end && text.charCodeAt(pos) !== BRACE_CLOSE) {
    let label: string;
    if (text.charCodeAt(pos) === QUOTE) {
      line.plain = false;
      const close = closingQuote(text, pos, end);
      if (close < 0) return lose(line, 'a quoted name without its closing quote');
      label = unescapeText(text.slice(pos + 1, close));
      pos = skipBlanks(text, close + 1, end);
      if (text.charCodeAt(pos) !== EQUALS || pos >= end) {
        if (line.name !== '') return lose(line, `expected "=" after the label name "${label.slice(0, 40)}"`);
        line.name = label;
        line.plain = false;
        pos = skipComma(text, pos, end);
        continue;
      }
    } else {
      const stop = nameEnd(text, pos, end, false);
      if (stop === pos) return lose(line, 'expected a label name');
      label = text.slice(pos, stop);
      pos = skipBlanks(text, stop, end);
    }
    if (text.charCodeAt(pos) !== EQUALS || pos >= end) {
      return lose(line, `expected "=" after the label name "${label.slice(0, 40)}"`);
    }
    pos = skipBlanks(text, pos + 1, end);
    if (text.charCodeAt(pos) !== QUOTE || pos >= end) {
      return lose(line, `the value of label "${label.slice(0, 40)}" is not in double quotes`);
    }
    const close = closingQuote(text, pos, end);
    if (close < 0) return lose(line, `the value of label "${label.slice(0, 40)}" has no closing quote on its line`);
    if (close - pos - 1 > maxLength) {
      return lose(
        line,
        `the value of label "${label.slice(0, 40)}" has ${close - pos - 1} characters, the limit is ${maxLength}`,
      );
    }
    if (label <= previous) line.plain = false;
    previous = label;
    plainEnd += label.length + 3 + (close - pos);
    const before = line.labels.size;
    const raw = text.slice(pos + 1, close);
    const escaped = raw.includes('\\');
    if (escaped) line.plain = false;
    line.labels.set(label, escaped ? unescapeText(raw) : raw);
    if (before >= MAX_LABELS) return lose(line, `more than ${MAX_LABELS} labels`);
    if (line.labels.size === before) return lose(line, `label "${label.slice(0, 40)}" twice`);
    pos = skipComma(text, close + 1, end);
  }
  if (pos >= end) return lose(line, 'the labels have no closing brace');
  if (pos !== plainEnd) line.plain = false;
  return pos + 1;
}

function skipComma(text: string, at: number, end: number): number {
  const pos = skipBlanks(text, at, end);
  return text.charCodeAt(pos) === COMMA && pos < end ? skipBlanks(text, pos + 1, end) : pos;
}

function lose(line: SampleLine, problem: string): -1 {
  line.problem = problem;
  return -1;
}

/** What the lines of one page have in common. */
export type LinePage = { readonly text: string; readonly maxLabelValueLength: number };

/**
 * A series that keeps its place in the page instead of its labels: they are wanted once, when a shape is planned, and
 * for hundreds of targets they would be most of the collector's memory.
 */
export class SeriesLine implements Series {
  readonly name: string;
  readonly family: number;
  readonly #page: LinePage;
  readonly #start: number;
  readonly #end: number;

  constructor(page: LinePage, start: number, end: number, name: string, family: number) {
    this.name = name;
    this.family = family;
    this.#page = page;
    this.#start = start;
    this.#end = end;
  }

  get labels(): ReadonlyMap<string, string> {
    const line = emptySampleLine();
    readSampleLine(this.#page.text, this.#start, this.#end, this.#page.maxLabelValueLength, line);
    return line.labels;
  }
}
