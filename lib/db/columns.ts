import {
  ENGINE_COUNTERS,
  ENGINE_GAUGES,
  ENGINE_HISTOGRAMS,
  GPU_COUNTERS,
  GPU_GAUGES,
  type SubjectKind,
} from '#lib/metrics/sample.ts';
import { DERIVED_COUNTERS } from '#lib/metrics/signal.ts';

/** The stored fields of one subject kind; table columns are generated from these lists. */
export type StoredFields = {
  readonly gauges: readonly string[];
  readonly counters: readonly string[];
  readonly histograms: readonly string[];
};

export const STORED_FIELDS = {
  engine: {
    gauges: ENGINE_GAUGES,
    counters: [...ENGINE_COUNTERS, ...DERIVED_COUNTERS],
    histograms: ENGINE_HISTOGRAMS,
  },
  gpu: { gauges: GPU_GAUGES, counters: GPU_COUNTERS, histograms: [] },
} as const satisfies Record<SubjectKind, StoredFields>;

export const TIERS = ['raw', '1m', '10m', '1h'] as const;
export type Tier = (typeof TIERS)[number];

export type RolledTier = Exclude<Tier, 'raw'>;

export const TIER_STEP_MS = { raw: 1000, '1m': 60_000, '10m': 600_000, '1h': 3_600_000 } as const satisfies Record<
  Tier,
  number
>;

/** `engine_sample`, `gpu_1h` … */
export function tableOf(kind: SubjectKind, tier: Tier): string {
  return tier === 'raw' ? `${kind}_sample` : `${kind}_${tier}`;
}

/** Histograms of all engines together. Only they add up over engines without knowing each engine's own samples. */
export function fleetTableOf(tier: RolledTier): string {
  return `engine_fleet_${tier}`;
}
