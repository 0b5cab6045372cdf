import { readNumber } from '#lib/scrape/number.ts';
import type { LineProblem, Page, PageShape } from '#lib/scrape/page.ts';

export type ExpositionLimits = {
  /** Sample lines a page may have before it is refused as a whole. */
  readonly maxSeries: number;
  /** UTF-16 units of one label value; a longer one loses its line. */
  readonly maxLabelValueLength: number;
};

/**
 * What one page leaves behind for the next poll of the same target. Between two polls nearly only values change,
 * so the text between the values is kept and compared instead of parsed.
 */
export type PageMemory = {
  readonly shape: PageShape;
  /** gaps[i] is the text from the end of value i-1 to the start of value i; the last one runs to the end of the page. */
  readonly gaps: readonly string[];
  /** heads[i] is the text of series i before its value, for telling whether a re-parsed page has the same shape. */
  readonly heads: readonly string[];
  readonly problems: readonly LineProblem[];
  readonly problemCount: number;
  readonly limits: ExpositionLimits;
};

/** The page read by memory alone, or undefined at the first text that differs from the remembered page. */
export function rereadPage(text: string, memory: PageMemory): Page | undefined {
  const { gaps, shape } = memory;
  const count = shape.series.length;
  const values = new Float64Array(count);
  let pos = 0;
  for (let i = 0; i < count; i += 1) {
    const gap = gaps[i] ?? '';
    if (text.slice(pos, pos + gap.length) !== gap) return undefined;
    pos = readNumber(text, pos + gap.length, values, i);
    if (pos < 0) return undefined;
  }
  const tail = gaps[count] ?? '';
  if (pos + tail.length !== text.length || !text.startsWith(tail, pos)) return undefined;
  return { shape, values, problems: memory.problems, problemCount: memory.problemCount };
}

/** True when two shapes hold the same families and series; `heads` stand for the series, being their literal text. */
export function sameShape(memory: PageMemory, shape: PageShape, heads: readonly string[]): boolean {
  const known = memory.shape;
  if (known.series.length !== shape.series.length || known.families.length !== shape.families.length) return false;
  for (let i = 0; i < heads.length; i += 1) {
    if (heads[i] !== memory.heads[i] || known.series[i]?.family !== shape.series[i]?.family) return false;
  }
  for (let i = 0; i < shape.families.length; i += 1) {
    const a = known.families[i];
    const b = shape.families[i];
    if (a?.name !== b?.name || a?.type !== b?.type || a?.help !== b?.help || a?.unit !== b?.unit) return false;
  }
  return true;
}
