import type { Engine } from '#lib/simulator/engine.ts';
import { Fleet, type Server } from '#lib/simulator/fleet.ts';
import { findScenario } from '#lib/simulator/scenarios.ts';

export function fleetOf(name: string, options: { seed?: number; stepS?: number; warmUpS?: number } = {}): Fleet {
  const scenario = findScenario(name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  return new Fleet({ scenario, seed: options.seed ?? 1, stepS: options.stepS ?? 0.25, warmUpS: options.warmUpS ?? 60 });
}

export function onlyServer(fleet: Fleet): Server {
  const [server] = fleet.servers.values();
  if (server === undefined) throw new Error('a fleet without a server');
  return server;
}

export function onlyEngine(fleet: Fleet): Engine {
  const [engine] = onlyServer(fleet).engines;
  if (engine === undefined) throw new Error('a server without an engine');
  return engine;
}

/** Counters are copied, so that two moments can be compared. */
export function countsOf(engine: Engine): {
  arrived: number;
  finished: number;
  preemptions: number;
  queries: number;
  hits: number;
} {
  const { arrived, preemptions, prefixQueries, prefixHits } = engine.counters;
  return { arrived, finished: engine.finished, preemptions, queries: prefixQueries, hits: prefixHits };
}
