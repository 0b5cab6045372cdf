import type { Shape } from '#lib/detect/growth-shapes.ts';
import type { MemoryRelease } from '#lib/detect/memory-falls.ts';
import type { MemoryFloor } from '#lib/detect/memory-floors.ts';
import type { Restart } from '#lib/detect/memory-restarts.ts';
import type { Interval } from '#lib/detect/theil-sen.ts';
import type { TimeToLimit } from '#lib/detect/time-to-limit.ts';

export const LEAK_VERDICTS = ['leak', 'plateau', 'load-driven', 'none', 'inconclusive'] as const;
export type LeakVerdict = (typeof LEAK_VERDICTS)[number];

/** Whether there is a floor for each quiet window of the clock, or for each batch of a run. */
export type FloorsPer = 'window' | 'batch';

/** What a judgement needs to know beside the floors. */
export type LeakFacts = {
  readonly nowMs: number;
  /** Rounding of the exporter: 1 MiB for nvidia-smi; see `memoryQuantum`. */
  readonly quantumBytes: number;
  /** Where memory ends: the card's total, a pod's or a host's limit. null when unknown. */
  readonly limitBytes: number | null;
  /** What the engine took at its start (`vramFloor`); null where nothing is reserved or it is not known yet. */
  readonly reservedBytes: number | null;
  /** How memory answers to the load at once (`memoryPerLoad`); 0 when unknown. */
  readonly bytesPerLoad: number;
  /** When memory was given back, ascending (`memoryFalls`). */
  readonly releases?: readonly MemoryRelease[];
};

/** A verdict on growing memory with all that it rests on. */
export type LeakJudgement = {
  readonly verdict: LeakVerdict;
  /** One sentence for people: why this verdict and no other. */
  readonly reason: string;
  readonly floorsPer: FloorsPer;
  /** The floors that were judged, oldest first: warm-up removed, since the newest restart, at most 72. */
  readonly floors: readonly MemoryFloor[];
  /** The shape that fits best, and how all compare (lower is better). null with too few floors. */
  readonly model: {
    readonly shape: Shape;
    readonly beside: 'load' | 'tooth' | null;
    /** Since when the slope at the end holds: the end of a ramp, or of most of a fade, the beginning of a leak, the first of two steps. */
    readonly sinceMs: number;
    /** The (last) step; null where there is none. */
    readonly step: { readonly atMs: number; readonly bytes: number } | null;
    /** What was taken out for the load: per running request, or whatever the load counts. */
    readonly bytesPerLoad: number;
    readonly candidates: readonly {
      readonly shape: Shape;
      readonly beside: 'load' | 'tooth' | null;
      readonly bic: number;
    }[];
  } | null;
  /** Theil–Sen with its 95 % interval, rounding included; load, a step and what fades taken out, since the bend. */
  readonly slopeMibPerHour: Interval | null;
  /** null where floors are per window. */
  readonly slopeMibPerBatch: Interval | null;
  /** One-sided, Mann–Kendall with Hamed–Rao variance. */
  readonly pValue: number | null;
  readonly quantumBytes: number;
  /** Known for a leak only. */
  readonly timeToLimit: TimeToLimit;
  /** The two numbers that must not be mixed up: what the engine reserved, and what lies above it. */
  readonly reservedBytes: number | null;
  readonly floorNowBytes: number | null;
  readonly aboveReservedBytes: number | null;
  readonly restarts: readonly Restart[];
  /** null where none was removed: floors per batch. */
  readonly warmUp: { readonly fromMs: number; readonly toMs: number } | null;
  /** How many more floors an inconclusive verdict needs, at the least, if the next are like the last; null otherwise. */
  readonly moreFloors: number | null;
};
