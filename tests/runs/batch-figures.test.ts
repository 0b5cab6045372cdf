import { expect, it } from 'vitest';
import { figuresOf } from '#lib/runs/batch-figures.ts';
import type { BatchMeasurement } from '#lib/runs/batch-measurement.ts';

const NOTHING: BatchMeasurement = {
  ...{ completed: null, failed: null, errors: {}, promptTokens: null, completionTokens: null, cachedTokens: null },
  ...{ hitRatio: null, secondsPerRequest: null, crashes: null, oomErrors: null, reloadDelayMs: null },
  ...{ preemptions: null, load: null },
  ...{ memory: [], restarts: [], missing: [] },
};

it('what an open batch has not done yet has not failed; of one that ended the rest has', () => {
  const reported = { total: 9000, completed: 4500 };
  const figures = (endMs: number | null) =>
    figuresOf({ number: 1, submittedMs: 0, startMs: 0, endMs }, reported, NOTHING, 3_600_000);
  expect(figures(null)).toMatchObject({ completed: 4500, failed: null, successRatio: null });
  expect(figures(3_600_000)).toMatchObject({ completed: 4500, failed: 4500, successRatio: 0.5 });
});
