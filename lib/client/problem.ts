import type { Problem } from '#lib/api/problem.ts';

/** Why a call failed: the server said so, nobody answered, or the answer is not what the contract says. */
export type FailureKind = 'http' | 'network' | 'contract';

/** Every failed call of the browser, always with a problem that can be shown. */
export class ApiError extends Error {
  readonly kind: FailureKind;
  readonly problem: Problem;

  constructor(kind: FailureKind, problem: Problem) {
    super(problem.detail === '' ? problem.title : `${problem.title}: ${problem.detail}`);
    this.name = 'ApiError';
    this.kind = kind;
    this.problem = problem;
  }
}

export function problemOf(title: string, status: number, detail: string): Problem {
  return { type: 'about:blank', title, status, detail, errors: [] };
}

/** What to show for anything that was thrown. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return problemOf('Something went wrong', 0, error instanceof Error ? error.message : String(error));
}

/** Gone, or never there: what was shown of it before is no longer so. */
export function isNotFound(error: unknown): boolean {
  return error !== null && toProblem(error).status === 404;
}
