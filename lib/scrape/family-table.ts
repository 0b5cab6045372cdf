import type { Family, FamilyType } from '#lib/scrape/page.ts';

type Draft = { name: string; type: FamilyType; help: string; unit: string; typed: boolean; sampled: boolean };

const TYPES: ReadonlyMap<string, FamilyType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['gaugehistogram', 'gaugehistogram'],
  ['summary', 'summary'],
  ['info', 'info'],
  ['stateset', 'stateset'],
  ['unknown', 'unknown'],
  ['untyped', 'unknown'],
]);

/** The endings a family's own samples may have, by its type. */
const SUFFIXES: Readonly<Partial<Record<FamilyType, readonly string[]>>> = {
  counter: ['_total', '_created'],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  gaugehistogram: ['_bucket', '_gsum', '_gcount'],
  summary: ['_sum', '_count', '_created'],
  info: ['_info'],
};
const ALL_SUFFIXES = ['_bucket', '_sum', '_count', '_total', '_created', '_gsum', '_gcount', '_info'];
/** HELP is shown, never compared; a hostile exporter must not make it large. */
const MAX_HELP_LENGTH = 1024;

/** The families of one page while it is parsed: metadata goes in, and each sample name finds the family it belongs to. */
export class FamilyTable {
  readonly #drafts: Draft[] = [];
  readonly #byName = new Map<string, number>();
  /** client_python >= 0.23 prints OpenMetrics samples as `vllm_x` under `# TYPE vllm:x`; this finds them. */
  readonly #byEscapedName = new Map<string, number>();
  readonly #bySampleName = new Map<string, number>();
  /** Something on the page is OpenMetrics only, so `# EOF` is due at its end. */
  openMetrics = false;

  get size(): number {
    return this.#drafts.length;
  }

  /** Each returns '' or the problem. The first declaration stays. */
  help(name: string, help: string): string {
    const draft = this.#declared(name);
    if (draft.help !== '') return 'a second HELP for this family';
    draft.help = help.slice(0, MAX_HELP_LENGTH);
    return '';
  }

  unit(name: string, unit: string): string {
    this.openMetrics = true;
    const draft = this.#declared(name);
    if (draft.unit !== '') return 'a second UNIT for this family';
    draft.unit = unit.slice(0, MAX_HELP_LENGTH);
    return '';
  }

  type(name: string, word: string): string {
    const draft = this.#declared(name);
    if (draft.typed) return 'a second TYPE for this family';
    if (draft.sampled) return 'TYPE after samples of this family';
    draft.typed = true;
    const type = TYPES.get(word);
    if (type === undefined) return `unknown type "${word.slice(0, 40)}", kept as untyped`;
    draft.type = type;
    if (type === 'info' || type === 'stateset' || type === 'gaugehistogram' || word === 'unknown')
      this.openMetrics = true;
    return '';
  }

  /** Index of the family that a sample of this name belongs to; an undeclared one becomes a family of its own. */
  ofSample(name: string): number {
    const known = this.#bySampleName.get(name);
    if (known !== undefined) return known;
    const index = this.#find(name, this.#byName) ?? this.#find(name, this.#byEscapedName) ?? this.#add(name);
    const draft = this.#drafts[index];
    if (draft !== undefined) {
      draft.sampled = true;
      if (draft.type === 'counter' && name.endsWith('_total') && !draft.name.endsWith('_total'))
        this.openMetrics = true;
    }
    this.#bySampleName.set(name, index);
    return index;
  }

  finish(): Family[] {
    return this.#drafts.map(({ name, type, help, unit }) => ({ name, type, help, unit }));
  }

  #find(name: string, families: ReadonlyMap<string, number>): number | undefined {
    const exact = families.get(name);
    if (exact !== undefined) return exact;
    for (const suffix of ALL_SUFFIXES) {
      if (!name.endsWith(suffix)) continue;
      const index = families.get(name.slice(0, -suffix.length));
      const draft = index === undefined ? undefined : this.#drafts[index];
      if (draft !== undefined && SUFFIXES[draft.type]?.includes(suffix)) return index;
    }
    return undefined;
  }

  #declared(name: string): Draft {
    const draft = this.#drafts[this.#byName.get(name) ?? this.#add(name)];
    if (draft === undefined) throw new Error('a family index without a family');
    return draft;
  }

  #add(name: string): number {
    const index = this.#drafts.length;
    this.#drafts.push({ name, type: 'unknown', help: '', unit: '', typed: false, sampled: false });
    this.#byName.set(name, index);
    if (name.includes(':')) this.#byEscapedName.set(name.replaceAll(':', '_'), index);
    return index;
  }
}
