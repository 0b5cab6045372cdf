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
const REFERENCE_DASH = '3 3';

export const MAX_COLOURED = COLOURS.length;

export type SeriesStyle = {
  readonly stroke: string;
  readonly dash: string | undefined;
  readonly faint: boolean;
  readonly reference: boolean;
};

type Styled = { readonly subject: number | null; readonly reference?: boolean };

/**
 * One style per line. Above eight lines one is highlighted and the rest is grey: nobody tells nine colours apart.
 * A reference has the colour of the line that it belongs to.
 */
export function seriesStyles(series: readonly Styled[], highlighted: number): readonly SeriesStyle[] {
  const main = series.filter(({ reference }) => reference !== true);
  const many = main.length > MAX_COLOURED;
  return series.map((line, index) => {
    const own =
      line.reference === true ? main.findIndex(({ subject }) => subject === line.subject) : main.indexOf(line);
    const place = Math.max(0, own);
    const reference = line.reference === true;
    if (many) {
      const stroke = index === highlighted ? COLOURS[0] : 'var(--series-rest)';
      return { stroke, dash: reference ? REFERENCE_DASH : undefined, faint: index !== highlighted, reference };
    }
    return {
      stroke: COLOURS[place % COLOURS.length] ?? COLOURS[0],
      dash: reference ? REFERENCE_DASH : DASHES[place % DASHES.length],
      faint: false,
      reference,
    };
  });
}

/** The style of the n-th of some clouds or lines that have no references. */
export function plainStyle(index: number, count: number): SeriesStyle {
  const lines = Array.from({ length: count }, (_, order) => ({ subject: order }));
  const fallback: SeriesStyle = { stroke: COLOURS[0], dash: undefined, faint: false, reference: false };
  return seriesStyles(lines, 0)[index] ?? fallback;
}
