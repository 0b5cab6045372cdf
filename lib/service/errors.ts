export const ERROR_STATUS = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  /** Well-formed, and still nothing that Headroom does. */
  refused: 422,
  unavailable: 503,
} as const satisfies Record<string, number>;
export type ErrorCode = keyof typeof ERROR_STATUS;

/** Everything that a service refuses; each transport maps `code` once. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly { readonly path: string; readonly message: string }[];

  constructor(
    code: ErrorCode,
    message: string,
    errors: readonly { readonly path: string; readonly message: string }[] = [],
  ) {
    super(message);
    this.code = code;
    this.errors = errors;
  }
}
