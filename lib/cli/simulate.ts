import type { Options } from '#lib/cli/arguments.ts';
import { UsageError } from '#lib/cli/usage.ts';
import { createLog, errorText } from '#lib/collector/log.ts';
import type { StatedSlo } from '#lib/metrics/slo.ts';
import { demoTargets } from '#lib/simulator/demo-fleet.ts';
import { batchesPath, enginePath, gpuPath, type Scenario } from '#lib/simulator/scenario.ts';
import { findScenario, SCENARIOS } from '#lib/simulator/scenarios.ts';
import { startSimulator } from '#lib/simulator/server.ts';
import { sloInputOf } from '#lib/target/slo-input.ts';

const DEFAULT_PORT = 9999;

/** `headroom simulate`: serves a scenario until a signal, or until the supervisor is gone. */
export async function runSimulate(options: Options): Promise<void> {
  const scenario = findScenario(options.scenario);
  if (scenario === undefined) {
    const names = SCENARIOS.map((known) => `  ${known.name.padEnd(28)} ${known.title}`).join('\n');
    throw new UsageError(`--scenario: "${options.scenario}" is unknown; there are:\n${names}`);
  }
  const log = createLog('simulator');
  const port = options.port ?? DEFAULT_PORT;
  const simulator = await startSimulator({
    port,
    host: options.host,
    scenario,
    seed: options.seed,
    clock: Date.now,
  }).catch((error: unknown) => {
    throw new UsageError(`--port: the simulator cannot listen on ${options.host}:${port}: ${errorText(error)}`);
  });
  log.info(`${scenario.name} (${scenario.title}), seed ${options.seed}, on ${simulator.url}`);
  if (process.send === undefined) {
    process.stdout.write(
      `${simulator.paths.map((path) => `${simulator.url}${path}`).join('\n')}\n\n${configOf(scenario, simulator.url)}\n`,
    );
  }
  process.send?.('ready');
  await untilEnd();
  await simulator.close();
  if (process.connected) process.disconnect();
}

/** A headroom.yaml that polls the scenario. */
export function configOf(scenario: Scenario, url: string): string {
  const lines =
    scenario.name === 'demo'
      ? demoTargets(url).map((target) => {
          const known = [
            target.baselineRps === null ? '' : `, baseline_rps: ${target.baselineRps}`,
            target.maxRunning === null ? '' : `, max_running: ${target.maxRunning}`,
            target.profile === 'relative' ? '' : `, profile: ${target.profile}`,
            target.slo === null ? '' : `, slo: ${sloLine(target.slo)}`,
            target.gpus.length === 0 ? '' : `, gpus: [${target.gpus.join(', ')}]`,
          ].join('');
          return targetLine(target.name, target.url ?? '', target.labels.host ?? '', known);
        })
      : [
          ...scenario.servers.map((server) =>
            targetLine(server.name, `${url}${enginePath(server.name)}`, server.host, ''),
          ),
          ...batchApiLines(scenario, url),
          ...scenario.hosts.map((host) => targetLine(host.name, `${url}${gpuPath(host.name)}`, host.name, '')),
        ];
  return ['# headroom.yaml', 'targets:', ...lines].join('\n');
}

/** `{ttft: 250ms, objective: 95%}` */
function sloLine(slo: StatedSlo): string {
  const entries = Object.entries(sloInputOf(slo)).map(([key, value]) => `${key}: ${value}`);
  return `{${entries.join(', ')}}`;
}

function batchApiLines({ batchApi, servers }: Scenario, url: string): readonly string[] {
  const host = servers.find((server) => server.name === batchApi?.server)?.host;
  if (batchApi === undefined || host === undefined) return [];
  const base = batchesPath(batchApi.server, 'openai').replace(/\/batches$/, '');
  return [`  - {name: "batches", source: openai-batch, url: "${url}${base}", interval: 5s, labels: {host: ${host}}}`];
}

function targetLine(name: string, url: string, host: string, rest: string): string {
  return `  - {name: ${JSON.stringify(name)}, source: auto, url: "${url}", interval: 5s, labels: {host: ${host}}${rest}}`;
}

function untilEnd(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    process.once('disconnect', () => resolve());
  });
}
