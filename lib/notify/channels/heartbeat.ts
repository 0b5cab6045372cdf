import type { HttpRequest } from '#lib/notify/http-request.ts';

/** A plain GET, which every dead man's switch understands. */
export function buildHeartbeat(url: string): HttpRequest {
  return { method: 'GET', url, headers: {}, body: '' };
}
