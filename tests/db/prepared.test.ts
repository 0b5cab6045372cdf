import { expect, it } from 'vitest';
import { statementName } from '#lib/db/prepared.ts';

it('gives the same statement the same name, another one another name', () => {
  expect(statementName('SELECT 1')).toBe(statementName('SELECT 1'));
  expect(statementName('SELECT 2')).not.toBe(statementName('SELECT 1'));
});

it('names no more statements than a connection should keep, and goes on naming those it knows', () => {
  const names = Array.from({ length: 300 }, (_, i) => statementName(`SELECT ${i}`));
  expect(new Set(names.filter((name) => name !== undefined)).size).toBe(200);
  expect(names.at(-1)).toBeUndefined();
  expect(statementName('SELECT 1')).toBe(names[1]);
});
