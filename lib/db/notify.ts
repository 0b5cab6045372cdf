import pg from 'pg';
import type { EventHint } from '#lib/api/system.ts';

const CHANNEL = 'headroom';

/** Tells every web process and collector that something changed; a hint, never the data. In a transaction it goes out with the commit. */
export async function sendHint(db: Pick<pg.ClientBase, 'query'>, topic: EventHint['topic']): Promise<void> {
  await db.query('SELECT pg_notify($1, $2)', [CHANNEL, topic]);
}

export type Listener = { close(): Promise<void> };

const RECONNECT_MS = 2000;

/** Listens for hints on a connection of its own and reconnects for ever; hints sent meanwhile are lost, polling is the fallback. */
export function listenForHints(
  connectionString: string,
  onHint: (topic: string) => void,
  onError: (error: Error) => void,
): Listener {
  let closed = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | null = null;

  const connect = async (): Promise<void> => {
    const next = new pg.Client({ connectionString, application_name: 'headroom-hints', keepAlive: true });
    let lost = false;
    const onLost = (error?: Error): void => {
      if (lost) return;
      lost = true;
      if (error !== undefined) onError(error);
      next.removeAllListeners('notification');
      next.end().catch(onError);
      if (!closed) timer = setTimeout(() => void connect(), RECONNECT_MS);
    };
    next.on('error', onLost);
    next.on('end', () => onLost());
    next.on('notification', (message) => onHint(message.payload ?? ''));
    try {
      await next.connect();
      await next.query(`LISTEN ${CHANNEL}`);
      client = next;
    } catch (error) {
      onLost(error instanceof Error ? error : new Error(String(error)));
    }
  };
  void connect();

  return {
    async close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      await client?.end();
    },
  };
}
