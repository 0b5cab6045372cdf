import { describe, expect, test } from 'vitest';
import { parseOptions } from '#lib/cli/arguments.ts';
import { configOf, runSimulate } from '#lib/cli/simulate.ts';
import { UsageError } from '#lib/cli/usage.ts';
import { parseConfig } from '#lib/config/parse-config.ts';
import { demoTargets } from '#lib/simulator/demo-fleet.ts';
import { SCENARIOS } from '#lib/simulator/scenarios.ts';
import { DEMO } from '#lib/simulator/scenarios-demo.ts';

const URL = 'http://127.0.0.1:9999';

describe('headroom simulate', () => {
  test('prints a configuration that can be used as it is, for every scenario', () => {
    for (const scenario of SCENARIOS) {
      const parsed = parseConfig(configOf(scenario, URL));
      expect(parsed.ok, scenario.name).toBe(true);
      const batchApis = scenario.batchApi === undefined ? 0 : 1;
      if (parsed.ok) expect(parsed.targets.length).toBe(scenario.servers.length + scenario.hosts.length + batchApis);
    }
  });

  test('prints the demo as the first start sets it up', () => {
    const parsed = parseConfig(configOf(DEMO, URL));
    expect(parsed.ok && parsed.targets).toEqual(demoTargets(URL));
  });

  test('says which scenarios there are when it is asked for another', async () => {
    const options = parseOptions(['--scenario', 'burst_7x'], process.env);
    const failure = await runSimulate(options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    for (const scenario of SCENARIOS) expect(String(failure)).toContain(scenario.name);
  });
});

test('the demo is what the first start promises: old and new servers, two ranks, two kinds of exporter', () => {
  const formats = DEMO.servers.map((server) => server.format);
  expect(formats).toContain('0.6.6');
  expect(formats).toContain('rust');
  expect(DEMO.servers.some((server) => server.engines.length === 2)).toBe(true);
  expect(new Set(DEMO.hosts.map((host) => host.exporter)).size).toBe(3);
  expect(DEMO.events.length).toBeGreaterThan(0);
  const names = demoTargets(URL).map((target) => target.name);
  expect(new Set(names).size).toBe(names.length);
});
