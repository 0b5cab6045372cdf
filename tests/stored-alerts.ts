import type { Episode } from '#lib/alerts/alert.ts';
import { ChannelInput } from '#lib/api/channels.ts';
import { insertAlerts, type NewAlert, updateAlerts } from '#lib/db/alerts.ts';
import { ChannelStore } from '#lib/db/channels.ts';
import { enqueueNotifications } from '#lib/db/notifications.ts';
import { inTransaction, type Pool } from '#lib/db/pool.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { channelFromInput } from '#lib/notify/channel.ts';

export const channelStore = (pool: Pool): ChannelStore => new ChannelStore(pool, createSecretBox('test'));

/** Stores a channel as a person would write it. */
export async function addChannel(pool: Pool, input: object): Promise<number> {
  const result = channelFromInput(ChannelInput.parse({ name: `channel ${Math.random()}`, ...input }));
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return channelStore(pool).create(pool, result.channel, 'user', Date.now());
}

export async function addTarget(pool: Pool, name = 'qwen-a', host = 'gpu-01'): Promise<number> {
  const { rows } = await pool.query(
    `INSERT INTO target (name, source, url, interval_ms, labels, profile, gpus, origin, origin_key, updated_at)
     VALUES ($1, 'vllm', 'http://127.0.0.1:1/metrics', 5000, $2, 'relative', '[]', 'api', '', now()) RETURNING id`,
    [name, JSON.stringify({ host })],
  );
  return rows[0].id;
}

export function firingEpisode(firedAtMs: number, change: Partial<Episode> = {}): Episode {
  return {
    pendingSinceMs: firedAtMs - 60_000,
    firedAtMs,
    lastHeldMs: firedAtMs,
    recoveringSinceMs: null,
    resolvedAtMs: null,
    endReason: null,
    noDataSinceMs: null,
    data: 'ok',
    dataReason: '',
    evaluations: 12,
    observed: 12,
    unit: 'ratio',
    limit: 0.9,
    firedValue: 0.97,
    peakValue: 0.99,
    lastValue: 0.98,
    resolvedValue: null,
    lastSeenMs: firedAtMs,
    flapping: false,
    changes: 1,
    ...change,
  };
}

export function newAlert(targetId: number, change: Partial<NewAlert> = {}): NewAlert {
  return {
    ruleId: 'KvCacheNearlyFull',
    scope: 'target',
    subjectId: null,
    targetId,
    subjectName: 'qwen-a',
    labels: { rule: 'KvCacheNearlyFull', severity: 'critical', host: 'gpu-01', target: 'qwen-a' },
    rule: {
      title: 'KV cache nearly full',
      expr: 'kv_cache_utilization > 90%',
      profile: 'relative',
      forMs: 60_000,
      keepFiringMs: 60_000,
      action: 'scale_out',
      cause: 'Too many tokens in flight.',
      check: 'Look at the queue.',
      remedy: 'Send less, or add a replica.',
      source: 'report 1 §2',
      signals: ['kv_cache_utilization'],
      vram: 'printed',
    },
    severity: 'critical',
    episode: firingEpisode(Date.now()),
    ...change,
  };
}

/** What the evaluator does when an alert fires. */
export function fire(pool: Pool, alerts: readonly NewAlert[]): Promise<readonly number[]> {
  return inTransaction(pool, async (client) => {
    const ids = await insertAlerts(client, alerts);
    await enqueueNotifications(client, ids, Date.now());
    return ids;
  });
}

/** What the evaluator does when an episode goes on or ends. */
export function change(pool: Pool, id: number, episode: Partial<Episode>): Promise<void> {
  return inTransaction(pool, async (client) => {
    await updateAlerts(client, [{ id, episode: firingEpisode(Date.now() - 60_000, episode), isNews: true }]);
    await enqueueNotifications(client, [id], Date.now());
  });
}

export const resolve = (pool: Pool, id: number): Promise<void> =>
  change(pool, id, { resolvedAtMs: Date.now(), endReason: 'recovered', resolvedValue: 0.4 });
