/** Okabe–Ito order without vermillion, which is kept for status. From the fifth on, a dash tells lines apart too. */
const COLOURS = [
  'var(--series-1)',
  'var(--series-2)',
  'var(--series-3)',
  'var(--series-4)',
  'var(--series-5)',
  'var(--series-6)',
  'var(--series-7)',
  'var(--series-8)',
] as const;
const DASHES = [undefined, undefined, undefined, undefined, '6 2', '2 2', '8 2 2 2', '4 3'] as const;

export const MAX_COLOURED = COLOURS.length;

export type SeriesStyle = { readonly stroke: string; readonly dash: string | undefined; readonly faint: boolean };

/** Above eight lines one is highlighted and the rest is grey: nobody tells nine colours apart. */
export function seriesStyle(index: number, count: number, highlighted: number): SeriesStyle {
  if (count > MAX_COLOURED) {
    const isHighlighted = index === highlighted;
    return { stroke: isHighlighted ? COLOURS[0] : 'var(--series-rest)', dash: undefined, faint: !isHighlighted };
  }
  return { stroke: COLOURS[index % COLOURS.length] ?? COLOURS[0], dash: DASHES[index % DASHES.length], faint: false };
}
