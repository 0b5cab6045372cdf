#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { type Options, parseOptions } from '#lib/cli/arguments.ts';
import { checkConfig } from '#lib/cli/check-config.ts';
import { REPLACES_PID } from '#lib/cli/child.ts';
import { DataDirBusyError, readSecretKey } from '#lib/cli/data-dir.ts';
import { withDatabase } from '#lib/cli/database.ts';
import { publicUrl } from '#lib/cli/public-url.ts';
import { USAGE, UsageError } from '#lib/cli/usage.ts';
import { createLog } from '#lib/collector/log.ts';

// Halves the time until a process runs. Where the directory cannot be written it is simply not used.
enableCompileCache(path.join(import.meta.dirname, '../../node_modules/.cache/headroom'));

type Command = (options: Options) => Promise<void>;

/** Loaded when used: `check-config` must not wait for Next. */
const COMMANDS: Readonly<Record<string, Command>> = {
  start: async (options) => (await import('#lib/cli/start.ts')).start(options),
  web: async (options) => {
    const { runWeb } = await import('#lib/cli/web.ts');
    await runWeb({ port: options.port ?? 3000, host: options.host });
  },
  collector: async (options) => {
    const { runCollector } = await import('#lib/cli/collector.ts');
    const secretKey = await readSecretKey(options.dataDir);
    await runCollector({
      databaseUrl: neededUrl(),
      secretKey,
      configFile: options.config,
      publicUrl: publicUrl(),
      replacesPid: Number(process.env[REPLACES_PID]) || null,
    });
  },
  migrate: async (options) => (await import('#lib/cli/migrate.ts')).runMigrate(options),
  'check-config': async (options) => {
    const { ok, text } = await checkConfig(options.config);
    process.stdout.write(`${text}\n`);
    if (!ok) process.exitCode = 1;
  },
  'export-rules': async (options) => (await import('#lib/cli/export-rules.ts')).runExportRules(options),
  simulate: async (options) => (await import('#lib/cli/simulate.ts')).runSimulate(options),
  seed: async (options) => {
    const { runSeed } = await import('#lib/cli/seed.ts');
    await withDatabase(options.dataDir, createLog('seed'), (databaseUrl) => runSeed(options, databaseUrl));
  },
};

function neededUrl(): string {
  const url = process.env.DATABASE_URL ?? '';
  if (url === '')
    throw new UsageError('DATABASE_URL is not set: `headroom start` brings its own Postgres, this command needs one');
  return url;
}

async function main(args: readonly string[]): Promise<void> {
  const [first = 'start', ...rest] = args;
  if (['help', '--help', '-h'].includes(first)) {
    process.stdout.write(USAGE);
    return;
  }
  if (['--version', '-v'].includes(first)) {
    const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    process.stdout.write(`${(JSON.parse(text) as { version: string }).version}\n`);
    return;
  }
  if (first === 'run') {
    const { runRunCommand } = await import('#lib/cli/run.ts');
    process.exitCode = await runRunCommand(rest, process.env);
    return;
  }
  if (first === 'play') {
    const { runPlay } = await import('#lib/cli/play.ts');
    await runPlay(rest, process.env);
    return;
  }
  const isOption = first.startsWith('-');
  const command = COMMANDS[isOption ? 'start' : first];
  if (command === undefined) throw new UsageError(`unknown command "${first}"\n\n${USAGE}`);
  await command(parseOptions(isOption ? args : rest, process.env));
}

main(process.argv.slice(2)).then(
  () => {},
  (error: unknown) => {
    const expected = error instanceof UsageError || error instanceof DataDirBusyError;
    const text = error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`headroom: ${text}\n`);
    process.exit(error instanceof UsageError ? error.exitCode : 1);
  },
);
