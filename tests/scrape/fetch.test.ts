import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFetcher, type Fetcher, type FetchOutcome, type FetchRequest } from '#lib/scrape/fetch.ts';

let fetcher: Fetcher;
const closers: (() => void)[] = [];

beforeEach(() => {
  fetcher = createFetcher();
});

afterEach(async () => {
  await fetcher.close();
  for (const close of closers.splice(0)) close();
});

async function listen(server: Server, scheme = 'http'): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (handler: RequestListener): Promise<string> => listen(createServer(handler));

/** A server below HTTP, for answers that no HTTP library would send. */
async function serveRaw(onData: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => onData(socket));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function get(url: string, more: Partial<FetchRequest> = {}): Promise<FetchOutcome> {
  return fetcher.fetchPage({ url, timeoutMs: 20_000, maxBodyBytes: 16 * 1024 * 1024, ...more });
}

function failure(outcome: FetchOutcome): { kind: string; message: string } {
  if (outcome.ok) throw new Error('expected a failure');
  return outcome;
}

const text = (response: ServerResponse, body: string | Buffer, headers: Record<string, string> = {}): void => {
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4', ...headers });
  response.end(body);
};

describe('a page', () => {
  test('arrives with its type, size and time', async () => {
    const url = await serve((_, response) => text(response, 'up 1\n'));
    const outcome = await get(`${url}/metrics`);
    expect(outcome).toMatchObject({ ok: true, body: 'up 1\n', contentType: 'text/plain; version=0.0.4', bytes: 5 });
    expect(outcome.durationMs).toBeGreaterThan(0);
  });

  test('is asked for in a way that keeps vLLM from renaming its metrics', async () => {
    let seen: IncomingMessage['headers'] = {};
    const url = await serve((request, response) => {
      seen = request.headers;
      text(response, 'up 1\n');
    });
    await get(url);
    expect(seen.accept).toBe('text/plain;version=0.0.4;q=1,*/*;q=0.1');
  });

  test.each([
    ['says nothing of how long', {}],
    ['means to close it after a second', { 'keep-alive': 'timeout=1' }],
  ])('comes over one kept connection, poll after poll, where the server %s', async (_, headers) => {
    let connections = 0;
    const server = createServer((_request, response) => text(response, 'up 1\n', headers));
    server.on('connection', () => {
      connections += 1;
    });
    const url = await listen(server);
    for (let i = 0; i < 5; i += 1) expect((await get(url)).ok).toBe(true);
    expect(connections).toBe(1);
  });

  test('comes although the server closed the kept connection between two polls', async () => {
    const sockets: Socket[] = [];
    const server = createServer((_, response) => text(response, 'up 1\n'));
    server.on('connection', (socket) => sockets.push(socket));
    const url = await listen(server);
    expect((await get(url)).ok).toBe(true);
    for (const socket of sockets) socket.destroy();
    expect((await get(url)).ok).toBe(true);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ])('is unpacked from %s', async (encoding, pack) => {
    const url = await serve((_, response) => text(response, pack('up 1\n'), { 'content-encoding': encoding }));
    expect(await get(url)).toMatchObject({ ok: true, body: 'up 1\n', bytes: 5 });
  });

  test('with invalid UTF-8 is read with replacement characters', async () => {
    const url = await serve((_, response) => text(response, Buffer.from([0x61, 0xff, 0x20, 0x31, 0x0a])));
    expect(await get(url)).toMatchObject({ ok: true, body: 'a\ufffd 1\n' });
  });

  test('may start with a quoted UTF-8 metric name, which is not JSON', async () => {
    const url = await serve((_, response) => text(response, '{"my.metric",a="b"} 1\n'));
    expect((await get(url)).ok).toBe(true);
  });
});

