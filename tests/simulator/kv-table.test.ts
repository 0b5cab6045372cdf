import { describe, expect, test } from 'vitest';
import { heldTokens, preemptedShare } from '#lib/simulator/engine-settings.ts';
import { KV_CASES, type KvCase, kvClients, kvEngine } from '#lib/simulator/scenarios-kv.ts';
import { countsOf, fleetOf, onlyEngine } from '#tests/simulator/run-scenario.ts';

function measured(kv: KvCase) {
  const fleet = fleetOf(kv.id, { stepS: 0.5 });
  const engine = onlyEngine(fleet);
  const before = countsOf(engine);
  let usage = 0;
  const steps = 120;
  for (let step = 1; step <= steps; step += 1) {
    fleet.advance(step / 2);
    usage += engine.usedBlocks / engine.settings.kvBlocks / steps;
  }
  const after = countsOf(engine);
  const finished = after.finished - before.finished;
  return {
    utilization: usage * 100,
    hitRate: ((after.hits - before.hits) / (after.queries - before.queries)) * 100,
    evictions: ((after.preemptions - before.preemptions) / finished) * 100,
    rps: finished / 60,
    waiting: engine.waiting,
    inFlight: engine.waiting + engine.running,
  };
}

describe.each(KV_CASES)('$id', (kv) => {
  const found = measured(kv);

  test('runs at the report’s rate, hit rate and evictions', () => {
    expect(found.rps / kv.rps).toBeCloseTo(1, 1);
    expect(Math.abs(found.hitRate - kv.hitRate)).toBeLessThan(1.5);
    expect(Math.abs(found.evictions - kv.evictions)).toBeLessThan(1.5);
  });

  test('fills as much of the cache as there is, never more', () => {
    const possible = Math.min(100, kv.utilization);
    expect(Math.abs(found.utilization - possible)).toBeLessThan(1.5);
    expect(found.utilization).toBeLessThanOrEqual(100);
  });

  test('passes exactly where everything fits: then nothing waits and nothing is preempted', () => {
    expect(found.inFlight).toBe(kvClients(kv));
    expect(found.waiting === 0 && found.evictions === 0).toBe(kv.passes);
    expect(kv.passes).toBe(kv.utilization <= 100);
  });

  test('asks for the memory that the report computes', () => {
    const engine = kvEngine(kv);
    const share = (kvClients(kv) * heldTokens(engine)) / (engine.kvBlocks * engine.blockTokens);
    // Printed with one decimal.
    expect(Math.abs(share * 100 - kv.utilization)).toBeLessThan(0.06);
    expect(Math.floor(preemptedShare(engine, kvClients(kv)) * 100)).toBe(kv.evictions);
  });
});

/** 85.9 % used costs 15 % of throughput in the scenario, 40 to 50 % in "Throughput vs. Cache Utilization". */
test('report 002 contradicts itself on throughput above 80 %', () => {
  const large = KV_CASES.find((kv) => kv.id === 'large_sequence_high');
  expect(large?.utilization).toBeGreaterThan(80);
  const fullSpeed = (202 * (large?.batch ?? 0)) / 128;
  expect((large?.rps ?? 0) / fullSpeed).toBeCloseTo(0.85, 2);
});
