import type {
  EngineCounter,
  EngineGauge,
  EngineHistogram,
  GpuCounter,
  GpuGauge,
  SubjectKind,
} from '#lib/metrics/sample.ts';
import type { Unit } from '#lib/metrics/unit.ts';

/**
 * Counters that are derived while storing: `finished` sums the finish reasons, `arrivals` adds the change of requests
 * in flight between two polls.
 */
export const DERIVED_COUNTERS = ['finished', 'arrivals'] as const;
export type DerivedCounter = (typeof DERIVED_COUNTERS)[number];

type Gauge = EngineGauge | GpuGauge;
type Counter = EngineCounter | GpuCounter | DerivedCounter;

/** What a leak verdict says: its word, bytes per second, seconds, and what its engine reserved or holds above that. */
export type MemoryForm = 'verdict' | 'growth' | 'time-to-limit' | 'reserved' | 'above-reserved';

/** What the newest burst says: its verdict, or seconds until it recovered. */
export type BurstForm = 'verdict' | 'recovery';

/** How a signal follows from stored samples of a window. Every form is a plain aggregate, so raw rows and roll-ups agree. */
export type Compute =
  /** The gauge; mean, min and max over the window. */
  | { readonly type: 'gauge'; readonly field: Gauge }
  /** The highest value of the window. */
  | { readonly type: 'peak'; readonly field: Gauge }
  /** numerator / denominator of two gauges. */
  | { readonly type: 'gauge-ratio'; readonly numerator: Gauge; readonly denominator: Gauge }
  /** Product of gauges, e.g. used KV tokens = usage × blocks × tokens per block. */
  | { readonly type: 'gauge-product'; readonly fields: readonly Gauge[] }
  /** 1 when `bits & mask` is set in any poll of the window. */
  | { readonly type: 'any-bit'; readonly field: Gauge; readonly mask: number }
  /** sum of increases / elapsed seconds. */
  | { readonly type: 'rate'; readonly counters: readonly Counter[] }
  /** sum of increases over the window. */
  | { readonly type: 'increase'; readonly counters: readonly Counter[] }
  /** sum of increases / sum of increases; 0/0 is `whenBothZero`, x/0 is unknown. `fallbackGauge` serves versions without the counters. */
  | {
      readonly type: 'increase-ratio';
      readonly numerator: readonly Counter[];
      readonly denominator: readonly Counter[];
      readonly whenBothZero: number | null;
      readonly fallbackGauge?: Gauge;
    }
  /** Prometheus's histogram_quantile over the summed bucket increases. `q: 1` gives the upper bound of the highest bucket used. */
  | { readonly type: 'quantile'; readonly histogram: EngineHistogram; readonly q: number }
  /** Mean of the observations of the window. */
  | { readonly type: 'histogram-mean'; readonly histogram: EngineHistogram }
  /** Share of observations <= bound; mean is interpolated, min and max are the bounds that the buckets prove. */
  | { readonly type: 'fraction-below'; readonly histogram: EngineHistogram; readonly bound: number }
  /** Share of requests that meet every bound: marginals only, so min and max are the Fréchet bounds, mean their middle. */
  | {
      readonly type: 'joint-fraction-below';
      readonly parts: readonly { readonly histogram: EngineHistogram; readonly bound: number }[];
    }
  /** Increases of an engine / a gauge integrated over its linked GPUs (tokens per joule). */
  | { readonly type: 'per-linked-gpu'; readonly counters: readonly Counter[]; readonly gpuGauge: GpuGauge }
  /** The engine's configured or learned baseline. */
  | { readonly type: 'baseline' }
  /** Time per token over that of the same process after its warm-up, at equal load. */
  | { readonly type: 'slowdown' }
  /** A signal / the baseline. */
  | { readonly type: 'over-baseline'; readonly counters: readonly Counter[]; readonly form: 'multiple' | 'drop' }
  /** Share of polls of the subject's target that succeeded; `any` is 0/1 of the latest poll. */
  | { readonly type: 'target-up'; readonly form: 'latest' | 'share' }
  /** 1 while the exporter answers with values that no longer move. */
  | { readonly type: 'target-frozen' }
  /** 1 when the newest page of an answering target shows the subject, 0 when it does not; unknown while it does not answer. */
  | { readonly type: 'shown' }
  /** How many signals that enabled rules need this version of the engine does not expose. */
  | { readonly type: 'missing-signals' }
  /** From the newest leak verdict on the subject's memory; unknown when that is too old. */
  | {
      readonly type: 'memory-verdict';
      readonly field: 'used_bytes' | 'resident_bytes';
      readonly form: MemoryForm;
    }
  /** From the newest burst of the engine; unknown when that was more than ten minutes ago. */
  | { readonly type: 'burst'; readonly form: BurstForm }
  /** Of the newest run on the engine that runs or finished less than a day ago. */
  | { readonly type: 'run-figure'; readonly figure: RunFigure }
  /** What is promised of the engine (see slo.ts), from its latency histograms. */
  | { readonly type: 'slo'; readonly form: SloForm }
  /** Share of requests of batches, or of minutes, that kept the promise in a day; or which of the two it is. */
  | { readonly type: 'sla'; readonly form: 'compliance' | 'basis' }
  /** Increase of failures in a window in which a linked GPU was at least `fullRatio` full; 0 when none was. */
  | { readonly type: 'failures-while-full'; readonly counters: readonly Counter[]; readonly fullRatio: number };