describe('credentials', () => {
  test.each([
    [{ kind: 'bearer', token: 't0ken' } as const, 'authorization', 'Bearer t0ken'],
    [{ kind: 'basic', username: 'u', password: 'p' } as const, 'authorization', 'Basic dTpw'],
    [{ kind: 'header', name: 'X-Api-Key', value: 'k' } as const, 'x-api-key', 'k'],
  ])('%o are sent', async (auth, name, value) => {
    let seen: unknown;
    const url = await serve((request, response) => {
      seen = request.headers[name];
      text(response, 'up 1\n');
    });
    await get(url, { auth });
    expect(seen).toBe(value);
  });

  test('never show in a message', async () => {
    const url = await serve((_, response) => response.writeHead(401).end());
    const outcome = await get(url.replace('127', 'user:pa55@127'), { auth: { kind: 'bearer', token: 't0ken' } });
    expect(failure(outcome).message).not.toMatch(/pa55|t0ken/);
  });
});

describe('an answer that is not metrics', () => {
  test('an HTML page is called one, by type or by its first characters', async () => {
    const html = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('hello'));
    const plain = await serve((_, response) => text(response, '\n <!DOCTYPE html><html>'));
    for (const url of [html, plain]) {
      const { kind, message } = failure(await get(url));
      expect(kind).toBe('not-metrics');
      expect(message).toContain('HTML');
    }
  });

  test('JSON is called JSON, and is taken where any type is expected', async () => {
    const url = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1}'),
    );
    expect(failure(await get(url))).toMatchObject({ kind: 'not-metrics', message: expect.stringContaining('JSON') });
    expect(await get(url, { expect: 'any' })).toMatchObject({ ok: true, body: '{"a":1}' });
  });

  test.each([401, 404, 500, 503])('HTTP %i is named', async (status) => {
    const url = await serve((_, response) => response.writeHead(status).end('no'));
    const { kind, message } = failure(await get(`${url}/metrics`));
    expect(kind).toBe('http-status');
    expect(message).toContain(String(status));
  });
});

describe('limits', () => {
  test('a 100 MB body is refused early', async () => {
    let sent = 0;
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const chunk = Buffer.alloc(1024 * 1024, 97);
      const more = (): void => {
        while (sent < 100 && !response.destroyed) {
          sent += 1;
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    expect(failure(await get(url, { maxBodyBytes: 2 * 1024 * 1024 }))).toMatchObject({ kind: 'too-large' });
    expect(sent).toBeLessThan(50);
  });

  test('a body announced as too large is refused before it comes', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '99999999' });
      response.write('a');
    });
    const outcome = await get(url, { maxBodyBytes: 1000 });
    expect(failure(outcome).kind).toBe('too-large');
    expect(outcome.durationMs).toBeLessThan(1000);
  });

  test('a gzip bomb is refused, naming the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    const url = await serve((_, response) => text(response, bomb, { 'content-encoding': 'gzip' }));
    const before = process.memoryUsage().arrayBuffers;
    const { kind, message } = failure(await get(url, { maxBodyBytes: 1024 * 1024, timeoutMs: 20_000 }));
    expect(kind).toBe('too-large');
    expect(message).toContain('the limit of 1 MiB');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 1024 * 1024);
  });

  test('a damaged gzip body is called so', async () => {
    const packed = gzipSync('up 1\n'.repeat(100));
    const url = await serve((_, response) => text(response, packed.subarray(0, 20), { 'content-encoding': 'gzip' }));
    expect(failure(await get(url)).kind).toBe('truncated');
  });
});

describe('time', () => {
  test('headers that trickle run into the total timeout', async () => {
    const url = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x-a: b\r\n'), 50);
      socket.on('close', () => clearInterval(timer));
    });
    const outcome = await get(url, { timeoutMs: 400 });
    expect(failure(outcome).kind).toBe('timeout-headers');
    expect(outcome.durationMs).toBeLessThan(1500);
  });

  test('a body that never ends runs into the total timeout', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const timer = setInterval(() => response.write('a 1\n'), 50);
      response.on('close', () => clearInterval(timer));
    });
    const outcome = await get(url, { timeoutMs: 400 });
    expect(failure(outcome).kind).toBe('timeout-body');
    expect(outcome.bytes).toBeGreaterThan(0);
    expect(outcome.durationMs).toBeLessThan(1500);
  });

  test('a host that does not answer the connection runs into the timeout', async () => {
    // The name never resolves, which holds the connection just as dropped packets do.
    const silent = createFetcher(() => undefined);
    const outcome = await silent.fetchPage({ url: 'http://gpu.example/', timeoutMs: 200, maxBodyBytes: 1000 });
    await silent.close();
    expect(failure(outcome).kind).toBe('timeout-connect');
  });

  test('a target works again after a timeout', async () => {
    let slow = true;
    const url = await serve((_, response) => {
      if (!slow) text(response, 'up 1\n');
    });
    expect(failure(await get(url, { timeoutMs: 200 })).kind).toBe('timeout-headers');
    slow = false;
    expect((await get(url)).ok).toBe(true);
  });
});

