import { expect, it } from 'vitest';
import { figuresOf } from '#lib/runs/batch-figures.ts';
import type { BatchMeasurement } from '#lib/runs/batch-measurement.ts';
import { judgeRun } from '#lib/runs/judge-run.ts';

const NOTHING: BatchMeasurement = {
  ...{ completed: 500, failed: 0, errors: {}, promptTokens: null, completionTokens: null, cachedTokens: null },
  ...{ hitRatio: null, secondsPerRequest: null, crashes: null, oomErrors: null, reloadDelayMs: null },
  ...{ preemptions: null, load: null },
  ...{ memory: [], restarts: [], missing: [] },
};

it('a run whose engines have no GPU says that, not that its idle memory is unknown or batches are missing', () => {
  const batches = [1, 2, 3, 4].map((number) =>
    figuresOf({ number, submittedMs: number, startMs: number, endMs: number + 1 }, { total: 500 }, NOTHING, 9),
  );
  const { criteria, leaks } = judgeRun(batches, { requestsPerSecond: null, vramBytes: null }, 9);
  const ofMemory = criteria.filter(({ check }) => check === 'total VRAM delta' || check === 'VRAM trend');
  expect(ofMemory.map(({ state }) => state)).toEqual(['not measured', 'not measured']);
  for (const { reason } of ofMemory) expect(reason).toMatch(/no GPU is known .* host label, or the engine its gpus/);
  expect(leaks.size).toBe(0);
});
