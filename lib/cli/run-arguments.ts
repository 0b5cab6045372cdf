import { parseArgs } from 'node:util';
import { UsageError } from '#lib/cli/usage.ts';
import { inBaseUnit, literalMeaning, literalUnitAt } from '#lib/rules/literal-unit.ts';
import { type CellParams, parseParam } from '#lib/runs/cell-params.ts';
import { RUN_KINDS, type RunKind } from '#lib/runs/run.ts';

export const RUN_VERBS = ['start', 'batch', 'finish', 'import', 'check', 'report', 'list'] as const;
export type RunVerb = (typeof RUN_VERBS)[number];

/** What is read of the environment. */
export type RunEnv = Readonly<Record<string, string | undefined>>;

export type RunOptions = {
  readonly verb: RunVerb;
  /** Of every verb except `start` and `list`; of `import` where cells are added to a run. */
  readonly run: number | null;
  /** Of `import`. */
  readonly files: readonly string[];
  readonly kind: RunKind | null;
  readonly params: CellParams;
  /** Minutes east of UTC of the clock that wrote times without a zone. */
  readonly utcOffsetMinutes: number | null;
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
  const needsRun = verb !== 'start' && verb !== 'list' && verb !== 'import';
  if (verb === 'import' && positionals.length < 2)
    throw new UsageError('run import: expected a result file of vllm bench serve, GuideLLM or AIPerf');
  if (verb !== 'import' && positionals.length !== (needsRun ? 2 : 1))
    throw new UsageError(`run ${verb}: expected ${needsRun ? 'the id of a run and no more' : 'no further words'}`);
  if (verb === 'start' && values.name === undefined) throw new UsageError('run start: --name is needed');
  if (command.length > 0 && (verb !== 'batch' || values.end === true))
    throw new UsageError('a command after -- is for a batch that begins: headroom run batch RUN -- COMMAND');
  return {
    verb,
    run: needsRun ? count('RUN', positionals[1] ?? '') : values.run === undefined ? null : count('--run', values.run),
    files: verb === 'import' ? positionals.slice(1) : [],
    kind: values.kind === undefined ? null : kindOf(values.kind),
    params: Object.fromEntries((values.param ?? []).map(paramOf)),
    utcOffsetMinutes: values['utc-offset'] === undefined ? null : offsetOf(values['utc-offset']),
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
        run: { type: 'string' },
        kind: { type: 'string' },
        param: { type: 'string', multiple: true },
        'utc-offset': { type: 'string' },
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

function kindOf(text: string): RunKind {
  const found = RUN_KINDS.find((kind) => kind === text);
  if (found === undefined) throw new UsageError(`--kind: "${text}" is none of ${RUN_KINDS.join(', ')}`);
  return found;
}

function paramOf(text: string): readonly [string, string | number] {
  try {
    return parseParam(text);
  } catch (error) {
    throw new UsageError(`--param: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** "+02:00", "-0530", "Z". */
function offsetOf(text: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(text) ?? [];
  if (text === 'Z' || text === 'UTC') return 0;
  if (sign === undefined) throw new UsageError(`--utc-offset: "${text}" is not an offset: expected +02:00`);
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function formatOf(text: string): 'md' | 'json' | 'csv' {
  if (text === 'md' || text === 'json' || text === 'csv') return text;
  throw new UsageError(`--format: "${text}" is none of md, json, csv`);
}

/** Where a Headroom runs, without a slash at the end. Throws UsageError. */
export function urlOf(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new UsageError(`--url: "${text}" is not an http or https address`);
  return text.replace(/\/+$/, '');
}
