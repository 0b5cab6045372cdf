import { readCommentLine } from '#lib/scrape/comment-line.ts';
import { FamilyTable } from '#lib/scrape/family-table.ts';
import { readNumber } from '#lib/scrape/number.ts';
import type { LineProblem, Page, Series } from '#lib/scrape/page.ts';
import { type ExpositionLimits, type PageMemory, rereadPage, sameShape } from '#lib/scrape/page-memory.ts';
import {
  emptySampleLine,
  isBlank,
  type LinePage,
  readSampleLine,
  SeriesLine,
  skipBlanks,
} from '#lib/scrape/sample-line.ts';

export type { ExpositionLimits, PageMemory } from '#lib/scrape/page-memory.ts';

const MAX_PROBLEMS_KEPT = 20;
const MAX_PROBLEM_TEXT = 120;
const HASH = 35;
const BYTE_ORDER_MARK = 0xfeff;

/** The page as a whole is refused; a part of it would look like an engine that lost most of its metrics. */
export class TooManySeriesError extends Error {
  readonly limit: number;
  readonly value: number;
  constructor(limit: number, value: number) {
    super(
      `The page has ${value} samples or families; at most ${limit} are read from one target. Is this the right URL?`,
    );
    this.name = 'TooManySeriesError';
    this.limit = limit;
    this.value = value;
  }
}

/**
 * Parses one exposition page: Prometheus text 0.0.4 and 1.0.0 (quoted UTF-8 names) and OpenMetrics 1.0.
 * Lenient by line: a bad line is lost and listed in `page.problems`, and the rest stands. Of a series that is printed
 * twice the first stays, as in Prometheus. Throws only TooManySeriesError. Pass the last `memory` of the same target:
 * a page on which only values changed is then compared, not parsed, and keeps its `shape` object.
 */
export function parseExposition(
  text: string,
  limits: ExpositionLimits,
  previous?: PageMemory,
): { page: Page; memory: PageMemory } {
  if (
    previous !== undefined &&
    previous.limits.maxSeries === limits.maxSeries &&
    previous.limits.maxLabelValueLength === limits.maxLabelValueLength
  ) {
    const page = rereadPage(text, previous);
    if (page !== undefined) return { page, memory: previous };
  }
  return parseWholePage(text, limits, previous);
}

function parseWholePage(
  text: string,
  limits: ExpositionLimits,
  previous: PageMemory | undefined,
): { page: Page; memory: PageMemory } {
  const families = new FamilyTable();
  const series: Series[] = [];
  const lineStarts: number[] = [];
  const valueStarts: number[] = [];
  const valueEnds: number[] = [];
  const seen = new Set<string>();
  const sample = emptySampleLine();
  const linePage: LinePage = { text, maxLabelValueLength: limits.maxLabelValueLength };
  const problems: LineProblem[] = [];
  let values = new Float64Array(256);
  let problemCount = 0;
  let lineNumber = 0;
  let blankLine = 0;
  let sampleLines = 0;
  let ended = false;
  let pos = text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;

  const report = (line: number, from: number, to: number, problem: string): void => {
    problemCount += 1;
    if (problems.length >= MAX_PROBLEMS_KEPT) return;
    problems.push({ line, text: text.slice(from, Math.min(to, from + MAX_PROBLEM_TEXT)), problem });
  };

  while (pos < text.length) {
    const newline = text.indexOf('\n', pos);
    const lineStart = pos;
    let end = newline === -1 ? text.length : newline;
    pos = end + 1;
    lineNumber += 1;
    const start = skipBlanks(text, lineStart, end);
    while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
    if (ended) {
      if (start < end) {
        report(lineNumber, lineStart, end, 'text after # EOF; it and all that follows is left out');
        break;
      }
      continue;
    }
    if (start === end) {
      if (blankLine === 0) blankLine = lineNumber;
      continue;
    }
    if (text.charCodeAt(start) === HASH) {
      const result = readCommentLine(text, start, end, families);
      if (result === 'eof') ended = true;
      else if (result !== '') report(lineNumber, lineStart, end, result);
      if (families.size > limits.maxSeries) throw new TooManySeriesError(limits.maxSeries, families.size);
      continue;
    }

    sampleLines += 1;
    if (sampleLines > limits.maxSeries) {
      throw new TooManySeriesError(limits.maxSeries, sampleLines + countSampleLines(text, pos));
    }
    readSampleLine(text, start, end, limits.maxLabelValueLength, sample);
    if (sample.problem !== '') {
      report(lineNumber, lineStart, end, sample.problem);
      continue;
    }
    const head = text.slice(start, sample.valueStart);
    const sizeBefore = seen.size;
    seen.add(sample.plain ? head : seriesKey(sample.name, sample.labels));
    if (seen.size === sizeBefore) {
      report(lineNumber, lineStart, end, 'the same series a second time; the first value stays');
      continue;
    }
    if (sample.exemplar) families.openMetrics = true;
    const index = series.length;
    if (index === values.length) values = grow(values);
    readNumber(text, sample.valueStart, values, index);
    const family = families.ofSample(sample.name);
    series.push(new SeriesLine(linePage, start, end, sample.name, family));
    lineStarts.push(start);
    valueStarts.push(sample.valueStart);
    valueEnds.push(sample.valueEnd);
  }

  if (ended && blankLine > 0) report(blankLine, 0, 0, 'a blank line, which OpenMetrics does not allow');
  if (!ended && families.openMetrics) {
    report(lineNumber, text.length, text.length, 'OpenMetrics without # EOF: the page may be cut off');
  } else if (text.length === 0 || (lineNumber === blankLine && series.length === 0)) {
    report(1, 0, 0, 'the page is empty');
  } else if (!ended && !text.endsWith('\n')) {
    const last = text.lastIndexOf('\n') + 1;
    report(lineNumber, last, text.length, 'no line end after the last line: the page may be cut off');
  }

  const parsed: PageMemory = {
    shape: { families: families.finish(), series },
    text,
    lineStarts: Int32Array.from(lineStarts),
    valueStarts: Int32Array.from(valueStarts),
    valueEnds: Int32Array.from(valueEnds),
    problems,
    problemCount,
    limits,
  };
  const memory = previous !== undefined && sameShape(previous, parsed) ? { ...parsed, shape: previous.shape } : parsed;
  return { page: { shape: memory.shape, values: values.slice(0, series.length), problems, problemCount }, memory };
}

/**
 * One text per series whatever the order and spacing of its labels, spelled like a plain line so that both compare.
 * Only label values that need escaping make a line that is not plain spell differently from all plain ones.
 */
function seriesKey(name: string, labels: ReadonlyMap<string, string>): string {
  const parts = [...labels.keys()].sort().map((label) => `${label}="${escapeValue(labels.get(label) ?? '')}"`);
  return parts.length === 0 ? `${name} ` : `${name}{${parts.join(',')}} `;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function grow(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}

/** Only for the message of a refusal: lines that are neither empty nor comments. */
function countSampleLines(text: string, from: number): number {
  let count = 0;
  let pos = from;
  while (pos < text.length) {
    const newline = text.indexOf('\n', pos);
    const code = text.charCodeAt(pos);
    if (newline !== pos && code !== HASH) count += 1;
    if (newline === -1) break;
    pos = newline + 1;
  }
  return count;
}
