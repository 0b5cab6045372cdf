import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';

/** Captured pages live beside the repository, not in it; see their own INDEX.md for origin and licence. */
const root = fileURLToPath(new URL('../../shared/fixtures/', import.meta.url));

export const fixturesAvailable = existsSync(root);

export function fixturePath(relative: string): string {
  return `${root}${relative}`;
}

export function readFixture(relative: string): string {
  return readFileSync(fixturePath(relative), 'utf8');
}

export function fixtureNames(folder: string): string[] {
  return fixturesAvailable ? readdirSync(fixturePath(folder)).sort() : [];
}

/** `test`, or a skip that says why in the test's own name, so that nobody takes a skipped file for a passed one. */
export function fixtureTest(name: string, body: () => void | Promise<void>): void {
  if (fixturesAvailable) test(name, body);
  else test.skip(`${name} (SKIPPED: no fixtures at ../shared/fixtures)`, body);
}
