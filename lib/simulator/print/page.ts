import type { Tally } from '#lib/simulator/tally.ts';

export type Labels = readonly (readonly [name: string, value: string])[];
export type FormatNumber = (value: number) => string;

type Part = { readonly text: string; readonly write: () => string };

/**
 * One exporter's page, laid out once and filled in for every request: between two requests only numbers change, and
 * seeding prints millions of pages.
 */
export class PageLayout {
  readonly #parts: Part[] = [];
  #text = '';

  /** HELP and TYPE of a family. */
  family(name: string, type: string, help: string): void {
    this.#text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  }

  /** A line of a sample, its value read at every request. */
  sample(name: string, labels: Labels, format: FormatNumber, value: () => number): void {
    this.#add(`${name}${labelText(labels)} `, () => format(value()));
  }

  /** A sample whose value never changes, or anything else that is the same on every page. */
  fixed(text: string): void {
    this.#text += text;
  }

  /** The `_bucket` lines of a histogram. `le` goes where the exporter sorts it. */
  buckets(
    name: string,
    labelsAt: (le: string) => Labels,
    tally: Tally,
    formats: { le: FormatNumber; count: FormatNumber },
  ): void {
    const heads = [...tally.bounds, Number.POSITIVE_INFINITY].map(
      (bound) => `${name}_bucket${labelText(labelsAt(formats.le(bound)))} `,
    );
    this.#add('', () => {
      let text = '';
      let below = 0;
      for (let i = 0; i < heads.length; i += 1) {
        below += tally.counts[i] ?? 0;
        text += `${heads[i]}${formats.count(below)}\n`;
      }
      return text.slice(0, -1);
    });
  }

  /** Whole lines, as many as there are at the moment. */
  lines(write: () => readonly string[]): void {
    this.#add(
      '',
      () =>
        write()
          .map((line) => `${line}\n`)
          .join(''),
      '',
    );
  }

  print(): string {
    let page = '';
    for (const part of this.#parts) page += part.text + part.write();
    return page + this.#text;
  }

  #add(head: string, write: () => string, end = '\n'): void {
    this.#parts.push({ text: this.#text + head, write });
    this.#text = end;
  }
}

/** Label sets as every exporter prints them; only backslash, quote and line end are escaped. */
export function labelText(labels: Labels): string {
  if (labels.length === 0) return '';
  const escaped = (value: string): string =>
    value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `{${labels.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`;
}
