import { z } from 'zod';
import { StoredSlo } from '#lib/api/slo.ts';
import { TARGET_ORIGINS, TargetSource } from '#lib/api/targets.ts';
import type { Db } from '#lib/db/prisma.ts';
import type { SecretBox } from '#lib/db/secret-box.ts';
import { sortedJson, storableJson } from '#lib/db/storable.ts';
import type { Secret, TargetAuth, TargetSettings } from '#lib/target/target.ts';
import { Prisma, type Target as TargetRow } from '#prisma/generated/client.ts';

export type TargetOrigin = (typeof TARGET_ORIGINS)[number];

export type StoredTarget = TargetSettings & {
  readonly id: number;
  readonly origin: TargetOrigin;
  readonly originKey: string;
  readonly paused: boolean;
};

const StoredSecret = z.union([z.strictObject({ file: z.string() }), z.strictObject({ sealed: z.string() })]);
const StoredAuth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bearer'), token: StoredSecret }),
  z.strictObject({ kind: z.literal('basic'), username: z.string(), password: StoredSecret }),
  z.strictObject({ kind: z.literal('header'), name: z.string(), value: StoredSecret }),
]);
const StoredTls = z.object({
  caFile: z.string().nullable(),
  serverName: z.string().nullable(),
  insecureSkipVerify: z.boolean(),
});

/** The targets table. Secrets are sealed on the way in and opened on the way out. */
export class TargetStore {
  readonly #db: Db;
  readonly #box: SecretBox;

  constructor(db: Db, box: SecretBox) {
    this.#db = db;
    this.#box = box;
  }

  async list(): Promise<readonly StoredTarget[]> {
    const rows = await this.#db.target.findMany({ where: { removedAt: null }, orderBy: { name: 'asc' } });
    return rows.map((row) => this.#fromRow(row));
  }

  async find(id: number): Promise<StoredTarget | null> {
    const row = await this.#db.target.findFirst({ where: { id, removedAt: null } });
    return row === null ? null : this.#fromRow(row);
  }

  /** Throws Prisma's P2002 when the name is taken. */
  async create(settings: TargetSettings, origin: TargetOrigin, originKey = ''): Promise<StoredTarget> {
    return this.#fromRow(await this.#db.target.create({ data: { ...this.#toRow(settings), origin, originKey } }));
  }

  async update(id: number, settings: TargetSettings, paused: boolean): Promise<StoredTarget> {
    const data = { ...this.#toRow(settings), paused, updatedAt: new Date() };
    return this.#fromRow(await this.#db.target.update({ where: { id }, data }));
  }

  /** The row stays, so that history keeps its name; the name itself is free again. */
  async remove(id: number): Promise<void> {
    const now = new Date();
    await this.#db.target.update({ where: { id }, data: { removedAt: now, updatedAt: now } });
  }

  /**
   * Makes the targets of one origin equal to `wanted`: adds, changes and removes in one transaction; unchanged targets
   * keep their row, so their counters go on. A name that another origin holds is left out and returned.
   */
  async sync(
    origin: TargetOrigin,
    originKey: string,
    wanted: readonly TargetSettings[],
  ): Promise<{ readonly changed: number; readonly nameTaken: readonly string[] }> {
    return this.#db.$transaction(async (tx) => {
      const rows = await tx.target.findMany({ where: { removedAt: null } });
      const mine = new Map(
        rows
          .filter((row) => row.origin === origin && (origin === 'file' || row.originKey === originKey))
          .map((row) => [row.name, row]),
      );
      const others = new Set(rows.filter((row) => mine.get(row.name)?.id !== row.id).map((row) => row.name));
      const now = new Date();
      let changed = 0;
      for (const settings of wanted.filter((target) => !others.has(target.name))) {
        const row = mine.get(settings.name);
        mine.delete(settings.name);
        if (row !== undefined && sameSettings(this.#fromRow(row), settings)) continue;
        changed++;
        const data = this.#toRow(settings);
        if (row === undefined) await tx.target.create({ data: { ...data, origin, originKey } });
        else await tx.target.update({ where: { id: row.id }, data: { ...data, updatedAt: now } });
      }
      for (const row of mine.values()) {
        changed++;
        await tx.target.update({ where: { id: row.id }, data: { removedAt: now, updatedAt: now } });
      }
      return { changed, nameTaken: wanted.filter((target) => others.has(target.name)).map((target) => target.name) };
    });
  }

  /** Removes the targets of an origin whose entry (file pattern, URL) is no longer configured. */
  async keepOrigins(origin: TargetOrigin, originKeys: readonly string[]): Promise<void> {
    const now = new Date();
    await this.#db.target.updateMany({
      where: { origin, removedAt: null, originKey: { notIn: [...originKeys] } },
      data: { removedAt: now, updatedAt: now },
    });
  }

