import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { checkRules } from '#lib/config/check-rules.ts';
import { Config } from '#lib/config/config.ts';
import { knownKeys, unknownKey } from '#lib/config/known-keys.ts';
import type { StatedSlo } from '#lib/metrics/slo.ts';
import { type Channel, channelFromInput } from '#lib/notify/channel.ts';
import type { Rule } from '#lib/rules/rule.ts';
import { parseSlo } from '#lib/target/slo-input.ts';
import type { TargetSettings } from '#lib/target/target.ts';
import { parseTarget } from '#lib/target/target-input.ts';

/** One fault of a configuration file: where, which key, what was expected. */
export type ConfigError = { readonly line: number; readonly key: string; readonly message: string };

export type ParsedConfig =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly targets: readonly TargetSettings[];
      readonly channels: readonly Channel[];
      /** What is promised of every engine whose target says nothing else. */
      readonly slo: StatedSlo | null;
      /** Of `rules.custom`. */
      readonly rules: readonly Rule[];
    }
  | { readonly ok: false; readonly errors: readonly ConfigError[] };

/** Most often a file that is just being written; taken as it is, every target would be removed and every alert end. */
const EMPTY_FILE = 'the file is empty: "targets: []" says that nothing is to be watched';

/** Parses and checks a whole configuration text. Nothing of a faulty file is used. */
export function parseConfig(text: string): ParsedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    return {
      ok: false,
      errors: document.errors.map((error) => ({
        line: error.linePos?.[0].line ?? 1,
        key: '',
        message: `not valid YAML: ${error.message.split('\n')[0] ?? ''}`,
      })),
    };
  }
  if (text.trim() === '') return { ok: false, errors: [{ line: 1, key: '', message: EMPTY_FILE }] };
  const lineOf = (path: readonly PropertyKey[]): number => lineAt(document.contents, path, lines);
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    return { ok: false, errors: [{ line: 1, key: '', message: `too many YAML aliases: ${String(error)}` }] };
  }
  const parsed = Config.safeParse(plain);
  if (!parsed.success) {
    return { ok: false, errors: flatten(parsed.error.issues).flatMap((issue) => toErrors(issue, lineOf)) };
  }
  const targets = checkTargets(parsed.data, lineOf);
  const channels = checkChannels(parsed.data, lineOf);
  const rules = checkRules(parsed.data);
  const slo = parsed.data.slo === undefined ? null : parseSlo(parsed.data.slo);
  const sloFaults =
    slo === null || slo.ok ? [] : slo.errors.map(({ path, message }) => ({ path: ['slo', path], message }));
  const faults = [...rules.faults, ...sloFaults].map(({ path, message }) => ({
    line: lineOf(path),
    key: keyText(path),
    message,
  }));
  const errors = [...targets.errors, ...channels.errors, ...faults];
  if (errors.length > 0) return { ok: false, errors };
  return {
    ok: true,
    config: parsed.data,
    targets: targets.found,
    channels: channels.found,
    slo: slo?.ok === true ? slo.slo : null,
    rules: rules.rules,
  };
}

type LineOf = (path: readonly PropertyKey[]) => number;
type Checked<T> = { readonly found: readonly T[]; readonly errors: readonly ConfigError[] };
type Faults = { readonly errors: readonly { readonly path: string; readonly message: string }[] };
type Parsed<T> = { readonly ok: true; readonly value: T } | ({ readonly ok: false } & Faults);

function checkTargets(config: Config, lineOf: LineOf): Checked<TargetSettings> {
  return checkList('targets', 'target', config.targets, lineOf, (input): Parsed<TargetSettings> => {
    const result = parseTarget(input);
    return result.ok ? { ok: true, value: result.target } : result;
  });
}

function checkChannels(config: Config, lineOf: LineOf): Checked<Channel> {
  return checkList('channels', 'channel', config.channels, lineOf, (input): Parsed<Channel> => {
    const result = channelFromInput(input);
    return result.ok ? { ok: true, value: result.channel } : result;
  });
}

/** Each entry of a list by itself, and that no name comes twice. */
function checkList<I extends { readonly name: string }, T>(
  key: string,
  word: string,
  inputs: readonly I[],
  lineOf: LineOf,
  parse: (input: I) => Parsed<T>,
): Checked<T> {
  const errors: ConfigError[] = [];
  const found: T[] = [];
  const firstLineByName = new Map<string, number>();
  inputs.forEach((input, index) => {
    const result = parse(input);
    if (result.ok) found.push(result.value);
    else {
      for (const error of result.errors) {
        const path = [key, index, ...error.path.split('.')];
        errors.push({ line: lineOf(path), key: keyText(path), message: error.message });
      }
    }
    const path = [key, index, 'name'];
    const before = firstLineByName.get(input.name);
    if (before !== undefined) {
      const message = `"${input.name}" is already the name of the ${word} on line ${before}`;
      errors.push({ line: lineOf(path), key: keyText(path), message });
    }
    firstLineByName.set(input.name, before ?? lineOf(path));
  });
  return { found, errors };
}

type Issue = z.core.$ZodIssue;

/** A union's own message says nothing; the branch that came furthest does. */
function flatten(issues: readonly Issue[], prefix: readonly PropertyKey[] = []): Issue[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ ...issue, path }];
    const deepest = [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
    return flatten(deepest, path);
  });
}

function depth(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

function toErrors(issue: Issue, lineOf: LineOf): readonly ConfigError[] {
  if (issue.code !== 'unrecognized_keys') {
    const message = issue.message.replace(/^Invalid input: /, '');
    return [{ line: lineOf(issue.path), key: keyText(issue.path), message }];
  }
  const known = knownKeys(Config, issue.path);
  return issue.keys.map((key) => {
    const path = [...issue.path, key];
    return { line: lineOf(path), key: keyText(path), message: unknownKey(key, known) };
  });
}

/** `targets[2].auth.bearer_file` */
function keyText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** The line of the deepest part of `path` that exists in the file; a missing key is reported at its parent. */
function lineAt(root: Node | null, path: readonly PropertyKey[], lines: LineCounter): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const part of path) {
    const next = step(node, part);
    if (next === undefined) break;
    node = next.node;
    offset = next.offset ?? offset;
  }
  return lines.linePos(offset).line;
}

function step(node: unknown, part: PropertyKey): { node: unknown; offset: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
    );
    if (pair === undefined) return undefined;
    const key = pair.key;
    return { node: pair.value, offset: isScalar(key) ? key.range?.[0] : undefined };
  }
  if (isSeq(node) && typeof part === 'number') {
    const item = node.items[part];
    if (item === undefined) return undefined;
    return { node: item, offset: (item as Node).range?.[0] };
  }
  return undefined;
}

/** One line per fault, as `check-config` and the log print them. */
export function formatConfigErrors(file: string, errors: readonly ConfigError[]): string {
  return errors
    .map((error) => `${file}:${error.line}: ${error.key === '' ? '' : `${error.key}: `}${error.message}`)
    .join('\n');
}
