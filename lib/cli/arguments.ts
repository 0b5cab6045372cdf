import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '#lib/cli/usage.ts';

export type Options = {
  readonly config: string | null;
  readonly port: number | null;
  readonly host: string;
  readonly dataDir: string;
  readonly demo: boolean;
  readonly scenario: string;
  readonly seed: number;
  readonly days: number;
  readonly engines: number;
  readonly rebuildRollupsFrom: string | null;
  readonly format: 'prometheus' | 'headroom';
  readonly profile: 'relative' | 'literal';
};

const DEFAULT_CONFIG = 'headroom.yaml';

/** Options of every command; environment variables are the defaults. Throws UsageError. */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const values = parseRaw(args);
  const config = values.config ?? env.HEADROOM_CONFIG ?? null;
  if (config !== null && !existsSync(config)) throw new UsageError(`--config: ${path.resolve(config)} does not exist`);
  return {
    config: config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : null),
    port: values.port === undefined ? null : wholeNumber('--port', values.port, 0, 65_535),
    host: values.host ?? '127.0.0.1',
    dataDir: path.resolve(values['data-dir'] ?? env.HEADROOM_DATA_DIR ?? 'data'),
    demo: values.demo ?? false,
    scenario: values.scenario ?? 'steady',
    seed: wholeNumber('--seed', values.seed ?? '1', 0, 2 ** 31),
    days: wholeNumber('--days', values.days ?? '7', 1, 730),
    engines: wholeNumber('--engines', values.engines ?? '4', 1, 10_000),
    rebuildRollupsFrom: values['rebuild-rollups-from'] ?? null,
    format: oneOf('--format', values.format ?? 'prometheus', ['prometheus', 'headroom']),
    profile: oneOf('--profile', values.profile ?? 'relative', ['relative', 'literal']),
  };
}

function parseRaw(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        config: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        'data-dir': { type: 'string' },
        demo: { type: 'boolean' },
        scenario: { type: 'string' },
        seed: { type: 'string' },
        days: { type: 'string' },
        engines: { type: 'string' },
        'rebuild-rollups-from': { type: 'string' },
        format: { type: 'string' },
        profile: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new UsageError(`${name}: "${text}" is not a whole number from ${least} to ${most}`);
  }
  return value;
}

function oneOf<T extends string>(name: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found === undefined) throw new UsageError(`${name}: "${text}" is none of ${words.join(', ')}`);
  return found;
}
