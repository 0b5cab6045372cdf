import { describe, expect, it } from 'vitest';
import { resolveSlo, type StatedSlo } from '#lib/metrics/slo.ts';
import { parseSlo, sloInputOf } from '#lib/target/slo-input.ts';

const facts = { profile: 'relative', baselineRps: null } as const;
const ttft = (seconds: number, more: Partial<StatedSlo> = {}): StatedSlo => ({ latencies: { ttft: seconds }, ...more });

describe('what is promised of an engine', () => {
  it('a target’s own words come before those for all, key by key', () => {
    const slo = resolveSlo(
      ttft(0.5, { objective: 0.999, requestsPerSecond: 50 }),
      { latencies: { tpot: 0.05 } },
      facts,
    );
    expect(slo).toMatchObject({
      objective: 0.999,
      requestsPerSecond: 50,
      promisedBy: 'stated',
      windowMs: 30 * 86_400_000,
    });
    expect(slo.parts).toEqual([
      { name: 'ttft', histogram: 'ttft_s', bound: 0.5 },
      { name: 'tpot', histogram: 'tpot_s', bound: 0.05 },
    ]);
  });

  it.each([
    [
      'literal: what report 001 prints is what it is judged by',
      { profile: 'literal', baselineRps: null },
      200,
      'report',
    ],
    ['relative: shown against 001, but nobody promised it', { profile: 'relative', baselineRps: null }, null, 'nobody'],
    ['a configured baseline gives the rate', { profile: 'relative', baselineRps: 100 }, 99, 'nobody'],
  ] as const)('without a word: %s', (_why, given, requestsPerSecond, promisedBy) => {
    expect(resolveSlo(null, null, given)).toMatchObject({
      parts: [{ name: 'prefill', bound: 0.1 }],
      objective: 0.99,
      requestsPerSecond,
      promisedBy,
    });
  });

  it('an objective alone is no promise', () => {
    expect(resolveSlo({ latencies: {}, objective: 0.95 }, null, facts)).toMatchObject({
      objective: 0.95,
      promisedBy: 'nobody',
    });
  });
});

describe('how it is written', () => {
  it('reads and writes back the same', () => {
    const input = { ttft: '500ms', tpot: '50ms', objective: '99.9%', window: '30d', requests_per_second: 12 };
    const read = parseSlo(input);
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(read.slo).toEqual({
      latencies: { ttft: 0.5, tpot: 0.05 },
      requestsPerSecond: 12,
      objective: 0.999,
      windowMs: 30 * 86_400_000,
    });
    expect(sloInputOf(read.slo)).toEqual(input);
  });

  it.each([
    [{ ttft: '500' }, 'ttft'],
    [{ objective: '100%' }, 'objective'],
    [{ objective: 99 }, 'objective'],
    [{ objective: 'most' }, 'objective'],
    [{ window: '1h' }, 'window'],
    [{ window: '1y' }, 'window'],
  ])('refuses %j by its key', (input, path) => {
    const read = parseSlo(input);
    expect(read.ok ? [] : read.errors.map((error) => error.path)).toEqual([path]);
  });
});