/** Of a promise: how fast its error budget burns, requests outside it, all of them, the share inside, what is left of the budget. */
export const SLO_FORMS = ['burn', 'slow', 'requests', 'goodput', 'budget-left'] as const;
export type SloForm = (typeof SLO_FORMS)[number];

/** What the newest run on an engine says: of its batches together, or of the one that is open. */
export const RUN_FIGURES = [
  'vram-delta',
  'throughput-variance',
  'throughput-falling',
  'success-ratio',
  'reload-delay',
  'open-age',
  'projected-duration',
] as const;
export type RunFigure = (typeof RUN_FIGURES)[number];

/** Signals that follow from the polls, from runs or bursts, not from stored samples of the subject. */
const POLL_TYPES: readonly Compute['type'][] = [
  'target-up',
  'target-frozen',
  'shown',
  'missing-signals',
  'run-figure',
  'sla',
  'burst',
];

/** Whether the signal is known even when a poll failed, because it is about the polls, a run or a burst. */
export function isPollCompute(compute: Compute): boolean {
  return POLL_TYPES.includes(compute.type);
}

/** Whether the signal is made from stored samples of its window in one read; the others are looked up, or read from roll-ups. */
export function isSampleCompute(compute: Compute): boolean {
  const isLookedUp = ['memory-verdict', 'slo', 'slowdown'].includes(compute.type);
  return !isPollCompute(compute) && !isLookedUp;
}

/** A shaded range of a panel. `from` inclusive, `to` exclusive, null is open. */
export type Band = {
  readonly level: 'safe' | 'recommended' | 'warning' | 'danger';
  readonly from: number | null;
  readonly to: number | null;
  readonly label: string;
};

export type TargetLine = {
  readonly op: '<' | '<=' | '>' | '>=' | '=';
  readonly value: number;
  readonly label: string;
  /** Multiply by the engine's baseline when it is known; `value` is the report's literal. */
  readonly ofBaseline?: number;
  /** Printed in a report but contradicted by it; listed, not drawn. */
  readonly offByDefault?: boolean;
};

/** How a fleet-wide number is made from subjects: never an average of quantiles, never a sum of utilisations. */
export type FleetForm = 'sum' | 'mean' | 'merge';

export type Signal = {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly kind: SubjectKind;
  readonly compute: Compute;
  /** Window of `/current` and the default of rules. */
  readonly windowMs: number;
  readonly fleet: FleetForm;
  /** One sentence: what it means and how it is computed, for the reader of a panel. */
  readonly help: string;
  /** Where the definition comes from: a report, vLLM, an exporter. */
  readonly source: string;
  readonly bands?: readonly Band[];
  readonly targets?: readonly TargetLine[];
};
