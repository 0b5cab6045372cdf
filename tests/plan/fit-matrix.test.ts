import { describe, expect, it, test } from 'vitest';
import { quantity } from '#lib/plan/figure.ts';
import { countFits, type FitCell, REPORT_FIT_COUNTS } from '#lib/plan/fit-cell.ts';
import { reportFitMatrix, workloadFitMatrix } from '#lib/plan/fit-matrix.ts';
import { REPORT_TABLES } from '#lib/plan/report-batch-tables.ts';

const cells = reportFitMatrix();
const find = (model: FitCell['model'], gpu: FitCell['gpu'], quantisation: FitCell['quantisation']) =>
  cells.find((cell) => cell.model === model && cell.gpu === gpu && cell.quantisation === quantisation);

const entered = (value: number) => quantity(value, 'entered', 'entered');
const workload = workloadFitMatrix({
  batch: entered(32),
  sequenceTokens: entered(4096),
  concurrency: entered(1),
  kvDtype: 'fp16',
  step: { stepTokens: entered(2048), sequences: entered(256), measured: null },
});

describe.each([
  ['the report’s numbers', cells],
  ['a workload', workload],
] as const)('the 60 combinations of report 001 from %s', (_, matrix) => {
  it('are sixty different ones, each with every number traceable', () => {
    expect(new Set(matrix.map(({ model, gpu, quantisation }) => `${model} ${gpu} ${quantisation}`)).size).toBe(60);
    for (const cell of matrix) {
      expect(cell.verdict).not.toBe('unknown');
      for (const figure of cell.figures) {
        expect(figure.value, figure.id).not.toBeNull();
        expect(figure.reference).not.toBe('');
        for (const input of figure.inputs) {
          expect(input.value, input.name).not.toBeNull();
          expect(input.origin.text, input.name).not.toBe('');
        }
      }
    }
  });
  it('never fit better with more bits or a smaller card', () => {
    for (const model of ['0.5B', '7B', '13B'])
      for (const gpu of ['rtx-3090', 'rtx-4090', 'a100', 'l40', 'h100']) {
        const shares = matrix.filter((cell) => cell.model === model && cell.gpu === gpu).map(({ share }) => share ?? 0);
        expect(shares).toEqual(shares.toSorted((a, b) => b - a));
      }
  });
});

describe('the printed rows of report 001', () => {
  it('are three, with their shares and words, and none of another workload', () => {
    expect(workload.filter(({ printed }) => printed !== null)).toEqual([]);
    expect(cells.filter(({ printed }) => printed !== null).map(({ printed }) => printed)).toEqual([
      { share: 0.51, status: 'PRODUCTION READY' },
      { share: 0.59, status: 'PRODUCTION READY' },
      { share: 0.82, status: 'NOT RECOMMENDED (zero margin)' },
    ]);
  });
  it('come out where the report agrees with itself, and the difference is noted where it does not', () => {
    expect(find('7B', 'h100', 'int4')).toMatchObject({ verdict: 'fits' });
    expect(find('7B', 'h100', 'int4')?.share).toBeCloseTo(0.59, 10);
    expect(find('13B', 'h100', 'int4')).toMatchObject({ verdict: 'above cap' });
    expect(find('13B', 'h100', 'int4')?.share).toBeCloseTo(0.82, 10);
    expect(find('0.5B', 'rtx-3090', 'int4')).toMatchObject({ verdict: 'fits' });
    expect(find('0.5B', 'rtx-3090', 'int4')?.share).toBeCloseTo(11.15 / 24, 10);
    expect(find('0.5B', 'rtx-3090', 'int4')?.note).toContain('46.5 %');
  });
});

test('the report’s 29 and what follows from its printed rows differ by two, and are both kept', () => {
  expect(REPORT_FIT_COUNTS).toEqual({ total: 60, fits: 29, doesNotFit: 31 });
  expect(countFits(cells)).toEqual({ total: 60, fits: 27, aboveCap: 4, doesNotFit: 33, unknown: 0 });
});

test('the tables of the reports are whole, with as many cells a row as columns', () => {
  expect(REPORT_TABLES.map(({ id, rows }) => [id, rows.length])).toEqual([
    ['safe_max_batch', 3],
    ['safe_batch_by_sequence', 6],
    ['concurrency_by_batch', 5],
    ['chunked_prefill', 5],
  ]);
  for (const { rows, columns, disagreement } of REPORT_TABLES) {
    expect(disagreement).not.toBe('');
    for (const row of rows) expect(row.length).toBe(columns.length);
  }
  expect(REPORT_TABLES[0]?.rows[0]).toEqual(['RTX 3090 24 GB', '2048', 1640, 6144, 4915]);
  expect(REPORT_TABLES[1]?.rows[3]?.slice(0, 4)).toEqual([8192, 64, 32, '10.7 %']);
});
