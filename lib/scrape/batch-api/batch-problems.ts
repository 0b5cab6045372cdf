/** Something of a list of batches that could not be read, and why; the same form as a lost line of a metrics page. */
export type BatchProblem = { readonly line: number; readonly text: string; readonly problem: string };

const SHOWN_PROBLEMS = 50;
const SHOWN_CHARACTERS = 120;

/** Counts every loss and keeps the first ones for people. `line` is the place of the batch in the list, from 1; 0: the list itself. */
export class BatchProblems {
  readonly shown: BatchProblem[] = [];
  count = 0;

  add(line: number, value: unknown, problem: string): void {
    this.count += 1;
    if (this.shown.length < SHOWN_PROBLEMS) this.shown.push({ line, text: shortText(value), problem });
  }
}

/** Anything from JSON in a few characters, without walking through what may be megabytes. */
export function shortText(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, SHOWN_CHARACTERS);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.keys(value).slice(0, 6).join(', ')}}`.slice(0, SHOWN_CHARACTERS);
  }
  return value === undefined ? '' : String(value);
}
