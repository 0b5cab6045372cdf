import { Agent, request } from 'undici';
import { forbiddenHost } from '#lib/address/address-policy.ts';
import { checkedLookup, ForbiddenAddressError, resolveAll } from '#lib/address/checked-lookup.ts';
import type { HttpRequest } from '#lib/notify/http-request.ts';
import type { HttpAnswer } from '#lib/notify/verdict.ts';

const MAX_REDIRECTS = 3;
const MAX_ANSWER_BYTES = 2048;

/** An answer that will be the same next time: no try is worth it until somebody changes the channel. */
export class NeverWorksError extends Error {}

// One connection per request: a kept one that the receiver has closed meanwhile costs a page its first try.
const agent = new Agent({ pipelining: 0, connect: { lookup: checkedLookup(resolveAll) }, maxHeaderSize: 16_384 });

/**
 * Sends one request and reads at most 2 KiB of the answer, all within the signal's time. Redirects are followed on the same
 * host only. Throws what the network throws, or NeverWorksError.
 */
export async function sendHttp(sent: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const first = new URL(sent.url);
  let url = first;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const reason = forbiddenHost(url.hostname);
    if (reason !== undefined) throw new NeverWorksError(reason);
    const answer = await request(url, {
      method: sent.method,
      headers: { 'user-agent': 'headroom', ...sent.headers },
      body: sent.method === 'GET' ? null : sent.body,
      dispatcher: agent,
      signal,
    }).catch((error: unknown) => {
      throw error instanceof ForbiddenAddressError ? new NeverWorksError(error.message) : error;
    });
    const status = answer.statusCode;
    const body = await readStart(answer.body);
    if (status < 300 || status > 399) return { status, retryAfter: headerText(answer.headers['retry-after']), body };
    url = redirectTarget(status, headerText(answer.headers.location), url, first);
  }
  throw new NeverWorksError(`${first.host} redirects more than ${MAX_REDIRECTS} times`);
}

function redirectTarget(status: number, location: string, from: URL, first: URL): URL {
  if (!URL.canParse(location, from))
    throw new NeverWorksError(`${from.host} answered HTTP ${status} without a Location`);
  const to = new URL(location, from);
  if (to.hostname !== first.hostname || (to.protocol !== 'https:' && to.protocol !== first.protocol)) {
    throw new NeverWorksError(
      `HTTP ${status}: ${from.host} redirects to another host (${to.host}), which is not followed`,
    );
  }
  return to;
}

type Body = AsyncIterable<Uint8Array> & { destroy(): void };

async function readStart(body: Body): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_ANSWER_BYTES) break;
  }
  body.destroy();
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES));
}

function headerText(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
