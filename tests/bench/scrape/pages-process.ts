import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';

export type PagesProcess = { readonly process: ChildProcess; readonly urls: readonly string[] };

/** Serves so many vLLM pages from a process of its own, until it is disconnected. */
export async function servePages(count: number): Promise<PagesProcess> {
  const child = fork(path.join(import.meta.dirname, 'serve-pages.ts'), [String(count)]);
  const urls = await new Promise<readonly string[]>((resolve, reject) => {
    child.once('message', (message) => resolve(message as readonly string[]));
    child.once('exit', (code) => reject(new Error(`the pages are not served (${code})`)));
  });
  return { process: child, urls };
}