describe('a broken connection', () => {
  test('a body shorter than announced is truncated, not a page', async () => {
    const url = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nup 1\n'));
    expect(failure(await get(url)).kind).toBe('truncated');
  });

  test('a chunked body without its end is truncated', async () => {
    const url = await serveRaw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nup 1\n\r\n'),
    );
    expect(failure(await get(url)).kind).toBe('truncated');
  });

  test('a closed port is refused, and the message says so', async () => {
    const url = await serve(() => undefined);
    for (const close of closers.splice(0)) close();
    await new Promise((done) => setTimeout(done, 50));
    const { kind, message } = failure(await get(url));
    expect(kind).toBe('refused');
    expect(message).toContain('nothing listens');
  });

  test('a server that closes without an answer, or speaks another protocol, is a network failure', async () => {
    const closing = await serveRaw((socket) => socket.end());
    const ssh = await serveRaw((socket) => socket.end('SSH-2.0-OpenSSH_9.0\r\n'));
    expect(failure(await get(closing)).kind).toBe('network');
    expect(failure(await get(ssh)).kind).toBe('network');
  });

  test('a name that does not resolve is a DNS failure', async () => {
    const nowhere = createFetcher((_, done) => done(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []));
    const outcome = await nowhere.fetchPage({ url: 'http://gpu.example/', timeoutMs: 1000, maxBodyBytes: 1000 });
    await nowhere.close();
    expect(failure(outcome).kind).toBe('dns');
  });

  test('a URL that cannot be read, or another scheme, fails with words', async () => {
    expect(failure(await get('not a url')).message).toContain('http://host:8000/metrics');
    expect(failure(await get('file:///etc/passwd')).kind).toBe('forbidden-address');
  });
});

describe('where a poll may go', () => {
  test('a redirect on the same host is followed, three times at most', async () => {
    const url = await serve((request, response) => {
      const hop = Number(request.url?.slice(1));
      if (hop === 0) text(response, 'up 1\n');
      else response.writeHead(302, { location: `/${hop - 1}` }).end();
    });
    expect((await get(`${url}/3`)).ok).toBe(true);
    expect(failure(await get(`${url}/4`)).kind).toBe('redirect');
  });

  test('a redirect to another host is refused and names it', async () => {
    const url = await serve((_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
    );
    const { kind, message } = failure(await get(url));
    expect(kind).toBe('redirect');
    expect(message).toContain('169.254.169.254');
  });

  test('credentials do not follow a redirect to another port of the host', async () => {
    let seen: unknown = 'nothing came';
    const second = await serve((request, response) => {
      seen = request.headers.authorization;
      text(response, 'up 1\n');
    });
    const first = await serve((_, response) => response.writeHead(307, { location: second }).end());
    expect((await get(first, { auth: { kind: 'bearer', token: 't' } })).ok).toBe(true);
    expect(seen).toBeUndefined();
  });

  test('link-local addresses are refused before a connection is tried', async () => {
    for (const url of [
      'http://169.254.169.254/',
      'http://0xa9fea9fe/',
      'http://[::ffff:a9fe:a9fe]/',
      'http://metadata.google.internal/',
    ]) {
      const outcome = await get(url);
      expect(failure(outcome).kind, url).toBe('forbidden-address');
      expect(outcome.durationMs).toBeLessThan(500);
    }
  });

  test('a name that resolves to a link-local address is refused, also among others', async () => {
    const rebinding = createFetcher((_, done) =>
      done(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '169.254.169.254', family: 4 },
      ]),
    );
    const outcome = await rebinding.fetchPage({ url: 'http://gpu.example/', timeoutMs: 1000, maxBodyBytes: 1000 });
    await rebinding.close();
    expect(failure(outcome).kind).toBe('forbidden-address');
  });

  test('the connection goes to the address that was checked', async () => {
    const url = await serve((_, response) => text(response, 'up 1\n'));
    let asked = 0;
    const pinned = createFetcher((_, done) => {
      asked += 1;
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    });
    const outcome = await pinned.fetchPage({
      url: url.replace('127.0.0.1', 'gpu.example'),
      timeoutMs: 1000,
      maxBodyBytes: 1000,
    });
    await pinned.close();
    expect(outcome.ok).toBe(true);
    expect(asked).toBe(1);
  });
});

