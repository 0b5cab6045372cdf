/**
 * Run by hand: `npm run bench:webhook -- [--polls 1,5] [--breaches 20] [--no-peer]`. How long from the moment at which an
 * exporter's page shows a breach until a webhook has the message, for a rule with `for: 0s`; beside it in the same run
 * Prometheus + Alertmanager on the same page, where they are installed. Fails when Headroom takes more than a poll + 1 s.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startAlertmanager } from '#tests/bench/alerts/alertmanager.ts';
import { startBenchCollector } from '#tests/bench/bench-collector.ts';
import { startBenchPostgres } from '#tests/bench/bench-postgres.ts';
import { RULE_FILE, scrapeConfig, startPrometheus } from '#tests/bench/prometheus.ts';
import { print, printTable, quantileOf } from '#tests/bench/table.ts';
import { type PageExporter, startPageExporter } from '#tests/e2e/page-exporter.ts';
import { type Receiver, startReceiver } from '#tests/receiver.ts';
import { until } from '#tests/until.ts';

const { values: options } = parseArgs({
  options: {
    polls: { type: 'string', default: '1,5' },
    breaches: { type: 'string', default: '20' },
    'no-peer': { type: 'boolean', default: false },
  },
});
const breaches = Number(options.breaches);
const SLACK_MS = 1000;
const LIMIT = 0.9;

type Chain = {
  readonly name: string;
  /** Which engines a message says are firing. */
  readonly enginesIn: (body: string) => readonly string[];
  readonly sink: Receiver;
  stop(): Promise<void>;
};
type Measured = { readonly name: string; readonly pollS: number; readonly latenciesMs: readonly number[] };

const measured: Measured[] = [];
for (const pollS of options.polls.split(',').map(Number)) measured.push(...(await measure(pollS)));
report(measured);

/** Every breach is on an engine of its own, so that none of them flaps and no message waits for an earlier one. */
async function measure(pollS: number): Promise<Measured[]> {
  const breached = new Set<string>();
  const exporter = await startPageExporter({});
  let reads = 0;
  exporter.set('/metrics', (response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4').end(printPage(breached, reads++));
  });
  const chains = [await startHeadroomChain(exporter, pollS), ...(await startPeerChain(exporter, pollS))];
  try {
    const before = reads;
    await until(() => reads >= before + 3 * chains.length);
    const latencies = new Map<string, number[]>(chains.map(({ name }) => [name, []]));
    for (let i = 0; i < breaches; i++) {
      // Anywhere between two polls: an exporter knows nothing of who reads it.
      await wait(Math.random() * pollS * 1000);
      const engine = String(i);
      breached.add(engine);
      const shownAtMs = Date.now();
      for (const { name, sink, enginesIn } of chains) {
        const message = await until(() => sink.received.find(({ body }) => enginesIn(body).includes(engine)) ?? null);
        latencies.get(name)?.push(message.atMs - shownAtMs);
      }
      breached.delete(engine);
    }
    return chains.map(({ name }) => ({ name, pollS, latenciesMs: latencies.get(name) ?? [] }));
  } finally {
    for (const chain of chains.toReversed()) await chain.stop();
    await exporter.close();
  }
}

function printPage(breached: ReadonlySet<string>, reads: number): string {
  const rows = (metric: string, value: (engine: string) => number): string[] => [
    `# TYPE ${metric} gauge`,
    ...Array.from({ length: breaches }, (_, i) => `${metric}{model_name="m",engine="${i}"} ${value(String(i))}`),
  ];
  return [
    ...rows('vllm:kv_cache_usage_perc', (engine) => (breached.has(engine) ? 0.95 : 0.2)),
    // A page that never changes would be taken for a frozen exporter's.
    ...rows('vllm:num_requests_running', () => 1 + (reads % 7)),
    '',
  ].join('\n');
}

async function startHeadroomChain(exporter: PageExporter, pollS: number): Promise<Chain> {
  const sink = await startReceiver();
  const postgres = await startBenchPostgres();
  const config = path.join(postgres.dir, 'headroom.yaml');
  await writeFile(
    config,
    `targets:
  - {name: bench, source: vllm, url: "${exporter.url('/metrics')}", interval: ${pollS}s}
rules:
  packs: []
  custom: [{id: Full, expr: "kv_cache_utilization >= ${LIMIT * 100}%", for: 0s, keep_firing_for: 0s, severity: critical}]
channels:
  - {name: sink, kind: webhook, url: "${sink.url}"}
`,
  );
  const collector = await startBenchCollector(config, postgres.url);
  return {
    name: 'Headroom',
    sink,
    enginesIn: (body) => {
      const { kind, alerts } = JSON.parse(body) as { kind: string; alerts: { labels: { engine: string } }[] };
      return kind === 'firing' ? alerts.map(({ labels }) => labels.engine) : [];
    },
    async stop() {
      await collector.stop();
      await postgres.stop();
      await sink.close();
    },
  };
}

/** Empty, with a line that says why, where one of the two is missing. */
async function startPeerChain(exporter: PageExporter, pollS: number): Promise<readonly Chain[]> {
  if (options['no-peer']) return [];
  const sink = await startReceiver();
  const alertmanager = await startAlertmanager(sink.url);
  const prometheus =
    alertmanager === null ? null : await startPrometheus(peerFiles(exporter, alertmanager.host, pollS));
  if (alertmanager === null || prometheus === null) {
    await alertmanager?.stop();
    await sink.close();
    print(
      `${alertmanager === null ? 'Alertmanager' : 'Prometheus'} is not installed, so Headroom is measured alone (Debian: apt-get install prometheus prometheus-alertmanager)`,
    );
    return [];
  }
  const { version } = prometheus;
  return [
    {
      name: `Prometheus ${version} + Alertmanager ${alertmanager.version}`,
      sink,
      enginesIn: (body) => {
        const { alerts } = JSON.parse(body) as { alerts: { status: string; labels: { engine: string } }[] };
        return alerts.filter(({ status }) => status === 'firing').map(({ labels }) => labels.engine);
      },
      async stop() {
        await prometheus.stop();
        await alertmanager.stop();
        await sink.close();
      },
    },
  ];
}

function peerFiles(exporter: PageExporter, alertmanagerHost: string, pollS: number) {
  return {
    config: `global: {evaluation_interval: ${pollS}s}
rule_files: [${RULE_FILE}]
alerting: {alertmanagers: [{static_configs: [{targets: ["${alertmanagerHost}"]}]}]}
${scrapeConfig([exporter.url('/metrics')], pollS)}`,
    rules: `groups: [{name: bench, rules: [{alert: Full, expr: "vllm:kv_cache_usage_perc >= ${LIMIT}", for: 0s}]}]
`,
  };
}

function report(rows: readonly Measured[]): void {
  const late = rows.filter(
    ({ name, pollS, latenciesMs }) => name === 'Headroom' && Math.max(...latenciesMs) > pollS * 1000 + SLACK_MS,
  );
  printTable('From the breach on the page to its arrival at the webhook, `for: 0s`', [
    ['chain', 'poll s', 'breaches', 'min ms', 'median ms', 'p95 ms', 'max ms', 'poll + 1 s'],
    ...rows.map(({ name, pollS, latenciesMs }) => [
      name,
      pollS,
      latenciesMs.length,
      Math.min(...latenciesMs),
      quantileOf(latenciesMs, 0.5),
      quantileOf(latenciesMs, 0.95),
      Math.max(...latenciesMs),
      Math.max(...latenciesMs) <= pollS * 1000 + SLACK_MS ? 'kept' : 'missed',
    ]),
  ]);
  if (late.length > 0) process.exitCode = 1;
}
