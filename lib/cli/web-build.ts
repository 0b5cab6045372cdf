import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '#lib/collector/log.ts';

export const ROOT = path.join(import.meta.dirname, '../..');
const SOURCES = [
  'app',
  'components',
  'lib',
  'prisma/schema.prisma',
  'public',
  'package-lock.json',
  'next.config.ts',
  'tsconfig.json',
  'postcss.config.mjs',
];
const STAMP = path.join(ROOT, '.next', 'headroom-build');

/** Builds the web part when its sources changed since the last build; a later start finds it and waits for nothing. */
export async function ensureWebBuild(log: Log): Promise<void> {
  const wanted = await fingerprint();
  const built = existsSync(STAMP) ? await readFile(STAMP, 'utf8') : '';
  if (built === wanted) return;
  log.info('building the web part (once per version, under a minute)');
  const startedAtMs = Date.now();
  const output: string[] = [];
  const child = spawn(process.execPath, [path.join(ROOT, 'node_modules/next/dist/bin/next'), 'build'], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the web build failed (${code}):\n${output.join('').trim()}`);
  await writeFile(STAMP, wanted);
  log.info(`built in ${Math.round((Date.now() - startedAtMs) / 1000)} s`);
}

/** Names, sizes and times of all sources; cheap enough for every start. */
async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of SOURCES) for (const line of await listFiles(path.join(ROOT, source))) hash.update(line);
  return hash.digest('hex');
}

async function listFiles(place: string): Promise<string[]> {
  if (!existsSync(place)) return [];
  const facts = await stat(place);
  if (facts.isFile()) return [`${path.relative(ROOT, place)} ${facts.size} ${facts.mtimeMs}\n`];
  const entries = (await readdir(place)).sort();
  return (await Promise.all(entries.map((entry) => listFiles(path.join(place, entry))))).flat();
}
