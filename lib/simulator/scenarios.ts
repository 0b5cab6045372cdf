import type { Scenario } from '#lib/simulator/scenario.ts';
import { BATCH_CASES, batchScenario } from '#lib/simulator/scenarios-batch.ts';
import { BURST_CASES, burstScenario } from '#lib/simulator/scenarios-burst.ts';
import { DEMO, STEADY } from '#lib/simulator/scenarios-demo.ts';
import { KV_CASES, kvScenario } from '#lib/simulator/scenarios-kv.ts';
import { OOM_CASES, oomScenario } from '#lib/simulator/scenarios-oom.ts';

/** Every scenario by name; those of the reports are called as the reports call them. */
export const SCENARIOS: readonly Scenario[] = [
  STEADY,
  DEMO,
  ...BURST_CASES.map(burstScenario),
  ...KV_CASES.map(kvScenario),
  ...OOM_CASES.map(oomScenario),
  ...BATCH_CASES.map(batchScenario),
];

export function findScenario(name: string): Scenario | undefined {
  return SCENARIOS.find((scenario) => scenario.name === name);
}
