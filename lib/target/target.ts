import type { TargetSource } from '#lib/api/targets.ts';
import type { StatedSlo } from '#lib/metrics/slo.ts';

/** How a secret is given: as text, or as a file that is read at every poll, so that rotated tokens work. */
export type Secret = { readonly text: string } | { readonly file: string };

export type TargetAuth =
  | { readonly kind: 'bearer'; readonly token: Secret }
  | { readonly kind: 'basic'; readonly username: string; readonly password: Secret }
  | { readonly kind: 'header'; readonly name: string; readonly value: Secret };

export type TargetTls = {
  readonly caFile: string | null;
  readonly serverName: string | null;
  readonly insecureSkipVerify: boolean;
};

/** Everything that polling one target needs. */
export type TargetSettings = {
  readonly name: string;
  readonly source: TargetSource;
  /** null for the local nvidia-smi. */
  readonly url: string | null;
  readonly intervalMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly baselineRps: number | null;
  readonly maxRunning: number | null;
  readonly profile: 'relative' | 'literal';
  /** GPUs (index or uuid) that the target's engines run on. */
  readonly gpus: readonly string[];
  /** What is promised of its engines; null: what is said for all. */
  readonly slo: StatedSlo | null;
  readonly auth: TargetAuth | null;
  readonly tls: TargetTls | null;
};

export const MIN_INTERVAL_MS = 1000;
const MAX_TIMEOUT_MS = 10_000;

/** For headers and body together: min(interval, 10 s). */
export function timeoutMsOf(intervalMs: number): number {
  return Math.min(intervalMs, MAX_TIMEOUT_MS);
}

/** Waking up for a poll costs about as much as half of the poll: of many targets, some begin together. */
const SLOTS = 50;

/** A stable number in [0, intervalMs), one of 50, that spreads the polls of many targets over the interval. */
export function pollOffsetMs(name: string, intervalMs: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return Math.floor((((hash >>> 0) % SLOTS) * intervalMs) / SLOTS);
}

/** The next slot of a target strictly after `nowMs`: offset + k × interval on the epoch's clock. */
export function nextSlotMs(offsetMs: number, intervalMs: number, nowMs: number): number {
  return Math.floor((nowMs - offsetMs) / intervalMs + 1) * intervalMs + offsetMs;
}
