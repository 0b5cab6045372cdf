import { packRules } from '#lib/rules/packs/pack-rule.ts';
import type { Rule } from '#lib/rules/rule.ts';

const engine = packRules('reports', 'engine');

/** A limit is what a run passes or not, so there is no margin. */
const OPEN = { hysteresis: 0 } as const satisfies Partial<Rule>;
/** About a run, not about a moment: its number stays until the next run, or for a day; then it is gone and the alert ends. */
const OF_RUN = { ...OPEN, absence: 'resolve' } as const satisfies Partial<Rule>;

const CHECK = 'Open the newest run on this engine: it shows the batches side by side and what was measured of each.';

/** 003, multi-batch, and 000/001 on how long a batch may take. */
export const REPORT_BATCH_RULES: readonly Rule[] = [
  engine({
    ...OF_RUN,
    id: 'BatchVramLeak',
    title: 'A run kept VRAM',
    expr: 'batch_vram_delta >= 0.5GB',
    severity: 'warning',
    cause:
      'Idle memory after the last batch of the newest run is 0.5 GB or more above that before its first. A leak, or a cache that grew once.',
    check: `${CHECK} The leak verdict tells growth from a step, and how long until memory is used up.`,
    remedy: 'If the verdict is a leak, plan a restart before the limit and report the run; if it is one step, nothing.',
    source: '003 Success Criteria',
  }),
  engine({
    ...OF_RUN,
    id: 'BatchVariance',
    title: 'Batches differ in speed',
    expr: 'batch_throughput_variance >= 10%',
    severity: 'warning',
    cause: 'The slowest batch of the newest run was 10 % or more slower than its fastest.',
    check: `${CHECK} Did a batch wait for a model load, share the engine with others, or run on a hot card?`,
    remedy: 'Repeat the run alone; if it stays uneven, compare clocks, temperature and other load of the slow batch.',
    source: '003 Success Criteria',
  }),
  engine({
    ...OF_RUN,
    id: 'BatchDegrading',
    title: 'Every batch is slower than the one before',
    expr: 'batch_throughput_falling = yes and batch_throughput_variance >= 20%',
    severity: 'critical',
    cause: 'Throughput of the newest run falls from batch to batch, by 20 % or more in all.',
    check: `${CHECK} Look at KV cache, preemptions, temperature and clocks from the first batch to the last.`,
    remedy:
      'Restart the engine and compare the first batch after it: a warm server that slows down needs restarts until it is fixed.',
    source: '003 Warning Signs 2',
  }),
  engine({
    ...OF_RUN,
    id: 'BatchFailures',
    title: 'Requests of a batch failed',
    expr: 'batch_success_rate < 100%',
    severity: 'warning',
    cause: 'Not every request of the newest run completed.',
    check: `${CHECK} Kinds of errors are listed with each batch; the engine’s log has the first of them.`,
    remedy: 'Send the failed requests again after what made them fail is gone.',
    source: '003 Success Criteria',
  }),
  engine({
    ...OF_RUN,
    id: 'ModelReloaded',
    title: 'A batch waited for a model load',
    expr: 'batch_reload_delay > 0s',
    severity: 'warning',
    cause:
      'The first request of a batch waited because the model was loaded first: the process started in the gap before it, or more than 10 s passed until something ran.',
    check: `${CHECK} Was the engine restarted, or does it unload an idle model (keep_alive, sleep mode)?`,
    remedy: 'Keep the model loaded between batches (keep_alive=-1), or send a warm-up request before a batch.',
    source: '003 Warning Signs 3',
  }),
  engine({
    ...OPEN,
    id: 'SLAViolation',
    title: 'SLA of the last day is broken',
    expr: 'sla_24h_compliance < 90% and sla_basis != unstated',
    severity: 'critical',
    action: 'escalate_to_team',
    cause:
      'Less than 90 % was kept in 24 hours. In batches: of the requests whose batch was due. Online: of the minutes with demand, against the stated latencies and rate. The alert shows which.',
    check:
      'Open the SLA page: late batches with their sizes, or the minutes that were missed and the latency that was broken in them. Is it over, or does it go on?',
    remedy:
      'Tell those who rely on it. While it goes on: add an engine, pause other load, or lower concurrency; a late batch is better split than started again.',
    source: '001 Alerting Rules',
  }),
  engine({
    ...OPEN,
    id: 'BatchSlaAt20h',
    title: 'A batch has run for 20 of its 24 hours',
    expr: 'batch_age >= 20h',
    severity: 'warning',
    cause: 'A batch that was submitted 20 hours ago has not ended; the window of a batch is 24 hours.',
    check: `${CHECK} How much of it is done, and how fast does it go?`,
    remedy: 'Add an engine, pause other load, or split off what is left.',
    source: '000 Short-term Actions 4: SLA alerts at the 20-hour mark of the 24-hour window',
  }),
  engine({
    ...OPEN,
    id: 'BatchSlaForecast',
    title: 'A batch will take longer than 24 hours',
    expr: 'batch_projected_duration > 24h',
    severity: 'warning',
    cause: 'At the pace so far the open batch ends more than 24 hours after it was submitted.',
    check: `${CHECK} The pace of the last minutes may be better or worse than that of the whole batch.`,
    remedy: 'Add an engine, pause other load, or split the batch while there is time.',
    source: '001 sla_window: 24 hours; early form of BatchSlaAt20h',
  }),
];
