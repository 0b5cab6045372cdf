import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Log } from '#lib/collector/log.ts';
import type { ProcessView } from '#lib/db/processes.ts';

export const COMMAND_FILE = path.join(import.meta.dirname, 'headroom.ts');

/**
 * Every page is garbage a poll later. The more of them fit, the fewer are copied by collections; nothing is put among the old
 * objects on a guess, where a dead one would keep its page; those are gone through when they have tripled, not every four
 * seconds, as V8 does beside so large a young space; and helper threads would cost more than they save.
 */
export const COLLECTOR_NODE_ARGS = [
  '--max-semi-space-size=64',
  '--no-allocation-site-pretenuring',
  '--single-threaded-gc',
  '--heap-growing-percent=200',
];

export type ChildOptions = {
  readonly name: string;
  readonly args: readonly string[];
  /** Options of Node itself. */
  readonly nodeArgs?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** The child's own lines, already formatted. */
  readonly write: (line: string) => void;
  readonly onChange: () => void;
};

/** Tells a child which dead process it is started in place of. */
export const REPLACES_PID = 'HEADROOM_REPLACES_PID';
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 30_000;
/** A child that ran this long has recovered: its next crash is restarted quickly again. */
const STABLE_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

/** Runs one `headroom` subcommand, restarts it with backoff when it ends by itself, stops it in order. */
export class Child {
  readonly #options: ChildOptions;
  #process: ChildProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopping = false;
  #restarts = 0;
  #endedPid: number | null = null;
  #backoffMs = FIRST_BACKOFF_MS;
  #lastExit: string | null = null;
  #state = 'stopped';

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  view(): ProcessView {
    return {
      name: this.#options.name,
      pid: this.#process?.pid ?? null,
      state: this.#state,
      restarts: this.#restarts,
      lastExit: this.#lastExit,
    };
  }

  /** Resolves at the child's first `ready` message; rejects when it ends before that, or was stopped already. */
  start(): Promise<void> {
    if (this.#stopping) return Promise.reject(new Error(`${this.#options.name} was stopped before it was started`));
    return new Promise((resolve, reject) => this.#launch(resolve, reject));
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const child = this.#process;
    if (child === null) return;
    const done = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await done;
    clearTimeout(timer);
  }

  #launch(onReady: () => void, onEarlyExit: (error: Error) => void): void {
    const startedAtMs = Date.now();
    let ready = false;
    const child = spawn(process.execPath, [...(this.#options.nodeArgs ?? []), COMMAND_FILE, ...this.#options.args], {
      env: { ...this.#options.env, ...(this.#endedPid === null ? {} : { [REPLACES_PID]: String(this.#endedPid) }) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.#process = child;
    this.#setState('starting');
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#options.write(`${line}\n`));
    }
    child.on('message', (message) => {
      if (message !== 'ready') return;
      ready = true;
      this.#setState('running');
      onReady();
    });
    child.once('error', (error) =>
      this.#options.log.error(`${this.#options.name} cannot be started: ${error.message}`),
    );
    child.once('close', (code, signal) => {
      this.#process = null;
      this.#endedPid = child.pid ?? null;
      this.#lastExit = `${new Date().toISOString()} ${signal ?? `exit ${code}`}`;
      if (this.#stopping) {
        this.#setState('stopped');
        return;
      }
      if (!ready)
        onEarlyExit(new Error(`${this.#options.name} ended before it was ready (${signal ?? `exit ${code}`})`));
      this.#restartLater(Date.now() - startedAtMs);
    });
  }

  #restartLater(ranMs: number): void {
    if (ranMs > STABLE_MS) this.#backoffMs = FIRST_BACKOFF_MS;
    const { name, log } = this.#options;
    log.error(`${name} ended by itself (${this.#lastExit}): starting it again in ${this.#backoffMs / 1000} s`);
    this.#setState('restarting');
    this.#restarts++;
    this.#timer = setTimeout(
      () =>
        this.#launch(
          () => log.info(`${name} runs again`),
          () => {},
        ),
      this.#backoffMs,
    );
    this.#backoffMs = Math.min(LONGEST_BACKOFF_MS, this.#backoffMs * 2);
  }

  #setState(state: string): void {
    this.#state = state;
    this.#options.onChange();
  }
}