  #toRow(settings: TargetSettings) {
    return {
      name: settings.name,
      source: settings.source,
      url: settings.url,
      intervalMs: settings.intervalMs,
      labels: JSON.parse(storableJson(settings.labels)) as Prisma.InputJsonObject,
      baselineRps: settings.baselineRps,
      maxRunning: settings.maxRunning,
      profile: settings.profile,
      gpus: [...settings.gpus],
      slo: settings.slo === null ? Prisma.DbNull : { ...settings.slo, latencies: { ...settings.slo.latencies } },
      auth: settings.auth === null ? Prisma.DbNull : this.#sealAuth(settings.auth),
      tls: settings.tls === null ? Prisma.DbNull : { ...settings.tls },
    };
  }

  #sealAuth(auth: TargetAuth) {
    const seal = (secret: Secret) =>
      'file' in secret ? { file: secret.file } : { sealed: this.#box.seal(secret.text) };
    switch (auth.kind) {
      case 'bearer':
        return { kind: auth.kind, token: seal(auth.token) };
      case 'basic':
        return { kind: auth.kind, username: auth.username, password: seal(auth.password) };
      case 'header':
        return { kind: auth.kind, name: auth.name, value: seal(auth.value) };
    }
  }

  #openAuth(json: unknown): TargetAuth | null {
    if (json === null) return null;
    const auth = StoredAuth.parse(json);
    const open = (secret: z.infer<typeof StoredSecret>): Secret =>
      'file' in secret ? secret : { text: this.#box.open(secret.sealed) };
    switch (auth.kind) {
      case 'bearer':
        return { kind: auth.kind, token: open(auth.token) };
      case 'basic':
        return { kind: auth.kind, username: auth.username, password: open(auth.password) };
      case 'header':
        return { kind: auth.kind, name: auth.name, value: open(auth.value) };
    }
  }

  #fromRow(row: TargetRow): StoredTarget {
    return {
      id: row.id,
      name: row.name,
      source: TargetSource.parse(row.source),
      url: row.url,
      intervalMs: row.intervalMs,
      labels: z.record(z.string(), z.string()).parse(row.labels),
      baselineRps: row.baselineRps,
      maxRunning: row.maxRunning,
      profile: z.enum(['relative', 'literal']).parse(row.profile),
      gpus: z.array(z.string()).parse(row.gpus),
      slo: row.slo === null ? null : StoredSlo.parse(row.slo),
      auth: this.#openAuth(row.auth),
      tls: row.tls === null ? null : StoredTls.parse(row.tls),
      origin: z.enum(TARGET_ORIGINS).parse(row.origin),
      originKey: row.originKey,
      paused: row.paused,
    };
  }
}

function sameSettings(stored: StoredTarget, wanted: TargetSettings): boolean {
  const { id: _id, origin: _origin, originKey: _originKey, paused: _paused, ...settings } = stored;
  return sortedJson(settings) === sortedJson(wanted);
}
