import type pg from 'pg';
import { z } from 'zod';
import { StoredSlo } from '#lib/api/slo.ts';

/** How the configuration file stands; shown in health. */
export const ConfigStatus = z.object({
  file: z.string().nullable(),
  loadedAtMs: z.number().nullable(),
  error: z.string().nullable(),
});
export type ConfigStatus = z.infer<typeof ConfigStatus>;

/** What of a good file does not work: a discovery entry that fails, a name that is taken. */
const SourceFault = z.object({ from: z.string(), error: z.string() });

const SCHEMAS = {
  config: ConfigStatus,
  sourceFaults: z.array(SourceFault),
  demo: z.boolean(),
  detectRuns: z.boolean(),
  /** What is promised of engines whose target says nothing else; null: nothing. */
  slo: StoredSlo.nullable(),
  /** Of the promises that `sla_minutes` was made by, for the last day at least. */
  slo_judged: z.string(),
  retention: z.object({ rawMs: z.number(), minuteMs: z.number(), hourMs: z.number() }),
} as const;
type SettingKey = keyof typeof SCHEMAS;
type SettingValue<K extends SettingKey> = z.infer<(typeof SCHEMAS)[K]>;

export async function saveSetting<K extends SettingKey>(pool: pg.Pool, key: K, value: SettingValue<K>): Promise<void> {
  await pool.query(
    `INSERT INTO setting (key, value, updated_at) VALUES ($1, $2, now())
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [key, JSON.stringify(value)],
  );
}

/** null when it was never set. */
export async function loadSetting<K extends SettingKey>(pool: pg.Pool, key: K): Promise<SettingValue<K> | null> {
  const { rows } = await pool.query<{ value: unknown }>('SELECT value FROM setting WHERE key = $1', [key]);
  const row = rows[0];
  return row === undefined ? null : (SCHEMAS[key].parse(row.value) as SettingValue<K>);
}
