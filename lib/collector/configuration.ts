import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { discover } from '#lib/collector/discovery.ts';
import { errorText, type Log } from '#lib/collector/log.ts';
import { every } from '#lib/collector/timer.ts';
import { Config, type Discovery } from '#lib/config/config.ts';
import { formatConfigErrors, parseConfig } from '#lib/config/parse-config.ts';
import type { ChannelStore } from '#lib/db/channels.ts';
import { sendHint } from '#lib/db/notify.ts';
import { DEFAULT_RETENTION } from '#lib/db/partitions.ts';
import type { Pool } from '#lib/db/pool.ts';
import { loadRules, syncRules } from '#lib/db/rules.ts';
import { saveSetting } from '#lib/db/settings.ts';
import type { TargetStore } from '#lib/db/targets.ts';
import type { Channel } from '#lib/notify/channel.ts';
import { BUILT_IN_RULES } from '#lib/rules/packs.ts';
import { RULE_PACKS, type Rule, type RulePack } from '#lib/rules/rule.ts';
import { createFetcher } from '#lib/scrape/fetch.ts';
import type { FastPollingSettings } from '#lib/target/fast-polling.ts';
import type { TargetSettings } from '#lib/target/target.ts';

export type ConfigurationOptions = {
  readonly file: string | null;
  readonly pool: Pool;
  readonly targets: TargetStore;
  readonly channels: ChannelStore;
  readonly log: Log;
  readonly clock: () => number;
  /** Targets may have changed. */
  readonly onChange: () => void;
};

const WATCH_MS = 1000;
const FILE_DISCOVERY_MS = 5000;
const SETTLE_MS = 300;
const MAX_SETTLING = 20;
const NO_FILE = 'targets: []';

/** Keeps targets and rules in step with what the configuration file and its discovery entries say. */
export class Configuration {
  readonly #options: ConfigurationOptions;
  readonly #fetcher = createFetcher();
  #config: Config = Config.parse({});
  /** When this process took a good file at last. */
  #loadedAtMs: number | null = null;
  #stopDiscovery = new AbortController();
  #loops: Promise<void>[] = [];
  #reloads: Promise<void> = Promise.resolve();
  #syncs: Promise<void> = Promise.resolve();
  /** By where the targets come from; also shown in health. */
  #faults = new Map<string, string>();

  constructor(options: ConfigurationOptions) {
    this.#options = options;
  }

  /** Loads the file and watches it. A faulty file at this point keeps the targets of the last good one. */
  async start(): Promise<void> {
    const { file } = this.#options;
    await this.reload();
    if (file !== null) watchFile(file, { interval: WATCH_MS }, () => void this.reload(SETTLE_MS));
  }

