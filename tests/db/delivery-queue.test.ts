import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { queueDeliveries, startDeliveryQueue } from '#lib/db/delivery-queue.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';
import { until } from '#tests/until.ts';

let database: TestDatabase;
let door: Door;
beforeEach(async () => {
  database = await createTestDatabase();
  door = await openDoor(new URL(database.url));
});
afterEach(async () => {
  await door.close();
  await database.drop();
});

type Door = { readonly url: string; open(): Promise<void>; close(): Promise<void> };

/** Between the queue and the database: closed, every connection ends and none is taken, as when Postgres is stopped. */
async function openDoor(to: URL): Promise<Door> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    const inner = net.connect(Number(to.port), to.hostname);
    for (const each of [socket, inner]) {
      sockets.add(each);
      each.on('error', () => {}).on('close', () => sockets.delete(each));
    }
    socket.pipe(inner).pipe(socket);
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as net.AddressInfo;
  const url = new URL(to);
  url.port = String(port);
  url.hostname = '127.0.0.1';
  return {
    url: url.href,
    open: () => listen(port),
    async close() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

// An error that nobody takes would end the collector, with all samples that wait for the database; vitest fails on it.
it('a database that goes away while a delivery is at work ends nothing, and the delivery is made when it is back', async () => {
  const errors: string[] = [];
  let works = 0;
  let letGo = (): void => {};
  const gone = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const queue = startDeliveryQueue({
    connectionString: door.url,
    work: async () => {
      works++;
      if (works > 1) return;
      await gone;
      throw new Error('the database is away');
    },
    onError: (text) => errors.push(text),
  });
  await queueDeliveries(database.pool, [{ id: 'd1', channelId: 1, groupKey: 'g', delayMs: 0 }]);
  await until(() => works === 1);
  await door.close();
  letGo();
  const refused = () => errors.filter((text) => text.includes('ECONNREFUSED')).length;
  await until(() => refused() >= 4);
  await door.open();
  await until(() => works >= 2);
  await queue.stop();
  expect(works).toBe(2);
}, 60_000);
