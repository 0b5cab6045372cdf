import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ADVISORY_LOCKS } from '#lib/db/advisory-locks.ts';

const LIB = path.join(import.meta.dirname, '../../lib');

it('no two advisory locks share a number', () => {
  const numbers = Object.values(ADVISORY_LOCKS);
  expect(new Set(numbers).size).toBe(numbers.length);
});

it('no lock is taken by a number that is not in the list', () => {
  const files = readdirSync(LIB, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.name.endsWith('.ts'),
  );
  const wrong = files.filter((entry) => {
    const text = readFileSync(path.join(entry.parentPath, entry.name), 'utf8');
    return /pg_(try_)?advisory\w*\(\d/.test(text);
  });
  expect(wrong.map((entry) => entry.name)).toEqual([]);
});
