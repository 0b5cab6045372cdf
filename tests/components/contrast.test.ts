import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const CSS = readFileSync(path.join(import.meta.dirname, '../../app/globals.css'), 'utf8');

/** Colour tokens of one block of the style sheet. */
function tokensAfter(selector: string): Readonly<Record<string, string>> {
  const start = CSS.indexOf('{', CSS.indexOf(selector));
  const block = CSS.slice(start, CSS.indexOf('}', start));
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  );
}

const light = tokensAfter(':root,\n[data-theme="light"]');
const dark = tokensAfter('\n[data-theme="dark"]');
const system = tokensAfter(':root:not([data-theme])');

/** WCAG 2.2 relative luminance. */
function luminance(hex: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) throw new Error('no such token');
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const TEXTS = ['text', 'muted'];
const BEHIND_TEXT = ['bg', 'surface', 'sunken', 'hover', 'accent-soft', 'warn-soft', 'danger-soft'];
const SHAPES = [
  'ok',
  'warn',
  'danger',
  'info',
  'nodata',
  'control',
  'accent',
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `series-${n}`),
];

describe.each([
  ['light', light],
  ['dark', dark],
] as const)('colours of the %s theme', (_name, tokens) => {
  it.each(TEXTS.flatMap((text) => BEHIND_TEXT.map((behind) => [text, behind] as const)))(
    'text in %s on %s is readable: 4.5 to 1',
    (text, behind) => {
      expect(contrast(tokens[text], tokens[behind])).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(SHAPES)('the shapes and lines in %s stand out: 3 to 1', (shape) => {
    expect(contrast(tokens[shape], tokens.surface)).toBeGreaterThanOrEqual(3);
  });

  it('links and text on a filled button are readable', () => {
    expect(contrast(tokens.accent, tokens.surface)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tokens['accent-text'], tokens.accent)).toBeGreaterThanOrEqual(4.5);
  });
});

it("the system's dark theme is the chosen dark theme", () => {
  expect(Object.keys(system).length).toBeGreaterThan(20);
  expect(system).toEqual(dark);
});
