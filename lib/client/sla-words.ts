import type { OpenBatch, PromiseView, SlaAnswer, SlaEngine } from '#lib/api/sla.ts';
import type { Level } from '#lib/client/band-level.ts';
import type { Verdict } from '#lib/client/fleet-verdict.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import type { SloLatency } from '#lib/metrics/slo.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import type { DeadlineRisk } from '#lib/runs/batch-forecast.ts';
import type { SlaBasis } from '#lib/runs/sla-figures.ts';

/** 001: SLAViolation below 90 %, the target at 95 %. */
const VIOLATED = 0.9;
const TARGET = 0.95;
const BUDGET_LOW = 0.25;

export const LATENCY_WORDS: Readonly<Record<SloLatency, string>> = {
  ttft: 'TTFT',
  tpot: 'TPOT',
  itl: 'ITL',
  e2e: 'end to end',
  prefill: 'prefill',
};

export const BASIS_WORDS: Readonly<Record<SlaBasis, string>> = {
  batches: 'requests of batches done in time',
  online: 'minutes with demand that kept the promise',
  unstated: 'minutes against report 001; nothing is promised',
};

const secondsText = (seconds: number): string => formatValue(seconds, 'seconds');
const percent = (share: number): string => `${Number((share * 100).toPrecision(5))} %`;

/** "99 % of requests: TTFT ≤ 500 ms, TPOT ≤ 50 ms; ≥ 200 req/s while requests wait" */
export function promiseText({ objective, latencies, requestsPerSecond }: PromiseView): string {
  const parts = latencies.map(({ name, seconds }) => `${LATENCY_WORDS[name]} ≤ ${secondsText(seconds)}`).join(', ');
  const rate =
    requestsPerSecond === null
      ? []
      : [`≥ ${formatValue(requestsPerSecond, 'requests_per_second')} while requests wait`];
  return [...(parts === '' ? [] : [`${percent(objective)} of requests: ${parts}`]), ...rate].join('; ');
}

/** Whose promise it is. */
export const PROMISED_BY_WORDS: Readonly<Record<PromiseView['promisedBy'], string>> = {
  stated: 'stated',
  report: 'report 001, by its literal profile',
  nobody: 'nobody’s: report 001 stands in',
};

/** Nothing is broken where nobody promised anything. */
export function slaLevel({ sla }: Pick<SlaEngine, 'sla'>): Level {
  if (sla.compliance === null || sla.basis === 'unstated') return 'unknown';
  if (sla.compliance < VIOLATED) return 'danger';
  return sla.compliance < TARGET ? 'warning' : 'safe';
}

/** "5 in time, 1 late, 2 open" or "61 kept, 3 missed, 2 unknown". */
export function slaCountsText({ sla }: Pick<SlaEngine, 'sla'>): string {
  if (sla.basis === 'batches' && sla.batches !== null) {
    const { inTime, late, open } = sla.batches;
    return `${inTime} in time, ${late} late, ${open} open`;
  }
  const { met, missed, unknown } = sla.minutes;
  return `${met} min kept, ${missed} missed${unknown > 0 ? `, ${unknown} unknown` : ''}`;
}

export function budgetLevel(left: number | null): Level {
  if (left === null) return 'unknown';
  if (left <= 0) return 'danger';
  return left < BUDGET_LOW ? 'warning' : 'safe';
}

/** "41% left", "overspent by 340%"; what inside a bucket may be spent as well is said. */
export function budgetText({ left, leftAtLeast }: SlaEngine['budget']): string {
  if (left === null) return '–';
  const text = left < 0 ? `overspent by ${formatValue(-left, 'ratio')}` : `${formatValue(left, 'ratio')} left`;
  const isOpen = leftAtLeast !== null && left - leftAtLeast > 0.005;
  return isOpen ? `${text}, at least ${formatValue(leftAtLeast, 'ratio')}` : text;
}

/** "98.2%" at a bucket bound, "96.1% to 98.2%" inside a bucket or of several latencies. */
export function shareText(atLeast: number | null, atMost: number | null): string {
  if (atLeast === null || atMost === null) return '–';
  if (atLeast === 0 && atMost === 1) return 'cannot be told from the buckets';
  const [low, high] = [formatValue(atLeast, 'ratio'), formatValue(atMost, 'ratio')];
  return low === high ? low : `${low} to ${high}`;
}

/** The pairs of windows that the burn rules judge, fastest first. */
export const BURN_PAIRS = [
  { longMs: 3_600_000, shortMs: 300_000, factor: 14.4, level: 'danger' },
  { longMs: 21_600_000, shortMs: 1_800_000, factor: 6, level: 'danger' },
  { longMs: 86_400_000, shortMs: 7_200_000, factor: 3, level: 'warning' },
  { longMs: 259_200_000, shortMs: 21_600_000, factor: 1, level: 'warning' },
] as const satisfies readonly { longMs: number; shortMs: number; factor: number; level: Level }[];

