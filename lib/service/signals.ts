import type { SignalList } from '#lib/api/system.ts';
import { describeCompute } from '#lib/metrics/describe-compute.ts';
import { SIGNALS } from '#lib/metrics/signals.ts';

/** `GET /signals`: the catalog. */
export function listSignals(): SignalList {
  return {
    items: SIGNALS.map((signal) => ({
      id: signal.id,
      title: signal.title,
      unit: signal.unit,
      kind: signal.kind,
      windowMs: signal.windowMs,
      help: signal.help,
      source: signal.source,
      compute: describeCompute(signal.compute, signal.windowMs),
      bands: [...(signal.bands ?? [])],
      targets: (signal.targets ?? []).map(({ op, value, label }) => ({ op, value, label })),
    })),
    nextCursor: null,
  };
}
