import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Collector } from '#lib/collector/collector.ts';
import { createLog } from '#lib/collector/log.ts';
import { loadCursors } from '#lib/db/cursors.ts';
import { createPool, type Pool } from '#lib/db/pool.ts';
import { createPrisma } from '#lib/db/prisma.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { TargetStore } from '#lib/db/targets.ts';
import { DEFAULT_FAST_POLLING } from '#lib/target/fast-polling.ts';
import { type CountingExporter, startCountingExporter } from '#tests/counting-exporter.ts';
import { startDatabaseProxy } from '#tests/database-proxy.ts';
import { SETTINGS } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';
import { until } from '#tests/until.ts';

const COMMAND = path.join(import.meta.dirname, '../../lib/cli/headroom.ts');
const silent = createLog('test', () => {});

let database: TestDatabase;
let exporter: CountingExporter;
let targetId: number;
beforeEach(async () => {
  database = await createTestDatabase();
  exporter = await startCountingExporter();
  const store = targetStore(database.pool);
  targetId = (await store.create({ ...SETTINGS, url: exporter.url, intervalMs: 1000 }, 'api')).id;
});
afterEach(async () => {
  await exporter.close();
  await database.drop();
});

function targetStore(pool: Pool): TargetStore {
  return new TargetStore(createPrisma(pool), createSecretBox('test'));
}

type Totals = { stored: Record<string, number>; counted: Record<string, number>; samples: number };

/** What the rows add up to, beside the exporter's counters of the newest stored sample. */
async function totals(): Promise<Totals> {
  const { rows } = await database.pool.query(
    `SELECT coalesce(sum(generation_tokens), 0) AS generation_tokens, coalesce(sum(finished_stop), 0) AS finished_stop,
            coalesce(sum(h_ttft_s[1]), 0) AS first_bucket, count(*)::int AS samples FROM engine_sample`,
  );
  const subjects = await database.pool.query<{ id: number }>('SELECT id FROM subject');
  const cursors = await loadCursors(
    database.pool,
    subjects.rows.map(({ id }) => id),
  );
  const [cursor] = [...cursors.values()];
  const { samples, ...stored } = rows[0];
  return {
    samples,
    stored,
    counted: {
      generation_tokens: cursor?.counters.generation_tokens ?? 0,
      finished_stop: cursor?.counters.finished_stop ?? 0,
      first_bucket: cursor?.histograms.ttft_s?.cumulative[0] ?? 0,
    },
  };
}

const samplesAtLeast = (count: number) => until(async () => (await totals()).samples >= count);

describe('kill -9 of the collector', () => {
  function startCollector(): ChildProcess {
    return spawn(process.execPath, [COMMAND, 'collector'], {
      env: { ...process.env, DATABASE_URL: database.url, HEADROOM_SECRET_KEY: 'test' },
      stdio: 'ignore',
    });
  }

  /** The next collector may poll once the dead one's leases are over; tests need not wait for the clock. */
  const expireLeases = () => database.pool.query("UPDATE target_lease SET until = now() - interval '1 second'");

  it('at any moment loses no increment and stores none twice', async () => {
    for (let round = 0; round < 5; round++) {
      const before = (await totals()).samples;
      const collector = startCollector();
      const gone = new Promise((resolve) => collector.once('exit', resolve));
      await samplesAtLeast(before + 1 + (round % 2));
      const seen = exporter.polls();
      // Between a poll and its commit, as near as can be: right after the exporter answered.
      await until(() => exporter.polls() > seen);
      collector.kill('SIGKILL');
      await gone;
      await expireLeases();
      const { stored, counted } = await totals();
      expect(stored).toEqual(counted);
    }
    expect((await totals()).stored.generation_tokens).toBeGreaterThan(0);
  });
});

describe('Postgres away', () => {
  it('samples wait and are written when it is back; the time between is no gap', async () => {
    const proxy = await startDatabaseProxy(database.url);
    const pool = createPool({ connectionString: proxy.url, max: 5, statementTimeoutMs: 5000, name: 'test' }, () => {});
    const collector = new Collector({
      pool,
      targets: targetStore(pool),
      smiCommand: () => 'nvidia-smi',
      fastPolling: () => DEFAULT_FAST_POLLING,
      log: silent,
      clock: Date.now,
      enqueue: async () => {},
    });
    await collector.start();
    await samplesAtLeast(2);
    proxy.cut();
    await until(() => collector.writerStats().lastError !== null && collector.writerStats().waiting >= 3);
    expect(collector.writerStats().dropped).toBe(0);
    proxy.restore();
    const { samples } = await totals();
    await samplesAtLeast(samples + 3);
    await collector.stop();
    await pool.end();
    await proxy.close();
    const { stored, counted } = await totals();
    expect(stored).toEqual(counted);
    const { rows } = await database.pool.query('SELECT max(missed) AS missed FROM engine_sample');
    expect(rows[0].missed).toBeLessThanOrEqual(1);
  });
});

describe('changing a target while it is polled', () => {
  it('keeps its counters', async () => {
    const store = targetStore(database.pool);
    const collector = new Collector({
      pool: database.pool,
      targets: store,
      smiCommand: () => 'nvidia-smi',
      fastPolling: () => DEFAULT_FAST_POLLING,
      log: silent,
      clock: Date.now,
      enqueue: async () => {},
    });
    await collector.start();
    await samplesAtLeast(2);
    await store.update(
      targetId,
      { ...SETTINGS, url: exporter.url, intervalMs: 2000, labels: { host: 'other' } },
      false,
    );
    collector.refresh();
    await samplesAtLeast(5);
    await collector.stop();
    const { stored, counted } = await totals();
    expect(stored).toEqual(counted);
    const firsts = await database.pool.query('SELECT count(*)::int AS n FROM engine_sample WHERE elapsed_ms IS NULL');
    expect(firsts.rows[0].n).toBe(1);
  });
});

describe('a restart of the engine', () => {
  it('is marked, and what it counts anew is added once', async () => {
    const collector = new Collector({
      pool: database.pool,
      targets: targetStore(database.pool),
      smiCommand: () => 'nvidia-smi',
      fastPolling: () => DEFAULT_FAST_POLLING,
      log: silent,
      clock: Date.now,
      enqueue: async () => {},
    });
    await collector.start();
    await samplesAtLeast(2);
    const before = exporter.polls();
    await until(() => exporter.polls() > before);
    exporter.restart();
    await until(async () => (await database.pool.query("SELECT 1 FROM mark WHERE kind = 'restart'")).rowCount === 1);
    await collector.stop();
    const { rows } = await database.pool.query(
      'SELECT min(generation_tokens) AS least, max(generation_tokens) AS most FROM engine_sample',
    );
    expect(rows[0].least).toBeGreaterThanOrEqual(0);
    expect(rows[0].most).toBeLessThan(500);
  });
});
