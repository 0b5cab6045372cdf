import { describe, expect, test } from 'vitest';
import { ENGINE_COUNTERS, ENGINE_GAUGES, ENGINE_HISTOGRAMS } from '#lib/metrics/sample.ts';
import { detectSources } from '#lib/scrape/sources/registry.ts';
import { fixtureNames, fixtureTest, readFixture } from '#tests/fixtures.ts';
import { readPageFixture, readText } from '#tests/scrape/sources/pages.ts';

const FOLDERS = ['vllm', 'vllm-generated', 'vllm-handmade', 'dcgm', 'nvidia_gpu_exporter', 'other-engines'];
const PAGES = FOLDERS.flatMap((folder) =>
  fixtureNames(folder)
    .filter((name) => /\.(?:prom|om|metrics)$/.test(name))
    .map((name) => `${folder}/${name}`),
);

describe('every series of a page is stored or ignored with a reason', () => {
  for (const name of PAGES) {
    fixtureTest(name, () => {
      const { page, plan } = readPageFixture(name);
      const ignored = plan.ignored.reduce((sum, entry) => sum + entry.seriesCount, 0);
      expect(plan.storedSeries + ignored).toBe(page.shape.series.length);
      expect(page.problemCount).toBe(0);
      for (const entry of plan.ignored) expect(entry.reason, entry.name).not.toBe('');
    });
  }

  fixtureTest('and so on a page that holds an engine and GPUs of two exporters', () => {
    const parts = [
      'vllm-generated/v0.23.0-v1.prom',
      'dcgm/runai-1-workload-fraction.prom',
      'nvidia_gpu_exporter/demo__seeded.metrics',
    ];
    const { page, plan, engines, gpus } = readText(parts.map((part) => readFixture(part)).join(''));
    expect(plan.sources).toEqual(['vllm', 'nvidia-gpu-exporter', 'dcgm']);
    const ignored = plan.ignored.reduce((sum, entry) => sum + entry.seriesCount, 0);
    expect(plan.storedSeries + ignored).toBe(page.shape.series.length);
    expect(plan.storedSeries).toBe(parts.reduce((sum, part) => sum + readPageFixture(part).plan.storedSeries, 0));
    expect(engines).toHaveLength(1);
    expect(gpus.length).toBe(6);
  });
});

describe('every canonical field is either given or explained', () => {
  const generated = PAGES.filter((page) => page.startsWith('vllm-generated/'));
  // A suite without a test is a failure: where there are no fixtures one skipped test must say so.
  for (const name of generated.length === 0 ? ['generated vLLM pages'] : generated) {
    fixtureTest(name, () => {
      const { plan, engines } = readPageFixture(name);
      const given = new Set(engines.flatMap((engine) => Object.keys(engine.origins)));
      const missing = new Set(plan.missing.map((entry) => entry.field));
      for (const field of [...ENGINE_GAUGES, ...ENGINE_COUNTERS, ...ENGINE_HISTOGRAMS]) {
        expect(given.has(field) !== missing.has(field), field).toBe(true);
      }
    });
  }
});

describe('detection', () => {
  const EXPECTED: readonly (readonly [folder: string, source: string])[] = [
    ['vllm', 'vllm'],
    ['vllm-generated', 'vllm'],
    ['dcgm', 'dcgm'],
    ['nvidia_gpu_exporter', 'nvidia-gpu-exporter'],
    ['other-engines', 'sglang'],
  ];
  for (const [folder, source] of EXPECTED) {
    for (const name of PAGES.filter((page) => page.startsWith(`${folder}/`))) {
      fixtureTest(`${name} is ${source} and nothing else`, () => {
        expect(readPageFixture(name).plan.sources).toEqual([source]);
      });
    }
  }

  test('a page that no source knows stores nothing and says what it saw', () => {
    const { plan } = readText('node_load1 0.5\n');
    expect(plan.storedSeries).toBe(0);
    expect(plan.recognised).toContain('node_load1');
    expect(detectSources({ families: [], series: [] })).toEqual([]);
  });
});
