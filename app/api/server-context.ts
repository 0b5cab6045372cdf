import { z } from 'zod';
import { PublicUrl } from '#lib/api/public-url.ts';
import { ChannelStore } from '#lib/db/channels.ts';
import { LayoutStore } from '#lib/db/layouts.ts';
import { createPool } from '#lib/db/pool.ts';
import { createPrisma } from '#lib/db/prisma.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { TargetStore } from '#lib/db/targets.ts';
import type { AccessSettings } from '#lib/service/access.ts';
import type { ServiceContext } from '#lib/service/context.ts';

const Env = z.object({
  DATABASE_URL: z.string().min(1),
  HEADROOM_SECRET_KEY: z.string().min(1),
  HEADROOM_BOOTSTRAP_TOKEN: z.string().min(1).optional(),
  HEADROOM_ALLOWED_HOSTS: z.string().default(''),
  HEADROOM_TOKEN_REQUIRED: z.enum(['0', '1']).default('0'),
  HEADROOM_NVIDIA_SMI: z.string().default('nvidia-smi'),
  HEADROOM_PUBLIC_URL: PublicUrl,
});

export type Server = {
  readonly context: ServiceContext;
  readonly access: AccessSettings;
  readonly databaseUrl: string;
};

declare global {
  var headroomServer: Server | undefined;
}

/** The web process's own connections, made at the first request; kept on globalThis so that a reload in development reuses them. */
export function server(): Server {
  globalThis.headroomServer ??= createServer();
  return globalThis.headroomServer;
}

function createServer(): Server {
  const env = Env.parse(process.env);
  const pool = createPool(
    { connectionString: env.DATABASE_URL, max: 10, statementTimeoutMs: 10_000, name: 'web' },
    (error) =>
      process.stderr.write(`${new Date().toISOString()} web       warn  database connection lost: ${error.message}\n`),
  );
  const db = createPrisma(pool);
  const box = createSecretBox(env.HEADROOM_SECRET_KEY);
  return {
    databaseUrl: env.DATABASE_URL,
    context: {
      pool,
      db,
      targets: new TargetStore(db, box),
      channels: new ChannelStore(pool, box),
      layouts: new LayoutStore(pool),
      smiCommand: env.HEADROOM_NVIDIA_SMI,
      publicUrl: env.HEADROOM_PUBLIC_URL,
      clock: Date.now,
    },
    access: {
      allowedHosts: env.HEADROOM_ALLOWED_HOSTS.split(',')
        .map((host) => host.trim().toLowerCase())
        .filter((host) => host !== ''),
      bootstrapToken: env.HEADROOM_BOOTSTRAP_TOKEN ?? null,
      tokenRequired: env.HEADROOM_TOKEN_REQUIRED === '1',
    },
  };
}
