import net, { type AddressInfo, type Socket } from 'node:net';

export type DatabaseProxy = {
  /** As the database's own, but through the proxy. */
  readonly url: string;
  /** As a stopped Postgres closes connections, or as a killed one resets them. */
  cut(how?: 'close' | 'reset'): void;
  restore(): void;
  close(): Promise<void>;
};

/** A TCP proxy in front of Postgres. While it is cut every connection ends and new ones end at once. */
export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const to = new URL(databaseUrl);
  const open = new Set<Socket>();
  let isCut = false;
  const server = net.createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = net.connect(Number(to.port), to.hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      socket.on('error', () => socket.destroy());
    }
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const destroyAll = (): void => {
    for (const socket of open) socket.destroy();
  };
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cut(how = 'close') {
      isCut = true;
      if (how === 'close') destroyAll();
      else for (const socket of open) socket.resetAndDestroy();
    },
    restore() {
      isCut = false;
    },
    close: () =>
      new Promise((resolve) => {
        destroyAll();
        server.close(() => resolve());
      }),
  };
}
