import type { Subject } from '#lib/api/subjects.ts';
import type { Level } from '#lib/client/band-level.ts';
import type { CurrentIndex } from '#lib/client/current-index.ts';
import type { Verdict } from '#lib/client/fleet-verdict.ts';
import { type EngineLoad, type FleetLimit, fleetLimits, type Limit } from '#lib/detect/what-limits.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** What the words need of `/current`. */
export const LIMIT_SIGNALS = [
  'kv_cache_utilization',
  'preemptions_per_second',
  'queue_depth',
  'running_requests',
  'batch_efficiency',
  'iteration_tokens_mean',
] as const;

const LEVELS: Readonly<Record<Limit, Level>> = {
  decode: 'danger',
  batch: 'warning',
  prefill: 'warning',
  scheduler: 'warning',
  unknown: 'unknown',
  nothing: 'safe',
};

/** Where the evidence is: the panels that show it, of the engines that it is about. */
const EVIDENCE: Readonly<Record<Limit, string>> = {
  decode: '/kv-cache',
  batch: '/throughput',
  prefill: '/throughput',
  scheduler: '/throughput',
  unknown: '/kv-cache',
  nothing: '/kv-cache',
};

/** Engines that do not answer say nothing of now. */
export function loadOf({ id, health }: Subject, current: CurrentIndex): EngineLoad {
  const value = (signal: (typeof LIMIT_SIGNALS)[number]) => (health.state === 'ok' ? current.value(id, signal) : null);
  return {
    id,
    kvRatio: value('kv_cache_utilization'),
    preemptionsPerS: value('preemptions_per_second'),
    waiting: value('queue_depth'),
    running: value('running_requests'),
    batchRatio: value('batch_efficiency'),
    tokensPerStep: value('iteration_tokens_mean'),
  };
}

/** What limits these engines now, in words, each with a link to its evidence: "Decode-bound: KV 97%, preempting 3/s on 2 of 8 engines". */
export function limitVerdicts(
  engines: readonly Subject[],
  current: CurrentIndex,
  names: ReadonlyMap<number, string>,
): readonly Verdict[] {
  if (engines.length === 0) return [];
  return fleetLimits(engines.map((engine) => loadOf(engine, current))).map((found) => ({
    id: `limit-${found.limit}`,
    level: LEVELS[found.limit],
    text: limitText(found, names),
    href: `${EVIDENCE[found.limit]}?on=${found.engines.map(({ id }) => id).join(',')}`,
  }));
}

function limitText({ limit, engines, of }: FleetLimit, names: ReadonlyMap<number, string>): string {
  const most = (pick: (load: EngineLoad) => number | null): number | null => {
    const known = engines.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  const sum = (pick: (load: EngineLoad) => number | null): number =>
    engines.reduce((total, load) => total + (pick(load) ?? 0), 0);
  const kv = `KV ${formatValue(
    most(({ kvRatio }) => kvRatio),
    'ratio',
  )}`;
  const waiting = sum(({ waiting: count }) => count);
  const queue = `${formatValue(waiting, 'requests')} ${waiting === 1 ? 'waits' : 'wait'}`;
  const [only] = engines;
  const where =
    of === 1
      ? ''
      : engines.length === 1 && only !== undefined
        ? ` on ${names.get(only.id) ?? `#${only.id}`} (1 of ${of} engines)`
        : ` on ${engines.length} of ${of} engines`;
  const preempting = sum(({ preemptionsPerS }) => preemptionsPerS);
  switch (limit) {
    case 'decode': {
      const why = preempting > 0 ? `preempting ${formatValue(preempting, 'count')}/s` : queue;
      return `Decode-bound: ${kv}, ${why}${where}`;
    }
    case 'batch':
      return `Batch-bound: as many run as may, ${queue}, ${kv}${where}`;
    case 'prefill':
      return `Prefill-bound: ${queue} with ${kv}; steps are mostly prompts${where}`;
    case 'scheduler':
      return `Held back: ${queue} with ${kv}; neither the cache nor prompts explain it${where}`;
    case 'unknown':
      return `Unknown what limits: no KV use or queue is known${where}`;
    case 'nothing':
      return `Nothing limits: nobody waits, ${kv} at most${where}`;
  }
}
