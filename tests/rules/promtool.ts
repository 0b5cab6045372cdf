import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Whether promtool is on PATH; tests that need it say so when it is not. */
export const HAS_PROMTOOL = spawnSync('promtool', ['--version']).status === 0;

/** Runs `promtool <args> FILE` on texts written to a folder of their own; the last file is the argument. */
export function promtool(args: readonly string[], files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(path.join(tmpdir(), 'promtool-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    const last = Object.keys(files).at(-1) ?? '';
    const run = spawnSync('promtool', [...args, last], { cwd: folder, encoding: 'utf8' });
    return { ok: run.status === 0, output: `${run.stdout}${run.stderr}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
