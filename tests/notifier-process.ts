import { createLog } from '#lib/collector/log.ts';
import { Notifier } from '#lib/collector/notifier.ts';
import { createPool } from '#lib/db/pool.ts';
import { channelStore } from '#tests/stored-alerts.ts';

// A process of its own that sends what is in the outbox of DATABASE_URL, to be killed.
const connectionString = process.env.DATABASE_URL ?? '';
const log = createLog('notifier');
const pool = createPool({ connectionString, max: 4, statementTimeoutMs: 10_000, name: 'notifier' }, (error) =>
  log.warn(error.message),
);
new Notifier({
  pool,
  connectionString,
  channels: channelStore(pool),
  baseUrl: 'http://headroom.test',
  isEvaluating: () => true,
  log,
  clock: Date.now,
}).start();
