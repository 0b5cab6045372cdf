import type { ChannelStore } from '#lib/db/channels.ts';
import type { LayoutStore } from '#lib/db/layouts.ts';
import type { Pool } from '#lib/db/pool.ts';
import type { Db } from '#lib/db/prisma.ts';
import type { TargetStore } from '#lib/db/targets.ts';

/** What every verb of the web side works with; made once per process. */
export type ServiceContext = {
  readonly pool: Pool;
  readonly db: Db;
  readonly targets: TargetStore;
  readonly channels: ChannelStore;
  readonly layouts: LayoutStore;
  readonly smiCommand: string;
  /** Where people open Headroom; no slash at the end. */
  readonly publicUrl: string;
  readonly clock: () => number;
};
