import { performance } from 'node:perf_hooks';
import { Client } from 'undici';
import { forbiddenHost } from '#lib/address/address-policy.ts';
import { checkedLookup, type Resolve, resolveAll } from '#lib/address/checked-lookup.ts';
import { decodeText, decompress, notMetrics } from '#lib/scrape/fetch-body.ts';
import { type Answer, getOnce, type Progress, where } from '#lib/scrape/fetch-get.ts';
import { describeError, FetchError, type FetchOutcome } from '#lib/scrape/fetch-outcome.ts';

export type { FetchFailure, FetchFailureKind, FetchOutcome } from '#lib/scrape/fetch-outcome.ts';

export type FetchAuth =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'header'; readonly name: string; readonly value: string };

export type FetchTls = {
  /** PEM text of the CA that signed the server's certificate. */
  readonly ca?: string | null;
  readonly insecureSkipVerify?: boolean;
  readonly serverName?: string | null;
};

export type FetchRequest = {
  readonly url: string;
  /** For everything together: name, connection, headers and body. */
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly auth?: FetchAuth | null;
  readonly tls?: FetchTls | null;
  /** 'any' takes any content type, for the JSON of batch APIs. */
  readonly expect?: 'metrics' | 'any';
  /** Requests with the same text share a connection; the url where it is left out. */
  readonly connection?: string;
  /** What to say to a 404. */
  readonly notFoundHint?: string;
};

export type Fetcher = { fetchPage(request: FetchRequest): Promise<FetchOutcome>; close(): Promise<void> };

/** 0.0.4 keeps old client_python from switching to OpenMetrics, where it renames vLLM's metrics. */
const ACCEPT = 'text/plain;version=0.0.4;q=1,*/*;q=0.1';
const ACCEPT_ENCODING = 'identity;q=1,gzip;q=0.5,deflate;q=0.2,br;q=0.1';
const MAX_REDIRECTS = 3;
/** Longer than any poll interval in use; a server that closes earlier costs one silent retry. */
const KEEP_ALIVE_MS = 120_000;
/**
 * Undici leaves a connection two seconds before the server's `Keep-Alive` hint: at Node's and uvicorn's 5 s, every poll of
 * a 5 s target would connect anew. The margin turned round holds on past any hint.
 */
const KEEP_PAST_HINT_MS = -KEEP_ALIVE_MS;
const CONNECT_GIVE_UP_MS = 30_000;
const MAX_HEADER_BYTES = 16_384;

/** One keep-alive connection per target, over which `fetchPage` never throws and never passes its timeout. */
export function createFetcher(resolve: Resolve = resolveAll): Fetcher {
  const clients = new Map<string, Client>();
  const addresses = new Map<string, URL>();

  /** Taken apart once: a target's address is asked for at every poll. */
  const addressOf = (text: string): URL => {
    const known = addresses.get(text);
    if (known !== undefined) return known;
    const url = parseUrl(text);
    addresses.set(text, url);
    return url;
  };

  const clientFor = (url: URL, { tls, connection }: FetchRequest): Client => {
    const key = `${connection === undefined ? url.href : `${url.origin}\n${connection}`}\n${tls?.ca ?? ''}\n${tls?.serverName ?? ''}\n${String(tls?.insecureSkipVerify ?? false)}`;
    const known = clients.get(key);
    if (known !== undefined && !known.destroyed && !known.closed) return known;
    const client = new Client(url.origin, {
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      keepAliveTimeoutThreshold: KEEP_PAST_HINT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // The total timeout below rules; these would only add timers.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: CONNECT_GIVE_UP_MS,
        rejectUnauthorized: tls?.insecureSkipVerify !== true,
        ...(typeof tls?.ca === 'string' ? { ca: tls.ca } : {}),
        ...(typeof tls?.serverName === 'string' ? { servername: tls.serverName } : {}),
        lookup: checkedLookup(resolve),
      },
    });
    clients.set(key, client);
    return client;
  };

  const follow = async (request: FetchRequest, deadline: number, progress: Progress): Promise<Answer> => {
    const first = addressOf(request.url);
    let url = first;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const reason = forbiddenHost(url.hostname);
      if (reason !== undefined) throw new FetchError('forbidden-address', `${where(url)}: ${reason}.`);
      const answer = await getOnce(
        clientFor(url, request),
        url,
        headersFor(request, first, url),
        request,
        deadline,
        progress,
      );
      if (answer.status < 300 || answer.status > 399 || answer.status === 304) return answer;
      url = redirectTarget(answer, url, first);
    }
    throw new FetchError('redirect', `${where(first)} redirects more than ${MAX_REDIRECTS} times.`);
  };

  return {
    async fetchPage(request) {
      const start = performance.now();
      const progress: Progress = { bytes: 0, gotHeaders: false };
      try {
        const answer = await follow(request, start + request.timeoutMs, progress);
        const url = addressOf(request.url);
        const encoding = headerText(answer, 'content-encoding');
        const raw = await decompress(answer.body, encoding, request.maxBodyBytes, where(url));
        const body = decodeText(raw);
        const contentType = headerText(answer, 'content-type');
        checkAnswer(answer.status, body, contentType, request, url);
        return { ok: true, body, contentType, bytes: raw.length, durationMs: performance.now() - start };
      } catch (error) {
        const { kind, message } = describeError(error, safeWhere(request.url), progress.gotHeaders);
        return { ok: false, kind, message, bytes: progress.bytes, durationMs: performance.now() - start };
      }
    },
    async close() {
      const open = [...clients.values()];
      clients.clear();
      await Promise.all(open.map((client) => client.destroy()));
    },
  };
}

