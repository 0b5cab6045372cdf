import type { SloInput } from '#lib/api/slo.ts';
import { formatDurationMs, parseDurationMs } from '#lib/metrics/duration.ts';
import { SLO_LATENCY_NAMES, type SloLatency, type StatedSlo } from '#lib/metrics/slo.ts';

type InputError = { readonly path: string; readonly message: string };
export type SloResult =
  | { readonly ok: true; readonly slo: StatedSlo }
  | { readonly ok: false; readonly errors: readonly InputError[] };

const HOUR_MS = 3_600_000;
const LONGEST_WINDOW_MS = 90 * 24 * HOUR_MS;

/** Turns what a person wrote of a promise into numbers, or says for each key what was expected. Paths are the bare keys. */
export function parseSlo(input: SloInput): SloResult {
  const errors: InputError[] = [];
  const latencies: Partial<Record<SloLatency, number>> = {};
  for (const name of SLO_LATENCY_NAMES) {
    const text = input[name];
    if (text === undefined) continue;
    const ms = parseDurationMs(text);
    if (ms === null || ms <= 0) errors.push({ path: name, message: `"${text}" is not a duration, e.g. 500ms` });
    else latencies[name] = ms / 1000;
  }
  const objective = input.objective === undefined ? undefined : shareOf(input.objective);
  if (objective === null)
    errors.push({
      path: 'objective',
      message: `"${input.objective}" is not a share from 50% to below 100%, e.g. 99% or 0.99`,
    });
  const windowMs = input.window === undefined ? undefined : parseDurationMs(input.window);
  if (windowMs === null || (windowMs !== undefined && (windowMs < 24 * HOUR_MS || windowMs > LONGEST_WINDOW_MS)))
    errors.push({ path: 'window', message: `"${input.window}" is not a duration from 1d to 90d, e.g. 30d` });
  if (errors.length > 0) return { ok: false, errors };
  return {
    ok: true,
    slo: {
      latencies,
      ...(input.requests_per_second === undefined ? {} : { requestsPerSecond: input.requests_per_second }),
      ...(objective === undefined || objective === null ? {} : { objective }),
      ...(windowMs === undefined || windowMs === null ? {} : { windowMs }),
    },
  };
}

/** "99.9%", "99.9 %" or 0.999; null where it is no share, or promises everything: then one slow request spends all of it. */
function shareOf(value: string | number): number | null {
  const percent = typeof value === 'string' ? /^(\d+(?:\.\d+)?)\s*%$/.exec(value.trim()) : null;
  const share = percent === null ? Number(value) : Number((Number(percent[1]) / 100).toPrecision(12));
  return share >= 0.5 && share < 1 ? share : null;
}

/** The promise as a person would write it. */
export function sloInputOf({ latencies, requestsPerSecond, objective, windowMs }: StatedSlo): SloInput {
  const named = SLO_LATENCY_NAMES.flatMap((name) => {
    const seconds = latencies[name];
    return seconds === undefined ? [] : [[name, formatDurationMs(seconds * 1000)] as const];
  });
  return {
    ...Object.fromEntries(named),
    ...(requestsPerSecond === undefined ? {} : { requests_per_second: requestsPerSecond }),
    ...(objective === undefined ? {} : { objective: `${Number((objective * 100).toPrecision(12))}%` }),
    ...(windowMs === undefined ? {} : { window: formatDurationMs(windowMs) }),
  };
}
