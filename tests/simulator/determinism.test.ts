import { describe, expect, test } from 'vitest';
import { DEMO } from '#lib/simulator/scenarios-demo.ts';
import { SimulatedTargets } from '#lib/simulator/targets.ts';

const OPTIONS = { scenario: DEMO, epochMs: 1.795e12, stepS: 0.5, warmUpS: 60 };

function pages(targets: SimulatedTargets): (string | null)[] {
  return [...targets.byPath.values()].map((target) => targets.print(target));
}

describe('the same seed', () => {
  test('gives the same pages, byte by byte', () => {
    const [first, second] = [1, 1].map((seed) => {
      const targets = new SimulatedTargets({ ...OPTIONS, seed });
      targets.advance(700);
      return pages(targets);
    });
    expect(first).toEqual(second);
  });

  test('gives the same pages however often they were asked for in between', () => {
    const polled = new SimulatedTargets({ ...OPTIONS, seed: 3 });
    for (let atS = 0; atS <= 300; atS += 1.7) {
      polled.advance(atS);
      pages(polled);
    }
    polled.advance(300);
    const asked = new SimulatedTargets({ ...OPTIONS, seed: 3 });
    asked.advance(300);
    expect(pages(polled)).toEqual(pages(asked));
  });

  test('is needed: another one gives other pages', () => {
    const [first, second] = [1, 2].map((seed) => pages(new SimulatedTargets({ ...OPTIONS, seed })));
    expect(first).not.toEqual(second);
  });
});
