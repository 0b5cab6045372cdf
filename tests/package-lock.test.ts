import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..');

type Entry = {
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
};

/** The packages that a lock file's entries ask for and it does not hold, found as Node would look for them. */
function missingPackages(packages: Readonly<Record<string, Entry>>): readonly string[] {
  return Object.entries(packages).flatMap(([at, entry]) => {
    if (entry.link === true) return [];
    const wanted = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies });
    return wanted
      .filter((name) => !placesOf(at, name).some((place) => packages[place] !== undefined))
      .map((name) => `${at === '' ? 'package.json' : at} asks for ${name}`);
  });
}

/** `node_modules/a/node_modules/b` wants c: below b, below a, at the top. */
function placesOf(at: string, name: string): readonly string[] {
  const folders = at === '' ? [] : at.split('/node_modules/');
  const above = folders.map((_, index) => folders.slice(0, folders.length - index).join('/node_modules/'));
  return [...above.map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`];
}

describe('package-lock.json', () => {
  it('holds every package that another one asks for, of every platform: npm ci refuses a lock without them', () => {
    const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, Entry>;
    };
    expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
    expect(missingPackages(lock.packages)).toEqual([]);
  });

  it('a lock that was written over an installed node_modules is seen', () => {
    const broken = {
      '': { dependencies: { a: '1' } },
      'node_modules/a': { optionalDependencies: { 'a-linux': '1', 'a-darwin': '1' } },
      'node_modules/a/node_modules/a-linux': {},
    };
    expect(missingPackages(broken)).toEqual(['node_modules/a asks for a-darwin']);
  });
});
