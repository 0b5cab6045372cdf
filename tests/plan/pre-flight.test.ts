import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { quantity } from '#lib/plan/figure.ts';
import { planPreflight } from '#lib/plan/plan-preflight.ts';
import {
  fittingStep,
  halvingSequence,
  largestBatch,
  outOfMemoryText,
  type PreflightVerdict,
  preflightVerdict,
} from '#lib/plan/pre-flight.ts';
import { planReportCase, REPORT_PREFLIGHT_CASES } from '#lib/plan/report-preflight.ts';

const GIB = 1024 ** 3;

/** What report 000 says of each, and what rules.yaml makes of `oom_at_limit`. */
const EXPECTED: Readonly<Record<string, { verdict: PreflightVerdict; needGb: number; share: number; fits: number }>> = {
  oom_normal_batch: { verdict: 'fits', needGb: 0.5, share: 0.5 / 24, fits: 128 },
  oom_large_batch_safe: { verdict: 'fits', needGb: 2, share: 0.083, fits: 512 },
  oom_oversized_batch: { verdict: 'fits', needGb: 8, share: 0.33, fits: 2048 },
  oom_extreme_batch: { verdict: 'does not fit', needGb: 32, share: 32 / 24, fits: 4096 },
  oom_multi_worker: { verdict: 'fits', needGb: 12, share: 0.3, fits: 1024 },
  oom_at_limit: { verdict: 'above cap', needGb: 24, share: 1, fits: 256 },
  oom_small_gpu_large_batch: { verdict: 'fits', needGb: 4, share: 0.5, fits: 512 },
};

describe.each(REPORT_PREFLIGHT_CASES)('report 000, $id', (one) => {
  const plan = planReportCase(one);
  const expected = EXPECTED[one.id];
  const figureOf = (id: string) => plan.figures.find((figure) => figure.id === id)?.value;

  it('needs what the report prints and gets its verdict', () => {
    expect(figureOf('need')).toBe((expected?.needGb ?? 0) * GIB);
    expect(figureOf('share')).toBeCloseTo(expected?.share ?? 0, 2);
    expect(plan.verdict).toBe(expected?.verdict);
  });
  it('ends at a batch that fits', () => {
    expect(plan.fittingBatch).toBe(expected?.fits);
  });
  it('names the origin of every number', () => {
    for (const figure of plan.figures) {
      expect(figure.formula).not.toBe('');
      expect(figure.reference).not.toBe('');
      for (const input of figure.inputs) expect(input.origin.text, `${figure.id}: ${input.name}`).not.toBe('');
    }
  });
});

test('the failing case has the report’s error, word for word, and its way out', () => {
  const extreme = REPORT_PREFLIGHT_CASES.find(({ id }) => id === 'oom_extreme_batch');
  if (extreme === undefined) throw new Error('no extreme case');
  const plan = planReportCase(extreme);
  expect(plan.error).toBe('CUDA out of memory: batch needs 32.0GB but only 24.0GB available');
  expect(plan.sentence).toBe(
    'Batch 8192 does not fit. CUDA out of memory: batch needs 32.0GB but only 24.0GB available. Batch 4096 fits: 16.0GB, 67 % of the card.',
  );
  expect(plan.halving.map(({ batch, verdict }) => [batch, verdict])).toEqual([
    [8192, 'does not fit'],
    [4096, 'fits'],
  ]);
});

test('what fills the card exactly is a verdict of its own: yes at 100 %, no under the cap', () => {
  const load = { bytesPerRequest: GIB, cardBytes: 24 * GIB, cap: 0.8 };
  expect([19, 20, 24, 25].map((batch) => preflightVerdict(batch, load))).toEqual([
    'fits',
    'above cap',
    'above cap',
    'does not fit',
  ]);
});

test('an unknown number makes the answer unknown, and says which number and why', () => {
  const known = (value: number) => quantity(value, 'entered', 'entered');
  const plan = planPreflight({
    batch: known(8),
    concurrency: known(1),
    tokensPerRequest: known(512),
    bytesPerToken: known(8192),
    cardBytes: quantity(null, 'gpu', 'gpu-01 · GPU 0 is down'),
    cap: known(0.8),
  });
  expect(plan).toMatchObject({ verdict: 'unknown', error: null, halving: [], fittingBatch: null });
  expect(plan.sentence).toBe('Whether it fits is not known: card memory is unknown (gpu-01 · GPU 0 is down).');
  expect(plan.figures.find(({ id }) => id === 'need')?.value).toBe(8 * 512 * 8192);
});

test('more than the card is never worded as less than it', () => {
  expect(outOfMemoryText(32 * GIB, 24 * GIB)).toContain('needs 32.0GB but only 24.0GB');
});

const load = fc.record({
  bytesPerRequest: fc.oneof(fc.integer({ min: 1, max: 2 ** 45 }), fc.double({ min: 0.5, max: 1e12, noNaN: true })),
  cardBytes: fc.integer({ min: 1, max: 2 ** 48 }),
  cap: fc.double({ min: 0.01, max: 1, noNaN: true }),
});
const batch = fc.integer({ min: 1, max: 10_000_000 });

describe('for any batch on any card', () => {
  it('halving ends at a batch that fits, or says that not even 1 does', () => {
    fc.assert(
      fc.property(batch, load, (size, given) => {
        const steps = halvingSequence(size, given);
        expect(steps[0]?.batch).toBe(size);
        steps.slice(1).forEach((step, i) => {
          expect(step.batch).toBe(Math.floor((steps[i]?.batch ?? 0) / 2));
        });
        const fitting = fittingStep(steps);
        if (fitting === null) expect(preflightVerdict(1, given)).not.toBe('fits');
        else expect(fitting.needBytes).toBeLessThanOrEqual(given.cap * given.cardBytes);
        for (const step of steps.slice(0, -1)) expect(step.verdict).not.toBe('fits');
      }),
    );
  });
  it('the largest batch fits, and one more does not', () => {
    fc.assert(
      fc.property(load, (given) => {
        const most = largestBatch(given);
        // Beyond 2^53 neighbours cannot be told apart.
        fc.pre(most < 2 ** 50);
        if (most > 0) expect(preflightVerdict(most, given)).toBe('fits');
        expect(preflightVerdict(most + 1, given)).not.toBe('fits');
      }),
    );
  });
  it('a larger batch never fits better', () => {
    const order: readonly PreflightVerdict[] = ['fits', 'above cap', 'does not fit'];
    fc.assert(
      fc.property(batch, batch, load, (one, other, given) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(order.indexOf(preflightVerdict(low, given))).toBeLessThanOrEqual(
          order.indexOf(preflightVerdict(high, given)),
        );
      }),
    );
  });
});
