import { insertAlertEvents, insertAlerts, type NewAlert, type RuleSnapshot } from '#lib/db/alerts.ts';
import type { Pool } from '#lib/db/pool.ts';
import type { Actor } from '#lib/service/access.ts';
import { firingEpisode } from '#tests/stored-alerts.ts';

export const ANNA: Actor = { name: 'Anna', role: 'responder' };
export const KIM: Actor = { name: 'Kim', role: 'responder' };

const SNAPSHOT: RuleSnapshot = {
  title: 'KV cache nearly full',
  expr: 'kv_cache_utilization > 90%',
  profile: 'relative',
  forMs: 60_000,
  keepFiringMs: 120_000,
  action: '',
  cause: '',
  check: '',
  remedy: '',
  source: 'test',
  signals: ['kv_cache_utilization'],
  vram: 'printed',
};

export type AlertParts = Partial<Omit<NewAlert, 'episode' | 'rule'>> & {
  readonly targetId: number | null;
  readonly episode?: Partial<NewAlert['episode']>;
  readonly rule?: Partial<RuleSnapshot>;
};

/** An alert as the evaluator would store it; fired at `atMs` unless the parts say otherwise. */
export function alertOf(atMs: number, parts: AlertParts): NewAlert {
  const { rule, episode, ...given } = parts;
  const alert = {
    ruleId: 'KvCacheFull',
    scope: 'target' as const,
    subjectId: null,
    subjectName: 'qwen-a',
    severity: 'warning' as const,
    labels: { host: 'gpu-01', rule: 'KvCacheFull', severity: 'warning', model: 'qwen' },
    ...given,
  };
  return {
    ...alert,
    rule: { ...SNAPSHOT, ...rule },
    episode: firingEpisode(atMs, episode),
  };
}

/** Stores alerts with the timeline of an alert that fired; answers their ids. */
export async function storeAlerts(pool: Pool, alerts: readonly NewAlert[]): Promise<readonly number[]> {
  const ids = await insertAlerts(pool, alerts);
  const events = alerts.flatMap(({ episode }, i) => {
    const event = (kind: string, atMs: number, value: number | null) => ({
      ...{ alertId: ids[i] ?? 0, kind, atMs, value },
      ...{ actor: null, text: '' },
    });
    return [
      event('pending', episode.pendingSinceMs, episode.firedValue),
      ...(episode.firedAtMs === null ? [] : [event('firing', episode.firedAtMs, episode.firedValue)]),
    ];
  });
  await insertAlertEvents(pool, events);
  return ids;
}
