import type { Signal, SloForm } from '#lib/metrics/signal.ts';
import type { Unit } from '#lib/metrics/unit.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BURN_SOURCE = 'algorithms §8; SRE workbook ch. 5';

const slo = (
  form: SloForm,
  id: string,
  title: string,
  unit: Unit,
  windowMs: number,
  fleet: Signal['fleet'],
  help: string,
): Signal => ({
  id,
  title,
  unit,
  kind: 'engine',
  compute: { type: 'slo', form },
  windowMs,
  fleet,
  help: `${help} Unknown where nobody promised anything: set slo in headroom.yaml.`,
  source: BURN_SOURCE,
});

/** What is promised of an engine, and what is left of it. */
export const SLO_SIGNALS: readonly Signal[] = [
  {
    id: 'sla_24h_compliance',
    title: 'SLA kept, 24 h',
    unit: 'ratio',
    kind: 'engine',
    compute: { type: 'sla', form: 'compliance' },
    windowMs: DAY_MS,
    fleet: 'mean',
    help: 'Where batches had to be done in the last day: the share of their requests whose batch finished inside its window. Else the share of minutes with demand that kept the stated latencies and rate; minutes that are unknown count for neither side. sla_basis says which. Over time: the minutes.',
    source: '001 Key Metrics, SLAViolation',
    targets: [{ op: '>=', value: 0.95, label: '001 target' }],
  },
  {
    id: 'sla_basis',
    title: 'What the SLA is counted in',
    unit: 'sla_basis',
    kind: 'engine',
    compute: { type: 'sla', form: 'basis' },
    windowMs: DAY_MS,
    fleet: 'mean',
    help: 'batches: their requests. online: minutes against what is stated. unstated: minutes against the targets of report 001, since nobody stated any; no alert is made of those.',
    source: '001 Key Metrics',
  },
  slo(
    'burn',
    'slo_burn_rate',
    'Error budget burn rate',
    'multiple',
    HOUR_MS,
    'merge',
    'How many times faster than allowed requests break the promised latencies: share of slow requests ÷ (1 − objective). 1 spends the budget exactly in its window. The value is what the buckets prove; the upper edge is what may be.',
  ),
  slo(
    'slow',
    'slo_slow_requests',
    'Requests outside the promise',
    'requests',
    HOUR_MS,
    'sum',
    'Requests of the window that were slower than a promised latency, as far as the buckets prove it.',
  ),
  slo(
    'requests',
    'slo_requests',
    'Requests judged by the promise',
    'requests',
    HOUR_MS,
    'sum',
    'Requests of the window that the histograms of the promised latencies counted.',
  ),
  slo(
    'goodput',
    'slo_goodput',
    'Requests within the promise',
    'ratio',
    5 * 60_000,
    'merge',
    'Share of requests that kept every promised latency. Exact only for one latency at a bucket bound; else between the edges: histograms show the latencies apart (Fréchet bounds).',
  ),
  slo(
    'budget-left',
    'slo_budget_left',
    'Error budget left',
    'ratio',
    30 * DAY_MS,
    'merge',
    '1 − slow requests ÷ requests that may be slow, over the window of the promise (30 d unless it says another); below 0 it is overspent. Over time: of each bucket by itself.',
  ),
];
