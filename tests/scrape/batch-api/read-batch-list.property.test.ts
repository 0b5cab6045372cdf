import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiBatch } from '#lib/runs/api-batch.ts';
import { BATCH_STATES } from '#lib/runs/run.ts';
import { BatchProblems } from '#lib/scrape/batch-api/batch-problems.ts';
import { readBatchList } from '#lib/scrape/batch-api/read-batch-list.ts';
import { OPENAI_RUNNING, PRODUCTION_STACK_DONE } from '#tests/scrape/batch-api/batch-answers.ts';

const NUMBERS = ['total', 'completed', 'failed', 'promptTokens', 'completionTokens', 'cachedTokens'] as const;
const TIMES = ['createdMs', 'startedMs', 'endedMs', 'expiresMs'] as const;

/** A real batch of which some fields are anything. */
const spoilt = fc
  .tuple(
    fc.constantFrom<object>(OPENAI_RUNNING, PRODUCTION_STACK_DONE),
    fc.dictionary(
      fc.constantFrom(...Object.keys({ ...OPENAI_RUNNING, ...PRODUCTION_STACK_DONE }), '__proto__'),
      fc.jsonValue(),
    ),
  )
  .map(([batch, patch]) => ({ ...batch, ...patch }));

function isSane(batch: ApiBatch): void {
  expect(batch.externalId.length).toBeLessThanOrEqual(200);
  expect(BATCH_STATES).toContain(batch.state);
  for (const field of NUMBERS) expect(batch[field] === null || Number.isSafeInteger(batch[field])).toBe(true);
  for (const field of NUMBERS) expect(batch[field] ?? 0).toBeGreaterThanOrEqual(0);
  for (const field of TIMES) expect(batch[field] === null || Number.isSafeInteger(batch[field])).toBe(true);
  expect((batch.completed ?? 0) + (batch.failed ?? 0)).toBeLessThanOrEqual(batch.total ?? Number.POSITIVE_INFINITY);
}

test('any JSON at all gives sane batches or a reason, and never throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.array(fc.oneof(spoilt, fc.jsonValue())).map((data) => JSON.stringify({ data })),
      ),
      (body) => {
        const problems = new BatchProblems();
        const result = readBatchList(body, problems);
        if (!result.ok) {
          expect(result.found).not.toBe('');
          return;
        }
        for (const batch of result.page.batches) isSane(batch);
        // Nothing is lost in silence.
        if (result.page.batches.length < result.page.entryCount) expect(problems.count).toBeGreaterThan(0);
      },
    ),
    { numRuns: 500 },
  );
});

test('a body that is cut anywhere is refused, not half read', () => {
  const body = JSON.stringify({ data: [OPENAI_RUNNING, PRODUCTION_STACK_DONE] });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: body.length - 1 }), (length) => {
      expect(readBatchList(body.slice(0, length), new BatchProblems()).ok).toBe(false);
    }),
  );
});
