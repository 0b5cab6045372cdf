import { describe, expect, it } from 'vitest';
import { REPORT_BURSTS, REPORT_KV_CASES, REPORT_OOM_CASES } from '#lib/metrics/report-scenarios.ts';
import { outcomeOf } from '#lib/runs/judge-run.ts';
import type { Check, Judgement } from '#lib/runs/judgement.ts';
import { judgeMatrix, matrixHeadline } from '#lib/runs/matrix/judge-matrix.ts';
import { CONCURRENCY_CELLS, NAMED_FITS } from '#lib/runs/matrix/reference-cells.ts';
import type { MatrixKind } from '#lib/runs/run.ts';
import { type CellShape, cellOf } from '#tests/runs/matrix/cells.ts';

const NOTHING = { requestsPerSecond: null, vramBytes: null };

/** The criteria of one cell by their check. */
function judgedAt(kind: MatrixKind, label: string, ...shapes: readonly CellShape[]): Record<string, Judgement> {
  const criteria = judgeMatrix(
    kind,
    shapes.map((shape, i) => cellOf({ number: i + 1, ...shape })),
  );
  return Object.fromEntries(criteria.filter(({ cell }) => cell === label).map((one) => [one.check, one]));
}

const stateOf = (of: Record<string, Judgement>, check: Check) => [of[check]?.state, of[check]?.value ?? null];

const at = (context: number, concurrency: number, p95: number | null, more: Partial<CellShape> = {}): CellShape => ({
  params: { context_tokens: context, concurrency },
  cell: { latency: { p50: null, p95, p99: null }, latencySource: 'file' },
  ...more,
});

describe('concurrency × context, report 004', () => {
  it('asks for all six cells with both numbers; cells that were not run are not measured', () => {
    const criteria = judgeMatrix('concurrency', []);
    expect(criteria).toHaveLength(2 * CONCURRENCY_CELLS.length);
    expect(criteria.every(({ state, batches }) => state === 'not measured' && batches.length === 0)).toBe(true);
    expect(outcomeOf(criteria, NOTHING)).toBe('not measured');
  });

  const LABEL = '1024 tokens × C=50';
  it.each([
    ['as the report wants it', at(1024, 50, 1.9), 'pass', 'pass'],
    ['90 % is enough', at(1024, 50, 1.9, { completed: 90, failed: 10 }), 'pass', 'pass'],
    ['89 % is not', at(1024, 50, 1.9, { completed: 89, failed: 11 }), 'fail', 'pass'],
    ['2000 ms is not below 2000 ms', at(1024, 50, 2), 'pass', 'fail'],
    ['a prompt of 1030 tokens on average is the row of 1024', at(1030, 50, 1), 'pass', 'pass'],
    ['nobody counted', at(1024, 50, null, { completed: null, failed: null }), 'not measured', 'not measured'],
    ['another context', at(1200, 50, 1), 'not measured', 'not measured'],
  ] as const)('%s', (_name, shape, success, p95) => {
    const of = judgedAt('concurrency', LABEL, shape);
    expect([of['success rate']?.state, of['p95 latency']?.state]).toEqual([success, p95]);
  });

  it('a cell that was run again replaces the one before; two models are judged apart', () => {
    const again = judgedAt('concurrency', LABEL, at(1024, 50, 9), at(1024, 50, 1));
    expect(again['p95 latency']).toMatchObject({ state: 'pass', value: 1, source: '004' });
    const two = (model: string, p95: number) => ({
      ...at(1024, 50, p95),
      params: { model, context_tokens: 1024, concurrency: 50 },
    });
    const criteria = judgeMatrix('concurrency', [cellOf(two('a', 1)), cellOf({ number: 2, ...two('b', 9) })]);
    expect(criteria).toHaveLength(24);
    expect(criteria.filter(({ state }) => state === 'fail')).toMatchObject([
      { cell: 'b: 1024 tokens × C=50', batches: [2] },
    ]);
  });

  it('says in short what failed, or how much is known', () => {
    const six = CONCURRENCY_CELLS.map(({ contextTokens, concurrency }) => cellOf(at(contextTokens, concurrency, 1)));
    const headline = (cells: typeof six) => matrixHeadline(judgeMatrix('concurrency', cells), cells.length);
    expect(headline(six)).toBe('all 12 criteria pass');
    expect(headline(six.slice(0, 2))).toBe('4 of 12 criteria pass, 8 not measured');
    expect(headline([cellOf(at(1024, 50, 3))])).toBe('p95 latency at 1024 tokens × C=50: 3 s, passes < 2 s');
    expect(headline([])).toBe('no cell yet');
  });
});

