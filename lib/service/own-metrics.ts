import { loadTargetViews } from '#lib/db/fleet.ts';
import { loadCollectorBeats, loadProcesses } from '#lib/db/processes.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { VERSION } from '#lib/service/version.ts';

type Metric = {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
};

/** `GET /metrics`: Headroom's own state as Prometheus text 0.0.4. */
export async function ownMetrics(context: ServiceContext): Promise<string> {
  const [beats, processes, targets] = await Promise.all([
    loadCollectorBeats(context.pool),
    loadProcesses(context.pool),
    loadTargetViews(context.pool),
  ]);
  const nowMs = context.clock();
  const alone = (value: number) => [{ labels: {}, value }];
  const total = (pick: (beat: (typeof beats)[number]) => number): number =>
    beats.reduce((sum, beat) => sum + pick(beat), 0);
  const newestMs = Math.max(...beats.map((beat) => beat.atMs));
  const metrics: Metric[] = [
    {
      name: 'headroom_build_info',
      type: 'gauge',
      help: 'Version of Headroom.',
      samples: [{ labels: { version: VERSION }, value: 1 }],
    },
    {
      name: 'headroom_collectors',
      type: 'gauge',
      help: 'Collectors that reported in the last hour.',
      samples: alone(beats.length),
    },
    {
      name: 'headroom_collector_age_seconds',
      type: 'gauge',
      help: 'Since the newest heartbeat of a collector.',
      samples: Number.isFinite(newestMs) ? alone(Math.max(0, (nowMs - newestMs) / 1000)) : [],
    },
    {
      name: 'headroom_samples_written_total',
      type: 'counter',
      help: 'Samples stored since the collectors started.',
      samples: alone(total((b) => b.written)),
    },
    {
      name: 'headroom_polls_dropped_total',
      type: 'counter',
      help: 'Polls left out because nothing could be stored; their counts came with the next poll.',
      samples: alone(total((b) => b.dropped)),
    },
    {
      name: 'headroom_polls_refused_total',
      type: 'counter',
      help: 'Polls whose values the database refused.',
      samples: alone(total((b) => b.refused)),
    },
    {
      name: 'headroom_polls_waiting',
      type: 'gauge',
      help: 'Polls that wait for the database.',
      samples: alone(total((b) => b.waiting)),
    },
    {
      name: 'headroom_target_up',
      type: 'gauge',
      help: '1 when the newest poll of the target succeeded.',
      samples: targets.filter((t) => t.ok !== null).map((t) => ({ labels: { target: t.name }, value: Number(t.ok) })),
    },
    {
      name: 'headroom_target_scrape_duration_seconds',
      type: 'gauge',
      help: 'Duration of the newest poll.',
      samples: targets
        .filter((t) => t.durationMs !== null)
        .map((t) => ({ labels: { target: t.name }, value: (t.durationMs ?? 0) / 1000 })),
    },
    {
      name: 'headroom_process_restarts_total',
      type: 'counter',
      help: 'Restarts of a supervised process.',
      samples: processes.map((p) => ({ labels: { process: p.name }, value: p.restarts })),
    },
  ];
  return metrics.map(print).join('');
}

function print(metric: Metric): string {
  const lines = metric.samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
    return `${metric.name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${metric.name} ${metric.help}\n# TYPE ${metric.name} ${metric.type}\n${lines.join('')}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
