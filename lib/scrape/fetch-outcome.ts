import { ForbiddenAddressError } from '#lib/address/checked-lookup.ts';

export const FETCH_FAILURES = [
  'timeout-connect',
  'timeout-headers',
  'timeout-body',
  'refused',
  'dns',
  'tls',
  'network',
  'http-status',
  'not-metrics',
  'too-large',
  'truncated',
  'redirect',
  'forbidden-address',
  'command-failed',
  'command-missing',
] as const;
export type FetchFailureKind = (typeof FETCH_FAILURES)[number];

export type FetchOutcome =
  | {
      readonly ok: true;
      readonly body: string;
      readonly contentType: string;
      /** After decompression. */
      readonly bytes: number;
      readonly durationMs: number;
    }
  | FetchFailure;

export type FetchFailure = {
  readonly ok: false;
  readonly kind: FetchFailureKind;
  /** What happened, where, and what was expected. Never holds a secret. */
  readonly message: string;
  readonly durationMs: number;
  readonly bytes: number;
};

/** A failure with its kind; thrown inside the fetcher only, never out of it. */
export class FetchError extends Error {
  readonly kind: FetchFailureKind;
  constructor(kind: FetchFailureKind, message: string) {
    super(message);
    this.name = 'FetchError';
    this.kind = kind;
  }
}

const DNS = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NONAME', 'ENODATA', 'ESERVFAIL']);
const UNREACHABLE: ReadonlyMap<string, string> = new Map([
  ['EHOSTUNREACH', 'there is no route to the host'],
  ['ENETUNREACH', 'there is no route to its network'],
  ['EACCES', 'this machine forbids the connection'],
  ['EPERM', 'this machine forbids the connection'],
  ['UND_ERR_HEADERS_OVERFLOW', 'the answer has more than 16 KiB of headers'],
]);

/** The kind and the words for an error of the network, TLS or HTTP layer. `gotHeaders` tells a cut answer from no answer. */
export function describeError(error: unknown, where: string, gotHeaders: boolean): FetchError {
  if (error instanceof FetchError) return error;
  const cause = rootCause(error);
  if (cause instanceof ForbiddenAddressError) return new FetchError('forbidden-address', cause.message);
  const code = codeOf(cause);
  const text = cause instanceof Error ? cause.message : String(cause);
  if (code === 'ECONNREFUSED') {
    return new FetchError(
      'refused',
      `${where} refused the connection: nothing listens on that port. Is the server running?`,
    );
  }
  if (DNS.has(code)) return new FetchError('dns', `The name of ${where} could not be resolved (${code}).`);
  if (isTls(code, text)) {
    return new FetchError('tls', `The TLS connection to ${where} failed: ${tlsReason(code, text)}`);
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return new FetchError(
      'timeout-connect',
      `${where} did not accept the connection in time: host down or packets dropped.`,
    );
  }
  if (gotHeaders) {
    return new FetchError(
      'truncated',
      `${where} closed the connection before the answer was complete (${code || text}).`,
    );
  }
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') {
    return new FetchError('network', `${where} closed the connection without an answer (${text}).`);
  }
  if (code.startsWith('HPE_')) {
    return new FetchError(
      'network',
      `${where} does not speak HTTP on this port (${text}). http instead of https, or another service?`,
    );
  }
  return new FetchError('network', `Polling ${where} failed: ${UNREACHABLE.get(code) ?? text}.`);
}

function rootCause(error: unknown): unknown {
  let current = error;
  for (let depth = 0; depth < 5; depth += 1) {
    if (current instanceof AggregateError && current.errors.length > 0) current = current.errors[0];
    else if (current instanceof Error && current.cause instanceof Error) current = current.cause;
    else break;
  }
  return current;
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

function isTls(code: string, text: string): boolean {
  return (
    code.startsWith('ERR_TLS_') ||
    code.startsWith('ERR_SSL_') ||
    code.startsWith('CERT_') ||
    /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/.test(code) ||
    code === 'EPROTO' ||
    /ssl|tls/i.test(text)
  );
}

function tlsReason(code: string, text: string): string {
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT' || code === 'SELF_SIGNED_CERT_IN_CHAIN') {
    return 'its certificate is self-signed. Give its CA with tls.ca_file.';
  }
  if (code.startsWith('UNABLE_TO_'))
    return 'its certificate is signed by a CA that is not known here. Give it with tls.ca_file.';
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired.';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `its certificate is for another name (${text}).`;
  if (/wrong version number|packet length too long/i.test(text))
    return 'the server does not speak TLS on this port. Use http:// instead?';
  return `${text}.`;
}
