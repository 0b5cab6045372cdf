const REASONS: readonly (readonly [prefix: string, reason: string])[] = [
  ['python_', 'about the Python runtime, not the engine'],
  ['go_', "about the exporter's Go runtime, not the GPU"],
  ['promhttp_', "about the exporter's own HTTP handler"],
  ['process_', 'about the operating system process; only resident memory and start time of an engine are kept'],
  ['http_', 'HTTP detail; only http_requests_total is kept, by status class'],
  ['nv_', 'a Triton server metric; only the vLLM families of this page are read'],
];

/** Why a series that no source knows is not stored. */
export function leftoverReason(name: string): string {
  if (name.endsWith('_created')) return 'a creation time, not a measurement';
  for (const [prefix, reason] of REASONS) if (name.startsWith(prefix)) return reason;
  return 'no canonical field for it';
}
