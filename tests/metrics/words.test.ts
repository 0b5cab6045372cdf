import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDurationMs, formatDurationMs, parseDurationMs } from '#lib/metrics/duration.ts';
import { findSignal, nearestSignalId, SIGNALS } from '#lib/metrics/signals.ts';
import { parseInstantMs, stepMsFor } from '#lib/metrics/time-range.ts';
import { displayUnit, formatValue } from '#lib/metrics/unit.ts';

describe('durations', () => {
  it.each([
    ['5s', 5000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['30d', 2_592_000_000],
    ['2y', 63_072_000_000],
  ])('%s', (text, ms) => expect(parseDurationMs(text)).toBe(ms));
  it.each(['', '5', 's', '5 s', '1m1h', '-5s', '1.5s', '5x', '1s1s'])('refuses "%s"', (text) =>
    expect(parseDurationMs(text)).toBeNull(),
  );
  it('prints what it reads', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (ms) => {
        expect(parseDurationMs(formatDurationMs(ms))).toBe(ms);
      }),
    );
  });
  it('says durations in two units', () => {
    expect(describeDurationMs(200_000)).toBe('3 min 20 s');
    expect(describeDurationMs(420)).toBe('420 ms');
    expect(describeDurationMs(3_600_000)).toBe('1 h');
  });
});

describe('points in time', () => {
  const now = 1_795_348_800_000;
  it.each([
    ['now', now],
    ['now-6h', now - 21_600_000],
    ['now+1m', now + 60_000],
    [String(now), now],
    ['2026-11-22T12:00:00Z', 1_795_348_800_000],
    ['2026-11-22 13:00:00+01:00', 1_795_348_800_000],
    ['2026-11-22', 1_795_305_600_000],
  ])('%s', (text, ms) => expect(parseInstantMs(text, now)).toBe(ms));
  it.each([
    ...['', 'yesterday', 'now-', 'now-6', '12', '2026-13-45', 'now - 6h', '2026-02-30', 'now+280000y'],
    ...['1795348800', '1795348800000000'],
  ])('refuses "%s"', (text) => expect(parseInstantMs(text, now)).toBeNull());
});

describe('steps', () => {
  it('give at most the points asked for and never less than the minimum', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 10 ** 11 }), fc.integer({ min: 2, max: 2000 }), (span, points) => {
        const step = stepMsFor({ fromMs: 0, toMs: span }, points, 10_000);
        expect(step).toBeGreaterThanOrEqual(10_000);
        expect(span / step).toBeLessThanOrEqual(points);
      }),
    );
  });
});

describe('the signal catalog', () => {
  const idsOfReports = [
    'prefill_latency_p50',
    'prefill_latency_p99',
    'e2e_latency_p50',
    'e2e_latency_p99',
    'vram_peak',
    'vram_utilization',
    'requests_per_second',
    'tokens_per_second',
    'batch_efficiency',
    'availability_24h',
    'kv_cache_utilization',
    'cache_hit_rate',
    'cache_eviction_rate',
    'queue_depth',
    'throughput_drop',
    'running_requests',
    'burst_multiplier',
    'target_up',
    'target_frozen',
  ];
  it.each(idsOfReports)('has %s of the reports', (id) => expect(findSignal(id)).toBeDefined());
  it('has no id twice', () => expect(new Set(SIGNALS.map((signal) => signal.id)).size).toBe(SIGNALS.length));
  it.each([
    ['kv_cache_utilisation', 'kv_cache_utilization'],
    ['queue_dept', 'queue_depth'],
    ['kv_cach', 'kv_cache_utilization'],
  ])('knows what %s was meant to be', (typo, meant) => expect(nearestSignalId(typo)).toBe(meant));
  it('does not guess wildly', () => expect(nearestSignalId('xyzzy')).toBeNull());
});

describe('numbers for people', () => {
  it('unknown is a dash, never zero', () => {
    expect(formatValue(null, 'ratio')).toBe('–');
    expect(formatValue(Number.NaN, 'bytes')).toBe('–');
  });
  it.each([
    [0.784, 'ratio', '78.4%'],
    [0.0123, 'seconds', '12.3 ms'],
    [107, 'seconds', '107 s'],
    [900, 'seconds', '15 min'],
    [21_474_836_480, 'bytes', '20 GiB'],
    [202.4, 'requests_per_second', '202 req/s'],
    [0, 'requests', '0'],
    [4, 'bits', '0x4'],
  ] as const)('%s %s', (value, unit, text) => expect(formatValue(value, unit)).toBe(text));
  it('one panel has one unit', () => {
    const unit = displayUnit('bytes', 30 * 1024 ** 3);
    expect(formatValue(512 * 1024 ** 2, 'bytes', unit)).toBe('0.5 GiB');
  });
  it('latencies stay in seconds beside one of two minutes: 0.0054 min says nothing', () => {
    expect(formatValue(0.324, 'seconds', displayUnit('seconds', 107))).toBe('0.32 s');
  });
});
