import type { Signal } from '#lib/metrics/signal.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const engine = { kind: 'engine', windowMs: MINUTE_MS } as const;

/** What follows from the polls of a target themselves. */
export const TARGET_SIGNALS: readonly Signal[] = [
  {
    ...engine,
    id: 'target_up',
    title: 'Target answers',
    unit: 'bool',
    compute: { type: 'target-up', form: 'latest' },
    fleet: 'mean',
    help: '1 when the latest poll of the target succeeded.',
    source: 'scrape outcome',
  },
  {
    ...engine,
    id: 'availability_24h',
    title: 'Availability 24 h',
    unit: 'ratio',
    compute: { type: 'target-up', form: 'share' },
    windowMs: DAY_MS,
    fleet: 'mean',
    help: 'Share of polls that succeeded in 24 hours.',
    source: '001 Key Metrics',
    targets: [{ op: '>=', value: 0.999, label: '001 target' }],
  },
  {
    ...engine,
    id: 'engine_present',
    title: 'Engine is on the page',
    unit: 'bool',
    compute: { type: 'shown' },
    fleet: 'mean',
    help: '0 when the target answers and no longer shows this engine; unknown while the target does not answer.',
    source: 'scrape outcome',
  },
  {
    ...engine,
    id: 'missing_signals',
    title: 'Signals not exposed',
    unit: 'count',
    compute: { type: 'missing-signals' },
    fleet: 'sum',
    help: 'How many signals that enabled rules need this version of the engine does not expose: those rules stay unknown.',
    source: 'scrape outcome',
  },
  {
    ...engine,
    id: 'target_frozen',
    title: 'Exporter frozen',
    unit: 'bool',
    compute: { type: 'target-frozen' },
    fleet: 'mean',
    help: '1 while the exporter answers with values that no longer move although the engine is busy.',
    source: 'algorithms §3',
  },
];
