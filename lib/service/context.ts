import type { LayoutStore } from '#lib/db/layouts.ts';
import type { Pool } from '#lib/db/pool.ts';
import type { Db } from '#lib/db/prisma.ts';
import type { TargetStore } from '#lib/db/targets.ts';

/** What every verb of the web side works with; made once per process. */
export type ServiceContext = {
  readonly pool: Pool;
  readonly db: Db;
  readonly targets: TargetStore;
  readonly layouts: LayoutStore;
  readonly smiCommand: string;
  readonly clock: () => number;
};
