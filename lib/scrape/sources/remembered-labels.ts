import type { PageShape, Series } from '#lib/scrape/page.ts';

/**
 * The shape with labels that are taken from the page's text once instead of at every use: a plan asks for them many times.
 * After `forget` they are taken from the text again, so that what outlives the plan does not hold them.
 */
export function rememberLabels(shape: PageShape): { readonly shape: PageShape; readonly forget: () => void } {
  const known: Known = { labels: new Map() };
  return {
    shape: { families: shape.families, series: shape.series.map((series) => new RememberedSeries(series, known)) },
    forget: () => {
      known.labels = null;
    },
  };
}

type Known = { labels: Map<Series, Series['labels']> | null };

class RememberedSeries implements Series {
  readonly name: string;
  readonly family: number;
  readonly #series: Series;
  readonly #known: Known;

  constructor(series: Series, known: Known) {
    this.name = series.name;
    this.family = series.family;
    this.#series = series;
    this.#known = known;
  }

  get labels(): Series['labels'] {
    const found = this.#known.labels?.get(this.#series);
    if (found !== undefined) return found;
    const { labels } = this.#series;
    this.#known.labels?.set(this.#series, labels);
    return labels;
  }
}
