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
  /** The page that was last parsed in full. Offsets into it, not strings cut from it: hundreds of targets are remembered. */
  readonly text: string;
  /** Where the line of series i starts, and where its value starts and ends. */
  readonly lineStarts: Int32Array;
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  readonly problems: readonly LineProblem[];
  readonly problemCount: number;
  readonly limits: ExpositionLimits;
};

/** The page read by memory alone, or undefined at the first text that differs from the remembered page. */
export function rereadPage(text: string, memory: PageMemory): Page | undefined {
  const { text: known, valueStarts, valueEnds, shape } = memory;
  const count = shape.series.length;
  const values = new Float64Array(count);
  let pos = 0;
  let gapStart = 0;
  for (let i = 0; i < count; i += 1) {
    const gapEnd = valueStarts[i] ?? 0;
    const end = pos + gapEnd - gapStart;
    if (text.slice(pos, end) !== known.slice(gapStart, gapEnd)) return undefined;
    pos = readNumber(text, end, values, i);
    if (pos < 0) return undefined;
    gapStart = valueEnds[i] ?? 0;
  }
  if (text.slice(pos) !== known.slice(gapStart)) return undefined;
  return { shape, values, problems: memory.problems, problemCount: memory.problemCount };
}

/** True when both pages hold the same families and series; a series is told by the literal text before its value. */
export function sameShape(before: PageMemory, now: PageMemory): boolean {
  const [a, b] = [before.shape, now.shape];
  if (a.series.length !== b.series.length || a.families.length !== b.families.length) return false;
  for (let i = 0; i < a.series.length; i += 1) {
    if (headOf(before, i) !== headOf(now, i) || a.series[i]?.family !== b.series[i]?.family) return false;
  }
  return a.families.every((family, i) => {
    const other = b.families[i];
    const { name, type, help, unit } = family;
    return name === other?.name && type === other.type && help === other.help && unit === other.unit;
  });
}

function headOf(memory: PageMemory, series: number): string {
  return memory.text.slice(memory.lineStarts[series], memory.valueStarts[series]);
}
