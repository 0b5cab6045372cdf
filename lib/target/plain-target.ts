import type { TargetSettings } from '#lib/target/target.ts';

/** What a target is that nobody said more of than its name, source and address. */
export const PLAIN_TARGET = {
  intervalMs: 5000,
  labels: {},
  baselineRps: null,
  maxRunning: null,
  profile: 'relative',
  gpus: [],
  slo: null,
  auth: null,
  tls: null,
} as const satisfies Partial<TargetSettings>;