  async stop(): Promise<void> {
    const { file } = this.#options;
    if (file !== null) unwatchFile(file);
    this.#stopDiscovery.abort();
    await Promise.all(this.#loops);
    await this.#fetcher.close();
  }

  smiCommand(): string {
    return this.#config.nvidia_smi.command;
  }

  fastPolling(): FastPollingSettings {
    const { interval, hold, max_targets: maxTargets } = this.#config.fast_polling;
    return { intervalMs: interval, holdMs: hold, maxTargets };
  }

  /**
   * Reads the file again and applies it as a whole, or says what is wrong and changes nothing. One after the other. With
   * `settleMs` a file that somebody is still writing is waited for: half a file may well be a good one with half the targets.
   */
  reload(settleMs = 0): Promise<void> {
    this.#reloads = this.#reloads.then(() => this.#reload(settleMs));
    return this.#reloads;
  }

  async #reload(settleMs: number): Promise<void> {
    const { file, log, pool, clock } = this.#options;
    try {
      const text = file === null ? NO_FILE : await readSettled(file, settleMs);
      const parsed = parseConfig(text);
      if (!parsed.ok) {
        const message = formatConfigErrors(file ?? '', parsed.errors);
        log.error(`configuration is faulty, the last good one stays: ${message}`);
        await saveSetting(pool, 'config', { file, loadedAtMs: this.#loadedAtMs, error: message });
        await this.#ensureRules();
        return;
      }
      await this.#apply(parsed.config, parsed.targets, parsed.channels);
      await saveSetting(pool, 'slo', parsed.slo);
      await this.#syncRules(parsed.config.rules.packs, parsed.rules);
      this.#loadedAtMs = clock();
      await saveSetting(pool, 'config', { file, loadedAtMs: this.#loadedAtMs, error: null });
    } catch (error) {
      log.error(`configuration cannot be read, the last good one stays: ${errorText(error)}`);
      const state = { file, loadedAtMs: this.#loadedAtMs, error: errorText(error) };
      await saveSetting(pool, 'config', state).catch((again: unknown) => {
        log.error(`the state of the configuration cannot be saved: ${errorText(again)}`);
      });
    }
  }

  async #apply(config: Config, targets: readonly TargetSettings[], channels: readonly Channel[]): Promise<void> {
    const { pool, log, file } = this.#options;
    const { raw, minute, hour } = config.retention;
    await saveSetting(pool, 'retention', {
      rawMs: raw ?? DEFAULT_RETENTION.rawMs,
      minuteMs: minute ?? DEFAULT_RETENTION.minuteMs,
      hourMs: hour ?? DEFAULT_RETENTION.hourMs,
    });
    await saveSetting(pool, 'detectRuns', config.runs.detect);
    await this.#sync('file', file ?? '', targets);
    await this.#syncChannels(channels);
    this.#config = config;
    this.#stopDiscovery.abort();
    await Promise.all(this.#loops);
    const origins = new Set([
      file ?? '',
      ...config.discovery.map((entry) => ('file' in entry ? entry.file : entry.http)),
    ]);
    for (const key of this.#faults.keys()) if (!origins.has(key)) this.#faults.delete(key);
    await this.#saveFaults();
    this.#stopDiscovery = new AbortController();
    this.#loops = config.discovery.map((entry) => this.#discoveryLoop(entry));
    await this.#options.targets.keepOrigins(
      'file_sd',
      config.discovery.flatMap((entry) => ('file' in entry ? [entry.file] : [])),
    );
    await this.#options.targets.keepOrigins(
      'http_sd',
      config.discovery.flatMap((entry) => ('http' in entry ? [entry.http] : [])),
    );
    log.info(`configuration: ${targets.length} targets, ${config.discovery.length} discovery entries`);
    this.#options.onChange();
  }

  async #syncChannels(channels: readonly Channel[]): Promise<void> {
    const { nameTaken } = await this.#options.channels.sync(channels, this.#options.clock());
    for (const name of nameTaken)
      this.#options.log.warn(`channel "${name}" of the file is left out: a channel added by hand has that name`);
  }

  async #syncRules(packs: readonly RulePack[], custom: readonly Rule[]): Promise<void> {
    const { pool, log, clock } = this.#options;
    const built = BUILT_IN_RULES.filter((rule) => rule.pack !== null && packs.includes(rule.pack));
    const taken = await syncRules(pool, 'pack', built, clock());
    const own = await syncRules(pool, 'file', custom, clock());
    for (const id of [...taken, ...own]) log.warn(`rule "${id}" is left out: a person has a rule of that name`);
    await sendHint(pool, 'rules');
  }

  /** A faulty file at the very first start must not mean that nothing is watched. */
  async #ensureRules(): Promise<void> {
    const { pool } = this.#options;
    if ((await loadRules(pool)).length === 0) await this.#syncRules(RULE_PACKS, []);
  }

  #discoveryLoop(entry: Discovery): Promise<void> {
    const { file, log } = this.#options;
    const [origin, key, everyMs] =
      'file' in entry
        ? (['file_sd', entry.file, FILE_DISCOVERY_MS] as const)
        : (['http_sd', entry.http, entry.interval] as const);
    const baseDir = file === null ? process.cwd() : path.dirname(file);
    return every(
      everyMs,
      this.#stopDiscovery.signal,
      async () => {
        const found = await discover(entry, baseDir, this.#fetcher);
        if (found.ok) await this.#sync(origin, key, found.targets);
        else await this.#noteFault(key, `${found.message}; its last targets stay`);
      },
      (error) => log.warn(`discovery ${key}: ${errorText(error)}`),
    );
  }

  /** Said when it is new; null: all is well. */
  async #noteFault(key: string, fault: string | null): Promise<void> {
    if ((this.#faults.get(key) ?? null) === fault) return;
    if (fault === null) this.#faults.delete(key);
    else {
      this.#faults.set(key, fault);
      this.#options.log.warn(`targets of ${key}: ${fault}`);
    }
    await this.#saveFaults();
  }

  async #saveFaults(): Promise<void> {
    const faults = [...this.#faults].map(([from, error]) => ({ from, error }));
    await saveSetting(this.#options.pool, 'sourceFaults', faults);
    await sendHint(this.#options.pool, 'health');
  }

  /** One after the other: two sources that bring the same name must see each other. */
  #sync(origin: 'file' | 'file_sd' | 'http_sd', key: string, targets: readonly TargetSettings[]): Promise<void> {
    const done = this.#syncs.then(() => this.#syncNow(origin, key, targets));
    this.#syncs = done.catch(() => {});
    return done;
  }

  async #syncNow(
    origin: 'file' | 'file_sd' | 'http_sd',
    key: string,
    targets: readonly TargetSettings[],
  ): Promise<void> {
    const { changed, nameTaken } = await this.#options.targets.sync(origin, key, targets);
    const left = nameTaken.map((name) => `"${name}"`).join(', ');
    await this.#noteFault(key, left === '' ? null : `${left} left out: another source has a target of that name`);
    if (changed > 0) this.#options.onChange();
  }
}

/** The text of a file once two readings agree. */
async function readSettled(file: string, settleMs: number): Promise<string> {
  let text = await readFile(file, 'utf8');
  for (let i = 0; settleMs > 0 && i < MAX_SETTLING; i += 1) {
    await sleep(settleMs);
    const again = await readFile(file, 'utf8');
    if (again === text) break;
    text = again;
  }
  return text;
}
