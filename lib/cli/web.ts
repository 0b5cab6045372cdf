import http from 'node:http';
import next from 'next';
import { ROOT } from '#lib/cli/web-build.ts';
import { createLog } from '#lib/collector/log.ts';

export type WebOptions = { readonly port: number; readonly host: string };

/** Serves the built pages and the API until a signal, or until the supervisor is gone. */
export async function runWeb(options: WebOptions): Promise<void> {
  const log = createLog('web');
  const app = next({ dev: false, dir: ROOT, hostname: options.host, port: options.port });
  await app.prepare();
  const handle = app.getRequestHandler();
  const server = http.createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  log.info(`listens on ${options.host}:${options.port}`);
  process.send?.('ready');

  const end = (): void => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
    setTimeout(() => process.exit(0), 2000).unref();
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  process.once('disconnect', end);
}
