import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { BatchFault, Fault } from '#lib/simulator/scenario.ts';

const MIB = 1_048_576;
/** Half a GiB when unpacked, half a MiB on the wire: gzip members may follow each other. */
const BOMB_MEMBERS = 8;
const BOMB_MEMBER_BYTES = 64 * MIB;
/** Above every sensible limit on the size of a page. */
const HUGE_LINES = 400_000;
const ENDLESS_CHUNK = 'vllm:num_requests_running{engine="0",model_name="endless"} 1.0\n'.repeat(500);
const SLOW_BYTE_MS = 1000;

type Answer = (response: ServerResponse) => void;

/** How a target that is broken in one of these ways answers. `none`, `frozen`, `restart` and faults of batch lists need the page itself. */
export const FAULT_ANSWERS: Readonly<Record<Exclude<Fault, 'none' | 'frozen' | 'restart' | BatchFault>, Answer>> = {
  down: closePort,
  hang: () => {},
  'slow-headers': slowHeaders,
  endless,
  html: (response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(
      '<!doctype html><html><head><title>Sign in</title></head><body><form method="post">Sign in</form></body></html>\n',
    );
  },
  garbage: (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('\u0000\u0007{"data": [{"id": "batch_\ufffd');
  },
  'http-500': (response) => {
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('Internal Server Error\n');
  },
  'gzip-bomb': gzipBomb,
  huge: (response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(hugePage());
  },
};

/** All targets share one port, so a closed port is shown as a connection that breaks without an answer. */
export function closePort(response: ServerResponse): void {
  response.socket?.destroy();
}

/** A byte of the headers every second: no timeout between two bytes ever passes. */
function slowHeaders(response: ServerResponse): void {
  const { socket } = response;
  if (socket === null) return;
  const text = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nx-slow: ';
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++] ?? 'x'), SLOW_BYTE_MS);
  socket.on('error', () => clearInterval(timer));
  socket.on('close', () => clearInterval(timer));
}

function endless(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  const more = (): void => {
    while (!response.destroyed && response.write(ENDLESS_CHUNK)) {
      // Until the client's buffers are full; `drain` goes on.
    }
  };
  response.on('drain', more);
  response.on('error', () => {});
  more();
}

let bomb: Buffer | null = null;

function gzipBomb(response: ServerResponse): void {
  bomb ??= gzipSync(Buffer.alloc(BOMB_MEMBER_BYTES, '#'), { level: 9 });
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'content-encoding': 'gzip' });
  for (let i = 0; i < BOMB_MEMBERS; i += 1) response.write(bomb);
  response.end();
}

function hugePage(): string {
  const lines = [
    '# HELP vllm:num_requests_running Number of requests in model execution batches.',
    '# TYPE vllm:num_requests_running gauge',
  ];
  for (let i = 0; i < HUGE_LINES; i += 1) lines.push(`vllm:num_requests_running{engine="${i}",model_name="huge"} 1.0`);
  return `${lines.join('\n')}\n`;
}
