import { describe, expect, it } from 'vitest';
import { heatOf } from '#lib/client/matrix-words.ts';
import { contextOf, parseParam } from '#lib/runs/cell-params.ts';
import { guessKind } from '#lib/runs/matrix/guess-kind.ts';
import { judgeMatrix } from '#lib/runs/matrix/judge-matrix.ts';
import { MATRIX_MEASURES, stateAt } from '#lib/runs/matrix/matrix-measures.ts';
import { matrixShape } from '#lib/runs/matrix/matrix-shape.ts';
import { scalingOf } from '#lib/runs/matrix/scaling.ts';
import { type CellShape, cellOf } from '#tests/runs/matrix/cells.ts';

const at = (number: number, context: number, concurrency: number, more: Partial<CellShape> = {}) =>
  cellOf({ number, params: { context_tokens: context, concurrency }, ...more });

describe('the table of a matrix', () => {
  it("has the report's places and those that were run, the newest of each", () => {
    const cells = [
      at(1, 1031, 50),
      at(2, 16_384, 8),
      at(3, 1024, 50),
      cellOf({ number: 4, params: { concurrency: 50 } }),
    ];
    const { rows, columns, slots, leftOut } = matrixShape('concurrency', cells);
    expect(rows).toEqual(['1024 tokens', '4096 tokens', '8192 tokens', '16384 tokens']);
    expect(columns).toEqual(['C=8', 'C=50', 'C=100']);
    expect(slots[0]?.map(({ cell }) => cell?.number ?? null)).toEqual([null, 3, null]);
    expect(leftOut.map(({ number }) => number)).toEqual([1, 4]);
  });

  it('says of each place whether it passes, fails, was not measured, has no limit or was not run', () => {
    const cells = [
      at(1, 1024, 50, { failed: 900, oomErrors: 0 }),
      at(2, 1024, 100),
      at(3, 1024, 8),
      at(4, 4096, 50, { completed: null, failed: null }),
    ];
    const criteria = judgeMatrix('concurrency', cells);
    const success = MATRIX_MEASURES.concurrency.find(({ id }) => id === 'success');
    const states = matrixShape('concurrency', cells).slots.map((slots) =>
      slots.map((slot) => stateAt(criteria, slot, success?.check ?? null)),
    );
    expect(states.slice(0, 2)).toEqual([
      ['no limit', 'fail', 'pass'],
      ['not run', 'not measured', 'not run'],
    ]);
  });

  it('every judged number of a kind has its measure, under the label that criteria use', () => {
    for (const kind of ['burst', 'concurrency', 'kv-stress', 'oom'] as const) {
      const labels = new Set(
        matrixShape(kind, [])
          .slots.flat()
          .map(({ label }) => label),
      );
      const checks = new Set(MATRIX_MEASURES[kind].map(({ check }) => check));
      for (const { cell, check } of judgeMatrix(kind, []))
        expect([labels.has(cell ?? ''), checks.has(check)]).toEqual([true, true]);
    }
    const fits = new Set(
      matrixShape('fit', [])
        .slots.flat()
        .map(({ label }) => label),
    );
    expect(fits.size).toBe(60);
    expect(judgeMatrix('fit', []).every(({ cell }) => fits.has(cell ?? ''))).toBe(true);
    const chunks = new Set(
      matrixShape('chunked-prefill', [])
        .slots.flat()
        .map(({ label }) => label),
    );
    expect(judgeMatrix('chunked-prefill', []).every(({ cell }) => chunks.has(cell ?? ''))).toBe(true);
  });

  it('models, cards and sizes that no report has get rows and columns of their own', () => {
    const cells = [
      cellOf({ params: { model: 'Llama-3B', gpu: 'L40S', quantization: 'FP8' } }),
      cellOf({ number: 2, params: { model: 'x-7B', gpu: 'H200', quantization: 'int4' } }),
    ];
    const { rows, columns, leftOut } = matrixShape('fit', cells);
    expect(rows).toContain('Llama-3B FP8');
    expect(rows.filter((row) => row.startsWith('7B'))).toHaveLength(5);
    expect(columns).toEqual(['RTX 3090', 'A100', 'H100', 'RTX 4090', 'L40', 'H200']);
    expect(leftOut).toEqual([]);
  });
});

describe('what is concluded from cells', () => {
  it('scaling is against the lowest concurrency of the same context', () => {
    const cells = [
      at(1, 1024, 1, { requestsPerSecond: 2 }),
      at(2, 1024, 10, { requestsPerSecond: 15 }),
      at(3, 4096, 10, { requestsPerSecond: 4 }),
    ];
    expect(cells.map((cell) => scalingOf(cell, cells))).toEqual([null, 0.75, null]);
  });

  it.each([
    [[{ scenario: 'burst_ramp_drop' }], 'burst'],
    [[{ scenario: '7b_moderate' }], 'kv-stress'],
    [[{ scenario: 'oom_at_limit', batch: 512 }], 'oom'],
    [[{ chunk_tokens: 512 }], 'chunked-prefill'],
    [[{ gpu: 'H100', quantization: 'INT4', model: '7B' }], 'fit'],
    [[{ concurrency: 50, gpu: 'L4' }], 'concurrency'],
    [[], 'concurrency'],
  ])('%j is a matrix of %s', (params, kind) =>
    expect(guessKind(params as Record<string, string | number>[])).toBe(kind),
  );

  it('prompts of measured length are the row of their power of two, within 2 %', () => {
    expect(
      [1024, 1044, 1045, 1003, 8200, 6000, 0, -1].map((context) => contextOf({ context_tokens: context })),
    ).toEqual([1024, 1024, 1045, 1003, 8192, 6000, null, null]);
    expect(contextOf({ context_tokens: '4096' })).toBe(4096);
  });

  it('parameters are read as they are typed', () => {
    expect(['concurrency=50', 'gpu= RTX 3090 ', 'x=-1.5', 'v=1e3', 'a=b=c'].map(parseParam)).toEqual([
      ['concurrency', 50],
      ['gpu', 'RTX 3090'],
      ['x', -1.5],
      ['v', '1e3'],
      ['a', 'b=c'],
    ]);
    for (const text of ['concurrency', '=1', 'C=1', 'a=', `a=${'x'.repeat(201)}`])
      expect(() => parseParam(text)).toThrow(RangeError);
  });

  it('colour is the place between the lowest and the highest; of one value or equal ones there is none', () => {
    expect([1, 2, 3, null].map((value) => heatOf(value, [1, 2, 3, null]))).toEqual([0, 0.5, 1, null]);
    expect([heatOf(1, [1]), heatOf(1, [1, 1])]).toEqual([null, null]);
  });
});
