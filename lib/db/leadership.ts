import pg from 'pg';
import { ADVISORY_LOCKS } from '#lib/db/advisory-locks.ts';

/** Whether this process is the one that does what only one may do; held by a database session, so a dead one lets go. */
export class Leadership {
  readonly #connectionString: string;
  #session: pg.Client | null = null;
  #isLeader = false;
  #asking: Promise<boolean> | null = null;

  constructor(connectionString: string) {
    this.#connectionString = connectionString;
  }

  /** Tries to become it, or answers that it still is. Throws when the database is away. */
  hold(): Promise<boolean> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #ask(): Promise<boolean> {
    const session = this.#session ?? (await this.#connect());
    if (this.#isLeader) return true;
    const { rows } = await session.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [
      ADVISORY_LOCKS.notifyingLeader,
    ]);
    this.#isLeader = rows[0]?.got === true;
    return this.#isLeader;
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#lose();
    await session?.end();
  }

  async #connect(): Promise<pg.Client> {
    const session = new pg.Client({
      connectionString: this.#connectionString,
      application_name: 'headroom-leader',
      keepAlive: true,
      connectionTimeoutMillis: 5000,
    });
    // An old session that ends late must not take the new one's place with it.
    const onEnd = (): void => {
      if (this.#session === session) this.#lose();
    };
    session.on('error', onEnd);
    session.on('end', onEnd);
    await session.connect();
    this.#session = session;
    return session;
  }

  #lose(): void {
    this.#session = null;
    this.#isLeader = false;
  }
}