describe('bursts, report 000', () => {
  const [five] = REPORT_BURSTS;
  const burst = (
    more: Partial<CellShape['cell'] & object>,
    params: CellShape['params'] = {},
    rps = 606,
    completed = 25_250,
  ): CellShape => ({
    params: { scenario: five.id, ...params },
    requestsPerSecond: rps,
    completed,
    cell: { arrivalPeakPerSecond: 1010, queuePeak: 63, ...more },
  });

  it("the report's own numbers pass, a twentieth less too; a longer queue and a lower peak do not", () => {
    const own = judgedAt('burst', five.id, burst({}));
    expect(Object.values(own).map(({ state }) => state)).toEqual(['pass', 'pass', 'pass', 'pass']);
    expect(
      stateOf(judgedAt('burst', five.id, burst({ arrivalPeakPerSecond: 960, queuePeak: 66 })), 'queue peak'),
    ).toEqual(['pass', 66]);
    expect(stateOf(judgedAt('burst', five.id, burst({ queuePeak: 67 })), 'queue peak')).toEqual(['fail', 67]);
    expect(stateOf(judgedAt('burst', five.id, burst({ arrivalPeakPerSecond: 950 })), 'peak rate')).toEqual([
      'fail',
      950,
    ]);
  });

  it('an engine with another baseline is judged relative to it', () => {
    const tenth = judgedAt(
      'burst',
      five.id,
      burst({ arrivalPeakPerSecond: 101, queuePeak: 6 }, { baseline_rps: 20.2 }, 60.6, 2525),
    );
    expect(Object.values(tenth).map(({ state }) => state)).toEqual(['pass', 'pass', 'pass', 'pass']);
  });

  it('a file alone knows no queue and no peak', () => {
    const of = judgedAt('burst', five.id, burst({ arrivalPeakPerSecond: null, queuePeak: null }));
    expect([of['peak rate']?.state, of['queue peak']?.state, of['average rate']?.state]).toEqual([
      'not measured',
      'not measured',
      'pass',
    ]);
  });
});

describe('KV-cache stress, report 002', () => {
  it('each of the eleven scenarios as the report measured it passes', () => {
    const cells = REPORT_KV_CASES.map((scenario, i) =>
      cellOf({
        number: i + 1,
        params: { scenario: scenario.id },
        hitRatio: scenario.hitRate / 100,
        ...(scenario.passes ? {} : { completed: 10, failed: 90, oomErrors: 90 }),
        cell: { kvMaxRatio: Math.min(1, scenario.utilization / 100), evictionRatio: scenario.evictions / 100 },
      }),
    );
    const criteria = judgeMatrix('kv-stress', cells);
    expect(criteria).toHaveLength(44);
    expect(criteria.filter(({ state }) => state !== 'pass')).toEqual([]);
  });

  const stress = (id: string, more: Partial<CellShape>, cell: object): CellShape => ({
    params: { scenario: id },
    ...more,
    cell,
  });
  it('worse than the report fails: fuller, fewer hits, preemptions, out of memory', () => {
    const id = 'medium_sequence_normal';
    const of = judgedAt(
      'kv-stress',
      id,
      stress(id, { hitRatio: 0.89, failed: 1, oomErrors: 1 }, { kvMaxRatio: 0.2, evictionRatio: 0.01 }),
    );
    expect(Object.values(of).map(({ check, state }) => [check, state])).toEqual([
      ['KV utilisation', 'fail'],
      ['cache hit rate', 'fail'],
      ['cache evictions', 'fail'],
      ['scenario result', 'fail'],
    ]);
  });

  it('what does not fit 24 GB may fit a larger card, and its utilisation is of that card', () => {
    const id = 'maximum_context_32k';
    const of = judgedAt('kv-stress', id, {
      params: { scenario: id, gpu_gb: 80 },
      hitRatio: 0.9,
      cell: { kvMaxRatio: 0.5, evictionRatio: 0 },
    });
    expect(stateOf(of, 'KV utilisation')).toEqual(['pass', 0.5]);
    expect(of['KV utilisation']?.limit).toBe('<= 51.5%');
    expect(of['scenario result']?.reason).toMatch(
      /^fits: all 1000 requests completed; it does not fit the report's 24 GB$/,
    );
  });
});

