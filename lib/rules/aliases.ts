/** Words of the reports (rules.yaml, signals_named_by_reports) and short words, to signal ids. */
export const SIGNAL_ALIASES: ReadonlyMap<string, string> = new Map([
  ['baseline', 'baseline_rps'],
  ['total_latency_p50', 'e2e_latency_p50'],
  ['total_latency_p99', 'e2e_latency_p99'],
  ['peak_memory_gb', 'vram_peak'],
  ['peak_memory', 'vram_peak'],
  ['memory_peak', 'vram_peak'],
  ['memory_utilization', 'vram_utilization'],
  ['generation_tokens_per_second', 'tokens_per_second'],
  ['hit_rate', 'cache_hit_rate'],
  ['cache_evictions', 'cache_eviction_rate'],
  ['throughput_impact', 'throughput_drop'],
  ['availability', 'availability_24h'],
]);

/** The id behind a written name. Letters of any case; an unknown name stays as it is. */
export function signalIdOf(name: string): string {
  const lower = name.toLowerCase();
  return SIGNAL_ALIASES.get(lower) ?? lower;
}

/** How the canonical text names a signal: its id, but `baseline` for the baseline. */
export function signalNameOf(id: string): string {
  return id === 'baseline_rps' ? 'baseline' : id;
}
