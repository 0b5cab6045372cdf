import type { TestProject } from 'vitest/node';
import { type Headroom, startHeadroom } from '#tests/e2e/headroom-process.ts';

declare module 'vitest' {
  interface ProvidedContext {
    demoUrl: string;
  }
}

/** The demo fleet, built and started by the real command; shared by the page tests. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const headroom: Headroom = await startHeadroom({ args: ['--demo'] });
  project.provide('demoUrl', headroom.url);
  return () => headroom.dispose();
}