describe('out of memory, report 000', () => {
  const shot = (scenario: string, batch: number, fits: boolean, more: Partial<CellShape> = {}): CellShape => ({
    params: { scenario, batch },
    ...(fits ? {} : { completed: 0, failed: 10, oomErrors: 10 }),
    ...more,
  });
  const extreme = 'oom_extreme_batch';
  it.each([
    ['fits as expected', 'oom_normal_batch', [shot('oom_normal_batch', 128, true)], 'pass', /^fits with batch 128/],
    [
      'ran out where the report does not',
      'oom_normal_batch',
      [shot('oom_normal_batch', 128, false)],
      'fail',
      /^does not fit: 10 out of memory/,
    ],
    [
      'fits only with a smaller batch',
      'oom_normal_batch',
      [shot('oom_normal_batch', 128, false), shot('oom_normal_batch', 64, true)],
      'fail',
      /after 1 retry/,
    ],
    [
      'the extreme case without a retry',
      extreme,
      [shot(extreme, 8192, false)],
      'not measured',
      /no retry with a smaller batch/,
    ],
    [
      'the extreme case, half fits',
      extreme,
      [shot(extreme, 8192, false), shot(extreme, 4096, true)],
      'pass',
      /^fits with batch 4096 after 1 retry/,
    ],
    [
      'the extreme case, half does not fit either',
      extreme,
      [shot(extreme, 8192, false), shot(extreme, 4096, false)],
      'fail',
      /^does not fit/,
    ],
    ['the extreme case on a larger card', extreme, [shot(extreme, 8192, true)], 'pass', /^fits with batch 8192/],
    [
      'at the limit: fits, above the cap',
      'oom_at_limit',
      [shot('oom_at_limit', 512, true, { memoryGib: [23.5, 24] })],
      'pass',
      /above the 80 % cap/,
    ],
    [
      'failures that nobody explains',
      'oom_normal_batch',
      [shot('oom_normal_batch', 128, true, { failed: 3, oomErrors: null })],
      'not measured',
      /not known why/,
    ],
  ] as const)('%s', (_name, id, shapes, state, reason) => {
    const of = judgedAt('oom', id, ...shapes)['fits in memory'];
    expect([of?.state, of?.reason]).toEqual([state, expect.stringMatching(reason)]);
  });

  it('asks for all seven', () => expect(judgeMatrix('oom', [])).toHaveLength(REPORT_OOM_CASES.length));
});

describe('chunked prefill, report 001', () => {
  const chunk = (tokens: number, ttft: number | null): CellShape => ({
    params: { prompt_tokens: 2048, chunk_tokens: tokens },
    cell: { ttft: { p50: ttft, p95: null, p99: null } },
  });
  it.each([
    ['95 % of the benefit of small chunks', [chunk(8192, 0.2), chunk(512, 0.105), chunk(256, 0.1)], 'pass', 0.95],
    ['less', [chunk(8192, 0.2), chunk(512, 0.15), chunk(256, 0.1)], 'fail', 0.5],
    ['slower than without chunks', [chunk(8192, 0.1), chunk(512, 0.2), chunk(256, 0.15)], 'fail', null],
    ['no benefit that could be kept', [chunk(8192, 0.1), chunk(512, 0.104), chunk(256, 0.1)], 'not measured', null],
    ['one of the three is missing', [chunk(8192, 0.2), chunk(512, 0.1)], 'not measured', null],
    ['one of the three has no latency', [chunk(8192, 0.2), chunk(512, null), chunk(256, 0.1)], 'not measured', null],
  ] as const)('%s', (_name, shapes, state, value) => {
    const of = judgedAt('chunked-prefill', 'prompt 2048 × chunk 512', ...shapes)['recommended chunk'];
    expect(of?.state).toBe(state);
    if (value === null) expect(of?.value).toBeNull();
    else expect(of?.value).toBeCloseTo(value, 9);
  });
});

describe('model × GPU × quantisation, report 001', () => {
  const combination = (model: string, gpu: string, quantization: string, more: Partial<CellShape>): CellShape => ({
    params: { model, gpu, quantization },
    ...more,
  });
  it.each([
    [
      'half of the card',
      combination('Qwen/Qwen2.5-0.5B-Instruct', 'NVIDIA GeForce RTX 3090', 'int4', { memoryGib: [12, 24] }),
      'pass',
    ],
    ['above the 80 % cap', combination('0.5B', 'RTX3090', 'INT4', { memoryGib: [20, 24] }), 'fail'],
    [
      'reserved by the engine at start: use says nothing',
      combination('0.5B', 'RTX3090', 'INT4', { memoryGib: [22, 24], reservedGib: 21.6 }),
      'pass',
    ],
    ['out of memory', combination('0.5B', 'RTX3090', 'INT4', { completed: 0, failed: 5, oomErrors: 5 }), 'fail'],
    ['memory not measured', combination('0.5B', 'RTX3090', 'INT4', {}), 'not measured'],
    [
      'a model of 10.5B is not one of 0.5B',
      combination('big-10.5B', 'RTX3090', 'INT4', { memoryGib: [12, 24] }),
      'not measured',
    ],
  ] as const)('%s', (_name, shape, state) => {
    expect(judgedAt('fit', '0.5B INT4 × RTX 3090', shape)['memory utilisation']?.state).toBe(state);
  });

  it('what the report does not recommend passes either way, and says so', () => {
    const of = judgedAt('fit', '13B INT4 × H100', combination('Llama-13B', 'H100', 'INT4', { memoryGib: [66, 80] }))[
      'memory utilisation'
    ];
    expect(of).toMatchObject({ state: 'pass', value: 0.825, reason: expect.stringMatching(/82%, not recommended/) });
    expect(judgeMatrix('fit', [])).toHaveLength(NAMED_FITS.length);
  });
});
