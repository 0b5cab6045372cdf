import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENGINE_HISTOGRAMS } from '#lib/metrics/sample.ts';
import { ENGINE_FORMATS } from '#lib/simulator/bounds.ts';
import { Engine } from '#lib/simulator/engine.ts';
import { slotsOf } from '#lib/simulator/engine-settings.ts';
import { inFlightAfter } from '#lib/simulator/in-flight.ts';
import type { Load } from '#lib/simulator/load.ts';
import { engineOf, LLAMA_8B } from '#lib/simulator/models.ts';
import { Random } from '#lib/simulator/random.ts';

const open = fc.record({
  kind: fc.constant('wave' as const),
  spacing: fc.oneof(
    fc.constant({ kind: 'regular' as const }),
    fc.constant({ kind: 'poisson' as const }),
    fc.record({ kind: fc.constant('clumped' as const), shape: fc.double({ min: 0.3, max: 50, noNaN: true }) }),
  ),
  baseRps: fc.double({ min: 0, max: 300, noNaN: true }),
  swing: fc.double({ min: 0, max: 0.9, noNaN: true }),
  periodS: fc.integer({ min: 30, max: 4000 }),
});
const closed = fc
  .tuple(
    fc.integer({ min: 0, max: 400 }),
    fc.integer({ min: 0, max: 400 }),
    fc.double({ min: 0.3, max: 2, noNaN: true }),
  )
  .map(([first, second, speed]): Load => {
    return {
      kind: 'phases',
      spacing: { kind: 'regular' },
      phases: [
        { name: 'a', startS: 0, endS: 60, clients: first, speed },
        { name: 'b', startS: 60, endS: Number.POSITIVE_INFINITY, clients: second },
      ],
    };
  });

const engines = fc
  .record({
    load: fc.oneof(open, closed),
    format: fc.constantFrom(...ENGINE_FORMATS),
    maxRunning: fc.integer({ min: 1, max: 300 }),
    kvBlocks: fc.integer({ min: 150, max: 30_000 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
  })
  .map(({ load, format, maxRunning, kvBlocks, seed }) => {
    return new Engine({ ...engineOf(LLAMA_8B, 'e', format, load), maxRunning, kvBlocks }, new Random(seed));
  });
const spans = fc.array(fc.double({ min: 0.05, max: 20, noNaN: true }), { minLength: 1, maxLength: 40 });

function run(engine: Engine, steps: readonly number[], each: () => void): void {
  let atS = 0;
  for (const spanS of steps) {
    engine.step(atS, spanS);
    atS += spanS;
    each();
  }
}

describe('an engine under any load', () => {
  test('loses no request: arrived = finished + running + waiting', () => {
    fc.assert(
      fc.property(engines, spans, (engine, steps) => {
        run(engine, steps, () => {
          expect(engine.counters.arrived).toBe(engine.finished + engine.running + engine.waiting);
          expect(Number.isInteger(engine.running) && Number.isInteger(engine.waiting)).toBe(true);
          expect(engine.waiting).toBeGreaterThanOrEqual(0);
          expect(engine.running).toBeLessThanOrEqual(slotsOf(engine.settings));
        });
      }),
    );
  });

  test('never counts down, and keeps its KV cache between 0 and 100 %', () => {
    fc.assert(
      fc.property(engines, spans, (engine, steps) => {
        let before = { ...engine.counters };
        run(engine, steps, () => {
          for (const [name, value] of Object.entries(engine.counters)) {
            expect(Number.isInteger(value), name).toBe(true);
            expect(value, name).toBeGreaterThanOrEqual(before[name as keyof typeof before]);
          }
          before = { ...engine.counters };
          expect(engine.usedBlocks).toBeGreaterThanOrEqual(0);
          expect(engine.usedBlocks).toBeLessThanOrEqual(engine.settings.kvBlocks);
          expect(engine.counters.prefixHits).toBeLessThanOrEqual(engine.counters.prefixQueries);
        });
      }),
    );
  });

  test('keeps histograms that agree with its counters', () => {
    fc.assert(
      fc.property(engines, spans, (engine, steps) => {
        run(engine, steps, () => {});
        const { tallies } = engine;
        for (const name of ENGINE_HISTOGRAMS) {
          const { counts, count, sum } = tallies[name];
          expect(
            counts.reduce((total, inBucket) => total + inBucket, 0),
            name,
          ).toBe(count);
          expect(sum, name).toBeGreaterThanOrEqual(0);
        }
        for (const name of [
          'e2e_s',
          'queue_s',
          'inference_s',
          'request_prompt_tokens',
          'request_generation_tokens',
        ] as const) {
          expect(tallies[name].count, name).toBe(engine.finished);
        }
        expect(tallies.ttft_s.count).toBeGreaterThanOrEqual(engine.finished);
        expect(tallies.e2e_s.sum).toBeCloseTo(tallies.queue_s.sum + tallies.inference_s.sum, 3);
        expect(tallies.inference_s.sum).toBeCloseTo(tallies.prefill_s.sum + tallies.decode_s.sum, 3);
        // Tokens in flight are counted already, those of finished requests all.
        expect(engine.counters.promptTokens).toBeGreaterThanOrEqual(tallies.request_prompt_tokens.sum);
        expect(engine.counters.generationTokens).toBeGreaterThanOrEqual(tallies.request_generation_tokens.sum);
      }),
    );
  });

  test('begins at zero after a restart', () => {
    fc.assert(
      fc.property(engines, spans, (engine, steps) => {
        run(engine, steps, () => {});
        engine.restart(1000);
        expect(Object.values(engine.counters).every((value) => value === 0)).toBe(true);
        expect(ENGINE_HISTOGRAMS.every((name) => engine.tallies[name].count === 0)).toBe(true);
        run(engine, steps, () => {
          expect(engine.counters.arrived).toBe(engine.finished + engine.running + engine.waiting);
        });
      }),
    );
  });
});

test('requests in flight do not depend on how the span is cut', () => {
  const flows = fc.record({
    inFlight: fc.double({ min: 0, max: 500, noNaN: true }),
    rps: fc.double({ min: 0, max: 300, noNaN: true }),
    slots: fc.integer({ min: 1, max: 200 }),
    serviceS: fc.double({ min: 0.05, max: 20, noNaN: true }),
  });
  fc.assert(
    fc.property(flows, fc.integer({ min: 2, max: 50 }), (flow, parts) => {
      const whole = inFlightAfter(flow, 10);
      let inFlight = flow.inFlight;
      for (let i = 0; i < parts; i += 1) inFlight = inFlightAfter({ ...flow, inFlight }, 10 / parts);
      expect(inFlight).toBeCloseTo(whole, 4);
      expect(whole).toBeGreaterThanOrEqual(-1e-9);
    }),
  );
});
