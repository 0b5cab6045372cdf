import type { MemoryPoint } from '#lib/detect/memory-point.ts';
import type { Restart } from '#lib/detect/memory-restarts.ts';
import { Random } from '#lib/simulator/random.ts';

export const HOUR_MS = 3_600_000;
/** A Monday at 00:00 UTC, so that windows of the clock begin with the series. */
export const SERIES_START_MS = 1_767_571_200_000;

/** What a made-up series contains beside its slope. Every part is drawn anew for each seed. */
export type Disturbances = {
  readonly noiseMib: number;
  readonly warmUpRamp: boolean;
  readonly step: boolean;
  readonly sawTooth: boolean;
  readonly dailyLoad: boolean;
  readonly missingPolls: boolean;
  readonly restart: boolean;
};

export type MemorySeries = {
  readonly points: readonly MemoryPoint[];
  /** When the process that runs at the end was started. */
  readonly startedMs: number;
  readonly endMs: number;
  /** What the exporter tells of restarts. */
  readonly restarts: readonly Restart[];
};

const POLL_MS = 30_000;
const BASE_MIB = 5000;
const MIB = 1024 ** 2;

/**
 * Memory and running requests of one process, polled every 30 s for `hours` after its (last) start, in whole MiB:
 * base + slope × age + noise, in 5 % of polls a buffer of up to 100 MiB, and as asked
 * - a warm-up ramp of 50–400 MiB, straight over 10–60 min or exponential with 5–20 min,
 * - one step of 20–300 MiB up at some time in the middle 60 %,
 * - a saw-tooth of 20–120 MiB every 10–40 min,
 * - a day's swing of load (± 60 %) with 1–5 MiB per running request,
 * - a fifth of the polls missing, and one gap of 20–40 min,
 * - a restart after 0.5–2 h, told by the process's start time in every second series, with 2–4 min without the process.
 */
export function memorySeries(seed: number, slopeMibPerHour: number, hours: number, parts: Disturbances): MemorySeries {
  const random = new Random(seed);
  const between = (low: number, high: number): number => low + (high - low) * random.next();
  const ramp = {
    straight: random.next() < 0.5,
    mib: between(50, 400),
    hours: between(1 / 6, 1),
    tau: between(1 / 12, 1 / 3),
  };
  const step = { mib: between(20, 300), atH: between(0.2, 0.8) * hours };
  const saw = { mib: between(20, 120), hours: between(1 / 6, 2 / 3) };
  const day = { mibPerRequest: between(1, 5), phase: between(0, 2 * Math.PI) };
  const gap = { atH: between(0.1, 0.9) * hours, hours: between(1 / 3, 2 / 3) };
  const startedH = parts.restart ? between(0.5, 2) : 0;
  const downH = between(2, 4) / 60;

  const grown = (ageH: number): number => {
    const ramped = ramp.straight ? Math.min(1, ageH / ramp.hours) : 1 - Math.exp(-ageH / ramp.tau);
    return (
      slopeMibPerHour * ageH +
      (parts.warmUpRamp ? ramp.mib * ramped : 0) +
      (parts.step && ageH >= step.atH ? step.mib : 0) +
      (parts.sawTooth ? saw.mib * ((ageH / saw.hours) % 1) : 0)
    );
  };
  const points: MemoryPoint[] = [];
  const totalH = startedH + hours;
  for (let atMs = 0; atMs <= totalH * HOUR_MS; atMs += POLL_MS) {
    const atH = atMs / HOUR_MS;
    const swing = parts.dailyLoad ? 0.6 * Math.sin((2 * Math.PI * atH) / 24 + day.phase) : 0;
    const mean = 20 * (1 + swing);
    const load = Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
    const isDown = parts.restart && atH >= startedH - downH && atH < startedH;
    const ageH = atH < startedH ? atH : atH - startedH;
    const buffer = random.next() < 0.05 ? between(0, 100) : 0;
    const mib =
      BASE_MIB +
      grown(ageH) +
      parts.noiseMib * random.normal() +
      buffer +
      (parts.dailyLoad ? day.mibPerRequest * load : 0);
    const inGap = ageH >= gap.atH && ageH < gap.atH + gap.hours;
    const isMissed = parts.missingPolls && (inGap || random.next() < 0.2);
    if (isMissed) continue;
    points.push({ atMs: SERIES_START_MS + atMs, bytes: isDown ? 0 : Math.floor(mib) * MIB, load: isDown ? 0 : load });
  }
  const startedMs = SERIES_START_MS + startedH * HOUR_MS;
  const isTold = parts.restart && seed % 2 === 0;
  const restarts = isTold ? [{ atMs: startedMs, cause: 'the process started' }] : [];
  return { points, startedMs, endMs: SERIES_START_MS + totalH * HOUR_MS, restarts };
}
