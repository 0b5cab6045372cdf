/** A result file that cannot be read: where in it, and what was expected there. The message says both. */
export class ResultError extends Error {
  /** `benchmarks[2].metrics`; '' is the whole file. */
  readonly where: string;

  constructor(where: string, message: string) {
    super(where === '' ? message : `${where}: ${message}`);
    this.where = where;
  }
}
