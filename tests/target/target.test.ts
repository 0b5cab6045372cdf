import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TargetInput } from '#lib/api/targets.ts';
import { type LinkSubject, linkSubjects } from '#lib/target/links.ts';
import { parseDiscovery } from '#lib/target/service-discovery.ts';
import { nextSlotMs, pollOffsetMs, timeoutMsOf } from '#lib/target/target.ts';
import { parseTarget } from '#lib/target/target-input.ts';

describe('poll slots', () => {
  it('are strictly after now, one interval apart, at the offset', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1000, max: 3_600_000 }),
        fc.integer({ min: 0, max: 2 ** 41 }),
        (name, interval, now) => {
          const offset = pollOffsetMs(name, interval);
          const slot = nextSlotMs(offset, interval, now);
          expect(slot).toBeGreaterThan(now);
          expect(slot).toBeLessThanOrEqual(now + interval);
          expect(nextSlotMs(offset, interval, slot)).toBe(slot + interval);
        },
      ),
    );
  });
  it('spread 200 targets over the interval, a few together, so that one wake-up serves several', () => {
    const offsets = Array.from({ length: 200 }, (_, i) => pollOffsetMs(`engine-${i}`, 5000));
    const perSlot = [...Map.groupBy(offsets, (offset) => offset).values()].map((same) => same.length);
    expect(new Set(offsets.map((offset) => Math.floor(offset / 500))).size).toBe(10);
    expect(perSlot.length).toBeLessThanOrEqual(50);
    expect(Math.max(...perSlot)).toBeLessThan(20);
  });
  it('a poll may never take longer than its interval, nor than 10 s', () => {
    expect(timeoutMsOf(5000)).toBe(5000);
    expect(timeoutMsOf(60_000)).toBe(10_000);
  });
});

describe('engines and the GPUs they run on', () => {
  const subject = (id: number, kind: 'engine' | 'gpu', more: Partial<LinkSubject>): LinkSubject => ({
    id,
    kind,
    key: `uuid-${id}`,
    labels: {},
    attributes: {},
    gpus: [],
    ...more,
  });
  const gpus = [
    subject(10, 'gpu', { labels: { host: 'a' }, attributes: { index: '0' } }),
    subject(11, 'gpu', { labels: { host: 'a' }, attributes: { index: '1' } }),
    subject(12, 'gpu', { attributes: { index: '0', host: 'b' } }),
  ];
  it.each([
    ['the same host label', { labels: { host: 'a' } }, [10, 11]],
    ['the host that the exporter prints', { labels: { host: 'b' } }, [12]],
    ['the indexes that the configuration names, on its own host', { labels: { host: 'a' }, gpus: ['1'] }, [11]],
    ['a uuid, with or without its prefix', { gpus: ['GPU-uuid-12'] }, [12]],
    ['nothing at all without a host', {}, []],
  ])('are linked by %s', (_name, engine, expected) => {
    expect(linkSubjects([subject(1, 'engine', engine), ...gpus]).map((link) => link.gpuId)).toEqual(expected);
  });
});

describe('service discovery', () => {
  it("reads Prometheus's format", () => {
    const found = parseDiscovery([
      {
        targets: ['gpu-01:8000', 'gpu-02:8000'],
        labels: { host: 'x', __scheme__: 'https', __metrics_path__: '/m', __scrape_interval__: '10s', __meta_a: 'b' },
      },
    ]);
    expect(found.ok && found.targets[1]).toMatchObject({
      name: 'gpu-02:8000',
      url: 'https://gpu-02:8000/m',
      intervalMs: 10_000,
      labels: { host: 'x' },
      source: 'auto',
    });
  });
  it.each([
    [
      'servers behind one address',
      [
        ['r:80', { __metrics_path__: '/a/metrics' }],
        ['r:80', { __metrics_path__: '/b/metrics' }],
      ],
      ['r:80/a/metrics', 'r:80/b/metrics'],
    ],
    [
      'a name for a whole group',
      [
        ['a:1', { name: 'x' }],
        ['b:1', { name: 'x' }],
      ],
      ['x a:1', 'x b:1'],
    ],
    [
      'the same twice',
      [
        ['a:1', {}],
        ['a:1', {}],
      ],
      ['a:1'],
    ],
    [
      'one name, one address',
      [
        ['a:1', { host: 'x' }],
        ['a:1', { host: 'y' }],
      ],
      /two targets are called "a:1"/,
    ],
  ] as const)('%s', (_name, entries, names) => {
    const found = parseDiscovery(entries.map(([address, labels]) => ({ targets: [address], labels })));
    if (names instanceof RegExp) expect(!found.ok && found.message).toMatch(names);
    else expect(found.ok && found.targets.map((target) => target.name)).toEqual(names);
  });
  it.each([
    ['no list', { targets: [] }, /expected \[/],
    ['a bad source', [{ targets: ['a:1'], labels: { source: 'vlm' } }], /target "a:1"/],
    ['a bad interval', [{ targets: ['a:1'], labels: { __scrape_interval__: 'often' } }], /is not a duration/],
  ])('says what is wrong with %s', (_name, document, message) => {
    const found = parseDiscovery(document);
    expect(!found.ok && found.message).toMatch(message);
  });
});

describe('a target without an interval', () => {
  const parsed = (source: 'vllm' | 'openai-batch', interval?: string) =>
    parseTarget(TargetInput.parse({ name: 'x', source, url: 'http://x/v1', interval }));
  it.each([
    ['vllm', undefined, 5000],
    ['openai-batch', undefined, 30_000],
    ['openai-batch', '10s', 10_000],
  ] as const)('%s, %s: %i ms', (source, interval, intervalMs) => {
    expect(parsed(source, interval)).toMatchObject({ ok: true, target: { intervalMs } });
  });
});