describe('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-tls-'));
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  };
  const made = (() => {
    try {
      openssl(
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        'ca.key',
        '-out',
        'ca.pem',
        '-subj',
        '/CN=Test CA',
        '-days',
        '1',
      );
      openssl(
        'req',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        'a.key',
        '-out',
        'a.csr',
        '-subj',
        '/CN=gpu.example',
        '-addext',
        'subjectAltName=DNS:gpu.example',
      );
      openssl(
        'x509',
        '-req',
        '-in',
        'a.csr',
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-out',
        'a.pem',
        '-days',
        '1',
        '-copy_extensions',
        'copy',
      );
      return true;
    } catch {
      return false;
    }
  })();
  const secure = (): Promise<string> =>
    listen(
      createTlsServer({ key: readFileSync(file('a.key')), cert: readFileSync(file('a.pem')) }, (_, response) =>
        text(response, 'up 1\n'),
      ),
      'https',
    );
  const tlsTest = (name: string, body: () => Promise<void>): void => {
    if (made) test(name, body);
    else test.skip(`${name} (SKIPPED: needs openssl 3 to make certificates)`, body);
  };
  closersAtEnd(folder);

  tlsTest('a certificate of a CA that was given is accepted under its name', async () => {
    const ca = readFileSync(file('ca.pem'), 'utf8');
    expect((await get(await secure(), { tls: { ca, serverName: 'gpu.example' } })).ok).toBe(true);
  });

  tlsTest('the checked address is used under the name of the certificate', async () => {
    const ca = readFileSync(file('ca.pem'), 'utf8');
    const url = (await secure()).replace('127.0.0.1', 'gpu.example');
    const pinned = createFetcher((_, done) => done(null, [{ address: '127.0.0.1', family: 4 }]));
    const outcome = await pinned.fetchPage({ url, timeoutMs: 2000, maxBodyBytes: 1000, tls: { ca } });
    await pinned.close();
    expect(outcome).toMatchObject({ ok: true, body: 'up 1\n' });
  });

  tlsTest('an unknown CA is refused, and the message says what to give', async () => {
    const { kind, message } = failure(await get(await secure(), { tls: { serverName: 'gpu.example' } }));
    expect(kind).toBe('tls');
    expect(message).toContain('ca_file');
  });

  tlsTest('another name is refused', async () => {
    const ca = readFileSync(file('ca.pem'), 'utf8');
    expect(failure(await get(await secure(), { tls: { ca, serverName: 'other.example' } })).kind).toBe('tls');
  });

  tlsTest('verification can be switched off for one target without touching another', async () => {
    const url = await secure();
    expect((await get(url, { tls: { insecureSkipVerify: true } })).ok).toBe(true);
    expect(failure(await get(url)).kind).toBe('tls');
  });

  test('https to a plain server says so', async () => {
    const url = await serve((_, response) => text(response, 'up 1\n'));
    const { kind, message } = failure(await get(url.replace('http:', 'https:')));
    expect(kind).toBe('tls');
    expect(message).toContain('http://');
  });
});

function closersAtEnd(folder: string): void {
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}
