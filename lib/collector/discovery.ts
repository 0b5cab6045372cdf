import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { Discovery } from '#lib/config/config.ts';
import type { Fetcher } from '#lib/scrape/fetch.ts';
import { type DiscoveredTargets, parseDiscovery } from '#lib/target/service-discovery.ts';

const HTTP_TIMEOUT_MS = 10_000;
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** The targets that one discovery entry names now. Never throws; a fault is a message and the old targets stay. */
export async function discover(entry: Discovery, baseDir: string, fetcher: Fetcher): Promise<DiscoveredTargets> {
  try {
    return 'file' in entry ? await fromFiles(entry.file, baseDir) : await fromHttp(entry.http, fetcher);
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

async function fromFiles(pattern: string, baseDir: string): Promise<DiscoveredTargets> {
  const files: string[] = [];
  for await (const file of glob(pattern, { cwd: baseDir })) files.push(path.resolve(baseDir, file));
  const targets = [];
  for (const file of files.sort()) {
    const text = await readFile(file, 'utf8');
    const found = parseDiscovery(file.endsWith('.json') ? JSON.parse(text) : parseYaml(text));
    if (!found.ok) return { ok: false, message: `${file}: ${found.message}` };
    targets.push(...found.targets);
  }
  return { ok: true, targets };
}

async function fromHttp(url: string, fetcher: Fetcher): Promise<DiscoveredTargets> {
  const outcome = await fetcher.fetchPage({
    url,
    timeoutMs: HTTP_TIMEOUT_MS,
    maxBodyBytes: MAX_BODY_BYTES,
    auth: null,
    tls: null,
    expect: 'any',
  });
  if (!outcome.ok) return { ok: false, message: outcome.message };
  return parseDiscovery(JSON.parse(outcome.body));
}
