import { defineConfig } from 'vitest/config';

const node = { environment: 'node', pool: 'forks' } as const;
/** After the browser tests, which drive several processes of their own. A worker more than two cores: much of it is waiting. */
const beside = { maxWorkers: 3, sequence: { groupOrder: 1 } } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...node,
          ...beside,
          name: 'unit',
          include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
          exclude: ['tests/db/**', 'tests/collector/**', 'tests/service/**', 'tests/cli/**', 'tests/e2e/**'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          ...node,
          ...beside,
          name: 'postgres',
          include: ['tests/{db,collector,service,cli}/**/*.test.ts'],
          globalSetup: ['tests/postgres-server.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...node,
          name: 'browser',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/e2e/installation.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 15_000 } },
          maxWorkers: 2,
        },
      },
    ],
  },
});
