import type pg from 'pg';
import { z } from 'zod';
import { CHANNEL_KINDS, type ChannelKind, SENDS_ACKED } from '#lib/api/channels.ts';
import { Matcher } from '#lib/api/matchers.ts';
import type { Queryable } from '#lib/db/alerts.ts';
import { inTransaction } from '#lib/db/pool.ts';
import type { SecretBox } from '#lib/db/secret-box.ts';
import { sortedJson, storableJson } from '#lib/db/storable.ts';
import type { Channel, ChannelSecret, ChannelSettings } from '#lib/notify/channel.ts';
import type { ChannelFilter } from '#lib/notify/plan.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';

export const CHANNEL_ORIGINS = ['file', 'user'] as const;
export type ChannelOrigin = (typeof CHANNEL_ORIGINS)[number];

export type StoredChannel = Channel & { readonly id: number; readonly origin: ChannelOrigin };

const Filter = z.object({
  minSeverity: z.enum(SEVERITIES),
  matchers: z.array(Matcher),
  sendResolved: z.boolean(),
  /** Channels that were stored before there was the choice have none. */
  sendAcked: z.boolean().optional(),
  repeatIntervalMs: z.number(),
});

const headerNames = z.array(z.string());
const Settings = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('webhook'), url: z.string(), headerNames }),
  z.object({ kind: z.literal('slack') }),
  z.object({ kind: z.literal('pagerduty'), url: z.string() }),
  z.object({
    kind: z.literal('email'),
    smtpHost: z.string(),
    smtpPort: z.int(),
    secure: z.boolean(),
    username: z.string().nullable(),
    from: z.string(),
    to: z.array(z.string()),
  }),
  z.object({ kind: z.literal('alertmanager'), url: z.string(), headerNames }),
  z.object({ kind: z.literal('heartbeat'), intervalMs: z.number() }),
]) satisfies z.ZodType<ChannelSettings>;

const StoredSecret = z.union([z.strictObject({ file: z.string() }), z.strictObject({ sealed: z.string() })]);
const Row = z.object({
  id: z.int(),
  name: z.string(),
  kind: z.enum(CHANNEL_KINDS),
  enabled: z.boolean(),
  origin: z.enum(CHANNEL_ORIGINS),
  settings: z.object({ shown: Settings, secrets: z.record(z.string(), StoredSecret) }),
  filter: Filter,
});

const COLUMNS = 'id, name, kind, enabled, origin, settings, filter';

/** What planning needs of a channel; no secrets. */
export type ChannelForPlan = {
  readonly id: number;
  readonly name: string;
  readonly kind: z.infer<typeof Row>['kind'];
  readonly enabled: boolean;
  readonly filter: ChannelFilter;
};

