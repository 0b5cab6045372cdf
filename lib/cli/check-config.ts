import { readFile } from 'node:fs/promises';
import { UsageError } from '#lib/cli/usage.ts';
import { formatConfigErrors, parseConfig } from '#lib/config/parse-config.ts';

/** Text for the terminal, and whether the file is good. */
export async function checkConfig(file: string | null): Promise<{ readonly ok: boolean; readonly text: string }> {
  if (file === null) throw new UsageError('check-config: no headroom.yaml here: name one with --config');
  const parsed = parseConfig(await textOf(file));
  if (!parsed.ok) return { ok: false, text: formatConfigErrors(file, parsed.errors) };
  return {
    ok: true,
    text: `${file}: ok, ${parsed.targets.length} targets, ${parsed.config.discovery.length} discovery entries, ${parsed.rules.length} rules, ${parsed.channels.length} channels`,
  };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
