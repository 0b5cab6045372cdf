import { parseArgs } from 'node:util';
import { UsageError } from '#lib/cli/usage.ts';
import { inBaseUnit, literalMeaning, literalUnitAt } from '#lib/rules/literal-unit.ts';

export const RUN_VERBS = ['start', 'batch', 'finish', 'check', 'report', 'list'] as const;
export type RunVerb = (typeof RUN_VERBS)[number];

/** What is read of the environment. */
export type RunEnv = Readonly<Record<string, string | undefined>>;

export type RunOptions = {
  readonly verb: RunVerb;
  /** Of every verb except `start` and `list`. */
  readonly run: number | null;
  /** What follows `--`. */
  readonly command: readonly string[];
  readonly url: string;
  readonly token: string | null;
  readonly name: string | null;
  readonly engines: readonly number[];
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly notes: string | null;
  readonly expectRps: number | null;
  readonly expectVramBytes: number | null;
  readonly end: boolean;
  readonly reported: { readonly total?: number; readonly completed?: number; readonly failed?: number };
  readonly strict: boolean;
  readonly format: 'md' | 'json' | 'csv';
};

/** Options of `headroom run …`; environment variables are the defaults. Throws UsageError. */
export function parseRunOptions(args: readonly string[], env: RunEnv): RunOptions {
  const split = args.indexOf('--');
  const command = split < 0 ? [] : args.slice(split + 1);
  const { values, positionals } = parseRaw(split < 0 ? args : args.slice(0, split));
  const verb = RUN_VERBS.find((each) => each === positionals[0]);
  if (verb === undefined) throw new UsageError(`run: expected one of ${RUN_VERBS.join(', ')}; see headroom --help`);
  const needsRun = verb !== 'start' && verb !== 'list';
  if (positionals.length !== (needsRun ? 2 : 1))
    throw new UsageError(`run ${verb}: expected ${needsRun ? 'the id of a run and no more' : 'no further words'}`);
  if (verb === 'start' && values.name === undefined) throw new UsageError('run start: --name is needed');
  if (command.length > 0 && (verb !== 'batch' || values.end === true))
    throw new UsageError('a command after -- is for a batch that begins: headroom run batch RUN -- COMMAND');
  return {
    verb,
    run: needsRun ? count('RUN', positionals[1] ?? '') : null,
    command,
    url: urlOf(values.url ?? env.HEADROOM_URL ?? 'http://127.0.0.1:3000'),
    token: env.HEADROOM_TOKEN ?? null,
    name: values.name ?? null,
    engines: (values.engine ?? []).map((text) => count('--engine', text)),
    targets: values.target ?? [],
    labels: Object.fromEntries((values.label ?? []).map(labelOf)),
    notes: values.notes ?? null,
    expectRps: values['expect-rps'] === undefined ? null : positive('--expect-rps', values['expect-rps']),
    expectVramBytes: values['expect-vram'] === undefined ? null : bytesOf('--expect-vram', values['expect-vram']),
    end: values.end ?? false,
    reported: {
      ...(values.total === undefined ? {} : { total: count('--total', values.total) }),
      ...(values.completed === undefined ? {} : { completed: count('--completed', values.completed) }),
      ...(values.failed === undefined ? {} : { failed: count('--failed', values.failed) }),
    },
    strict: values.strict ?? false,
    format: formatOf(values.format ?? 'md'),
  };
}

function parseRaw(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        name: { type: 'string' },
        engine: { type: 'string', multiple: true },
        target: { type: 'string', multiple: true },
        label: { type: 'string', multiple: true },
        notes: { type: 'string' },
        'expect-rps': { type: 'string' },
        'expect-vram': { type: 'string' },
        end: { type: 'boolean' },
        total: { type: 'string' },
        completed: { type: 'string' },
        failed: { type: 'string' },
        strict: { type: 'boolean' },
        format: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isInteger(value) || value < 0)
    throw new UsageError(`${name}: "${text}" is not a whole number`);
  return value;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new UsageError(`${name}: "${text}" is not a number above 0`);
  return value;
}

function bytesOf(name: string, text: string): number {
  const [, number = ''] = /^([\d.]+)/.exec(text) ?? [];
  const unit = literalUnitAt(text, number.length);
  const isWhole = unit !== null && number.length + unit.length === text.length;
  if (!isWhole || literalMeaning(unit.unit).unit !== 'bytes')
    throw new UsageError(`${name}: "${text}" is not an amount of memory: expected 20GB or 512MiB`);
  return inBaseUnit(positive(name, number), unit.unit);
}

function labelOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new UsageError(`--label: "${text}" is not KEY=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function formatOf(text: string): 'md' | 'json' | 'csv' {
  if (text === 'md' || text === 'json' || text === 'csv') return text;
  throw new UsageError(`--format: "${text}" is none of md, json, csv`);
}

function urlOf(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new UsageError(`--url: "${text}" is not an http or https address`);
  return text.replace(/\/+$/, '');
}