/** Every channel that is not removed, for planning; works inside a transaction. */
export async function loadChannelsForPlan(db: Queryable): Promise<readonly ChannelForPlan[]> {
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM channel WHERE removed_at_ms IS NULL ORDER BY id`);
  return rows.map((row) => {
    const { id, name, kind, enabled, filter } = Row.parse(row);
    return { id, name, kind, enabled, filter: wholeFilter(kind, filter) };
  });
}

/** The channel table. Secrets are sealed on the way in and opened on the way out. */
export class ChannelStore {
  readonly #pool: pg.Pool;
  readonly #box: SecretBox;

  constructor(pool: pg.Pool, box: SecretBox) {
    this.#pool = pool;
    this.#box = box;
  }

  async list(): Promise<readonly StoredChannel[]> {
    const { rows } = await this.#pool.query(`SELECT ${COLUMNS} FROM channel WHERE removed_at_ms IS NULL ORDER BY name`);
    return rows.map((row) => this.#fromRow(row));
  }

  async find(id: number): Promise<StoredChannel | null> {
    const { rows } = await this.#pool.query(`SELECT ${COLUMNS} FROM channel WHERE id = $1 AND removed_at_ms IS NULL`, [
      id,
    ]);
    return rows[0] === undefined ? null : this.#fromRow(rows[0]);
  }

  /** Throws Postgres's 23505 when the name is taken. */
  async create(db: Queryable, channel: Channel, origin: ChannelOrigin, nowMs: number): Promise<number> {
    const { rows } = await db.query(
      `INSERT INTO channel (name, kind, settings, filter, enabled, changed_at_ms, origin)
       VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
      [...this.#values(channel, nowMs), origin],
    );
    return z.object({ id: z.int() }).parse(rows[0]).id;
  }

  async update(db: Queryable, id: number, channel: Channel, nowMs: number): Promise<void> {
    await db.query(
      `UPDATE channel SET name = $1, kind = $2, settings = $3, filter = $4, enabled = $5, changed_at_ms = $6
       WHERE id = $7`,
      [...this.#values(channel, nowMs), id],
    );
  }

  /** The row stays, so that history keeps its name; the name itself is free again. */
  async remove(db: Queryable, id: number, nowMs: number): Promise<void> {
    await db.query('UPDATE channel SET removed_at_ms = $1, changed_at_ms = $1 WHERE id = $2', [Math.floor(nowMs), id]);
  }

  /**
   * Makes the channels of the configuration file equal to `wanted`; unchanged ones keep their row. A name that a user's
   * channel holds is left out and returned.
   */
  async sync(
    wanted: readonly Channel[],
    nowMs: number,
  ): Promise<{ readonly changed: number; readonly nameTaken: readonly string[] }> {
    return inTransaction(this.#pool, async (client) => {
      const { rows } = await client.query(
        `SELECT ${COLUMNS} FROM channel WHERE removed_at_ms IS NULL ORDER BY id FOR UPDATE`,
      );
      const stored = rows.map((row) => this.#fromRow(row));
      const taken = new Set(stored.filter((channel) => channel.origin === 'user').map((channel) => channel.name));
      const mine = new Map(stored.filter((channel) => channel.origin === 'file').map((each) => [each.name, each]));
      let changed = 0;
      for (const channel of wanted.filter((each) => !taken.has(each.name))) {
        const before = mine.get(channel.name);
        mine.delete(channel.name);
        if (before !== undefined && isSame(before, channel)) continue;
        changed++;
        if (before === undefined) await this.create(client, channel, 'file', nowMs);
        else await this.update(client, before.id, channel, nowMs);
      }
      for (const gone of mine.values()) {
        changed++;
        await this.remove(client, gone.id, nowMs);
      }
      return { changed, nameTaken: wanted.filter((each) => taken.has(each.name)).map((each) => each.name) };
    });
  }

  #values(channel: Channel, nowMs: number): unknown[] {
    const secrets = Object.fromEntries(
      Object.entries(channel.secrets).map(([name, secret]) => [
        name,
        'file' in secret ? { file: secret.file } : { sealed: this.#box.seal(secret.text) },
      ]),
    );
    return [
      channel.name,
      channel.settings.kind,
      storableJson({ shown: channel.settings, secrets }),
      storableJson(channel.filter),
      channel.enabled,
      Math.floor(nowMs),
    ];
  }

  #fromRow(json: unknown): StoredChannel {
    const { id, name, enabled, origin, settings, filter } = Row.parse(json);
    const secrets = Object.fromEntries(
      Object.entries(settings.secrets).map(([key, secret]): [string, ChannelSecret] => [
        key,
        'file' in secret ? secret : { text: this.#box.open(secret.sealed) },
      ]),
    );
    return {
      id,
      name,
      enabled,
      origin,
      filter: wholeFilter(settings.shown.kind, filter),
      settings: settings.shown,
      secrets,
    };
  }
}

function wholeFilter(kind: ChannelKind, filter: z.infer<typeof Filter>): ChannelFilter {
  return { ...filter, sendAcked: filter.sendAcked ?? SENDS_ACKED[kind] };
}

function isSame(stored: StoredChannel, wanted: Channel): boolean {
  const { id: _id, origin: _origin, ...channel } = stored;
  return sortedJson(channel) === sortedJson(wanted);
}