function checkAnswer(status: number, body: string, contentType: string, request: FetchRequest, url: URL): void {
  if (status < 200 || status > 299) {
    const hint =
      status === 401 || status === 403
        ? ' It wants credentials, or others than those given.'
        : status === 404
          ? ` ${request.notFoundHint ?? 'Is the path right? vLLM has /metrics.'}`
          : '';
    throw new FetchError('http-status', `${where(url)}${url.pathname} answered HTTP ${status} instead of 200.${hint}`);
  }
  const other = request.expect === 'any' ? undefined : notMetrics(body, contentType);
  if (other !== undefined) {
    throw new FetchError(
      'not-metrics',
      `${where(url)}${url.pathname} answered with ${other} instead of metrics text. Is this the metrics URL?`,
    );
  }
}

function redirectTarget(answer: Answer, from: URL, first: URL): URL {
  const location = headerText(answer, 'location');
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (to === undefined || (to.protocol !== 'http:' && to.protocol !== 'https:')) {
    throw new FetchError('redirect', `${where(from)} answered HTTP ${answer.status} without a usable Location.`);
  }
  if (to.hostname !== first.hostname) {
    throw new FetchError(
      'redirect',
      `${where(from)} redirects to another host (${to.host}), which is not followed. Use that URL if it is right.`,
    );
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new FetchError('redirect', `${where(from)} redirects from https to http, which is not followed.`);
  }
  return to;
}

/** Credentials go to the origin they were given for, and to its https twin; not to another port. */
function headersFor(request: FetchRequest, first: URL, url: URL): Record<string, string> {
  const headers: Record<string, string> = {
    accept: request.expect === 'any' ? '*/*' : ACCEPT,
    'accept-encoding': ACCEPT_ENCODING,
    'user-agent': 'headroom',
  };
  const trusted =
    url.origin === first.origin || (url.protocol === 'https:' && url.hostname === first.hostname && url.port === '');
  if (!trusted) return headers;
  const { auth } = request;
  if (auth?.kind === 'bearer') headers.authorization = `Bearer ${auth.token}`;
  else if (auth?.kind === 'basic') headers.authorization = basic(auth.username, auth.password);
  else if (auth?.kind === 'header') headers[auth.name.toLowerCase()] = auth.value;
  else if (first.username !== '')
    headers.authorization = basic(decodeURIComponent(first.username), decodeURIComponent(first.password));
  return headers;
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined)
    throw new FetchError('network', "The target's URL cannot be read. It should look like http://host:8000/metrics.");
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new FetchError('forbidden-address', `Only http and https are polled, not ${url.protocol}`);
  }
  return url;
}

function safeWhere(text: string): string {
  return URL.canParse(text) ? where(new URL(text)) : 'the target';
}

function headerText(answer: Answer, name: string): string {
  const value = answer.headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