/** What the windows say together: the worst pair of which both burn faster than its factor. */
export function burnLevel(burn: SlaEngine['burn']): Level {
  const rate = (windowMs: number) => burn.find((each) => each.windowMs === windowMs)?.rate ?? null;
  const known = BURN_PAIRS.filter(({ longMs, shortMs }) => rate(longMs) !== null && rate(shortMs) !== null);
  if (known.length === 0) return 'unknown';
  const over = known.find(
    ({ longMs, shortMs, factor }) => (rate(longMs) ?? 0) > factor && (rate(shortMs) ?? 0) > factor,
  );
  return over?.level ?? 'safe';
}

export const RISK_LEVELS: Readonly<Record<DeadlineRisk, Level>> = {
  'on time': 'safe',
  'at risk': 'warning',
  late: 'danger',
  unknown: 'unknown',
};

/** Where a batch stands against its window and its 20-hour mark. */
export function markText({ markAtMs, deadlineMs }: OpenBatch, nowMs: number): string {
  if (nowMs >= deadlineMs) return `deadline passed ${describeDurationMs(nowMs - deadlineMs)} ago`;
  if (nowMs >= markAtMs) return `past its 20-hour mark, ${describeDurationMs(deadlineMs - nowMs)} left`;
  return `20-hour mark in ${describeDurationMs(markAtMs - nowMs)}`;
}

/** Line of verdicts of the SLA page: what is kept, what is left, what will be late. */
export function slaVerdicts({ engines, batches }: SlaAnswer, names: ReadonlyMap<number, string>): readonly Verdict[] {
  const nameOf = ({ id, name }: SlaEngine): string => names.get(id) ?? name;
  const hrefOf = ({ id }: SlaEngine): string => `/engines/${id}`;
  const promised = engines.filter(({ sla }) => sla.basis !== 'unstated');
  const known = promised.filter(({ sla }) => sla.compliance !== null);
  const worst = known.toSorted((a, b) => (a.sla.compliance ?? 1) - (b.sla.compliance ?? 1))[0];
  const kept = known.filter((engine) => slaLevel(engine) !== 'danger').length;
  const verdicts: Verdict[] = [];
  if (promised.length === 0)
    verdicts.push({
      id: 'none',
      level: 'unknown',
      text: 'Nothing is promised: state slo in headroom.yaml',
      href: null,
    });
  else if (worst === undefined)
    verdicts.push({ id: 'sla', level: 'unknown', text: 'SLA of the last day: not known yet', href: null });
  else
    verdicts.push({
      id: 'sla',
      level: slaLevel(worst),
      text: `SLA kept on ${kept} of ${known.length}; lowest ${formatValue(worst.sla.compliance, 'ratio')} of ${worst.sla.basis === 'batches' ? 'requests' : 'minutes'} on ${nameOf(worst)}`,
      href: hrefOf(worst),
    });
  const budgets = engines.filter(({ budget }) => budget.left !== null);
  const least = budgets.toSorted((a, b) => (a.budget.left ?? 1) - (b.budget.left ?? 1))[0];
  if (least !== undefined)
    verdicts.push({
      id: 'budget',
      level: budgetLevel(least.budget.left),
      text: `Error budget lowest on ${nameOf(least)}: ${budgetText({ ...least.budget, leftAtLeast: null })}`,
      href: hrefOf(least),
    });
  const burning = engines.filter(({ burn }) => ['warning', 'danger'].includes(burnLevel(burn)));
  if (burning.length > 0) {
    const level = burning.some(({ burn }) => burnLevel(burn) === 'danger') ? 'danger' : 'warning';
    const text = `Budget burns too fast on ${burning.slice(0, 3).map(nameOf).join(', ')}${burning.length > 3 ? ` and ${burning.length - 3} more` : ''}`;
    verdicts.push({ id: 'burn', level, text, href: '/alerts' });
  }
  return [...verdicts, ...batchVerdicts(batches)];
}

function batchVerdicts(batches: readonly OpenBatch[]): readonly Verdict[] {
  if (batches.length === 0) return [];
  const risk = (of: DeadlineRisk) => batches.filter(({ forecast }) => forecast?.risk === of).length;
  const [late, atRisk] = [risk('late'), risk('at risk')];
  const level: Level =
    late > 0 ? 'danger' : atRisk > 0 ? 'warning' : risk('on time') === batches.length ? 'safe' : 'unknown';
  const facts = [
    ...(late > 0 ? [`${late} will be late`] : []),
    ...(atRisk > 0 ? [`${atRisk} at risk`] : []),
    ...(late + atRisk === 0 ? [level === 'safe' ? 'all on time' : 'not all can be forecast'] : []),
  ];
  const text = `${batches.length} open ${batches.length === 1 ? 'batch' : 'batches'}: ${facts.join(', ')}`;
  return [{ id: 'batches', level, text, href: null }];
}
