import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..');

/** Which lib folders each folder may import. The same rules are in biome.json, with the reason in the message. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'lib/metrics': [],
  'lib/address': [],
  'lib/plan': ['lib/metrics'],
  'lib/rules': ['lib/metrics', 'lib/series'],
  'lib/alerts': ['lib/metrics', 'lib/rules'],
  'lib/api': ['lib/metrics', 'lib/rules', 'lib/alerts', 'lib/detect', 'lib/runs', 'lib/plan'],
  'lib/target': ['lib/metrics', 'lib/api'],
  'lib/series': ['lib/metrics'],
  'lib/detect': ['lib/metrics', 'lib/series'],
  'lib/runs': ['lib/metrics', 'lib/series', 'lib/detect'],
  'lib/config': ['lib/metrics', 'lib/api', 'lib/target', 'lib/rules', 'lib/notify'],
  'lib/notify': ['lib/metrics', 'lib/api', 'lib/rules', 'lib/alerts', 'lib/address'],
  'lib/scrape': ['lib/metrics', 'lib/api', 'lib/target', 'lib/address', 'lib/runs'],
  'lib/db': [
    'lib/metrics',
    'lib/api',
    'lib/target',
    'lib/series',
    'lib/detect',
    'lib/runs',
    'lib/rules',
    'lib/alerts',
    'lib/notify',
    'lib/plan',
  ],
  'lib/collector': [
    'lib/metrics',
    'lib/api',
    'lib/target',
    'lib/series',
    'lib/detect',
    'lib/runs',
    'lib/rules',
    'lib/alerts',
    'lib/notify',
    'lib/config',
    'lib/scrape',
    'lib/db',
  ],
  'lib/service': [
    'lib/metrics',
    'lib/address',
    'lib/api',
    'lib/target',
    'lib/series',
    'lib/detect',
    'lib/runs',
    'lib/plan',
    'lib/rules',
    'lib/alerts',
    'lib/notify',
    'lib/config',
    'lib/scrape',
    'lib/db',
  ],
  'lib/client': [
    'lib/metrics',
    'lib/api',
    'lib/series',
    'lib/rules',
    'lib/alerts',
    'lib/detect',
    'lib/runs',
    'lib/plan',
  ],
  'lib/simulator': ['lib/metrics', 'lib/target', 'lib/api', 'lib/series'],
  components: [
    'lib/metrics',
    'lib/api',
    'lib/client',
    'lib/series',
    'lib/rules',
    'lib/alerts',
    'lib/detect',
    'lib/runs',
    'lib/plan',
  ],
};

const PURE = [
  'lib/metrics',
  'lib/series',
  'lib/detect',
  'lib/runs',
  'lib/target',
  'lib/config',
  'lib/api',
  'lib/rules',
  'lib/alerts',
  'lib/plan',
];

function filesOf(folder: string): string[] {
  const entries = readdirSync(path.join(ROOT, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

const folderOf = (specifier: string): string => /^#(lib\/[a-z]+|components|prisma|tests)/.exec(specifier)?.[1] ?? '';

describe('imports go one way', () => {
  it.each(Object.keys(ALLOWED))('%s imports only what is below it', (folder) => {
    const allowed = new Set([folder, ...(ALLOWED[folder] ?? []), ...(folder === 'lib/db' ? ['prisma'] : [])]);
    const wrong = filesOf(folder).flatMap((file) =>
      importsOf(file)
        .filter((specifier) => folderOf(specifier) !== '' && !allowed.has(folderOf(specifier)))
        .map((specifier) => `${file} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('only lib/db imports pg and Prisma, beside the command line that starts them', () => {
    const wrong = ['lib', 'components', 'app'].flatMap(filesOf).flatMap((file) => {
      if (file.startsWith('lib/db/') || file === 'lib/cli/postgres.ts') return [];
      return importsOf(file)
        .filter((specifier) => /^(pg|pg-copy-streams|@prisma\/.*|#prisma\/.*)$/.test(specifier))
        .map((specifier) => `${file}: ${specifier}`);
    });
    expect(wrong).toEqual([]);
  });

  it('only components/chart imports recharts', () => {
    const wrong = ['lib', 'components', 'app']
      .flatMap(filesOf)
      .filter((file) => !file.startsWith('components/chart/') && importsOf(file).includes('recharts'));
    expect(wrong).toEqual([]);
  });

  it('pure folders know no framework, no clock and no IO', () => {
    const wrong = PURE.flatMap(filesOf).flatMap((file) => {
      const text = readFileSync(path.join(ROOT, file), 'utf8');
      const clock = /Date\.now\(|new Date\(\)|performance\.now\(|Math\.random\(/.test(text)
        ? [`${file} reads the clock or chance`]
        : [];
      const foreign = importsOf(file)
        .filter((specifier) => /^(react|next|node:|undici|pg$)/.test(specifier))
        .map((specifier) => `${file} imports ${specifier}`);
      return [...clock, ...foreign];
    });
    expect(wrong).toEqual([]);
  });
});

describe('the top level holds what was agreed', () => {
  it('has no folder beyond the layout', () => {
    const known = [
      'app',
      'components',
      'lib',
      'prisma',
      'public',
      'tests',
      'node_modules',
      'data',
      '.ci',
      '.git',
      '.next',
    ];
    const folders = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    expect(folders.filter((name) => !known.includes(name))).toEqual([]);
  });
});
