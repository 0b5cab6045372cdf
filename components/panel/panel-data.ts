import type { ChartData, ChartSeries, ChartSpan } from '#components/chart/chart-data.ts';
import { innerGaps } from '#components/chart/inner-gaps.ts';
import { panelMarks } from '#components/panel/panel-marks.ts';
import { SEVERITY_COLOURS } from '#components/status/severity-colours.ts';
import type { RuleView } from '#lib/api/rules.ts';
import type { SeriesAlert, SeriesAnswer } from '#lib/api/series.ts';
import { SEVERITY_WORDS } from '#lib/client/alert-words.ts';
import { ruleLimits } from '#lib/client/rule-limits.ts';
import type { Signal, TargetLine } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { Unit } from '#lib/metrics/unit.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';

/** What a panel shows: signals of one unit, the first gives bands and targets. */
export type PanelSpec = {
  readonly id: string;
  readonly title: string;
  readonly signals: readonly string[];
  /** Drawn thin and dashed. */
  readonly references?: readonly string[];
  /** The axis always reaches 100 %. */
  readonly fullRatio?: boolean;
  readonly withoutBands?: boolean;
  /** With several subjects only this signal is shown, else the first: a quantile for each would be too many lines. */
  readonly whenMany?: string;
  readonly note?: string;
  /** Limits as multiples of the baseline, drawn when one engine with a known baseline is shown. */
  readonly baselineLines?: readonly { readonly multiple: number; readonly text: string }[];
};

type Naming = {
  readonly names: ReadonlyMap<number, string>;
  readonly group: 'subject' | 'fleet';
  /** Baseline of the one engine that is shown; null when there are several or none is known. */
  readonly baselineRps: number | null;
};

/** The live rules, and which of their forms judges what is shown. */
export type Judging = { readonly rules: readonly RuleView[]; readonly profile: 'relative' | 'literal' };
const NOT_JUDGED: Judging = { rules: [], profile: 'relative' };

/** More subjects than this are shown without references and with one signal each. */
const FEW = 2;

/** The signals to ask for, given how many subjects are shown. */
export function panelSignals(spec: PanelSpec, subjects: number): readonly string[] {
  if (subjects <= FEW) return [...spec.signals, ...(spec.references ?? [])];
  return [spec.whenMany ?? spec.signals[0] ?? ''];
}

/** The answer of `/series` as a chart. */
export function panelData(
  spec: PanelSpec,
  answer: SeriesAnswer,
  naming: Naming,
  judging: Judging = NOT_JUDGED,
): ChartData {
  const lead = findSignal(spec.signals[0] ?? '');
  const subjects = new Set(answer.series.map(({ subject }) => subject));
  const signals = new Set(answer.series.map(({ signal }) => signal));
  const series = answer.series.map((line): ChartSeries => {
    const title = findSignal(line.signal)?.title ?? line.signal;
    const name = line.subject === null ? 'Fleet' : (naming.names.get(line.subject) ?? `#${line.subject}`);
    const label = subjects.size <= 1 ? title : signals.size <= 1 ? name : `${name} · ${title}`;
    return {
      id: `${line.signal}.${line.subject ?? 'fleet'}`,
      label: signals.size <= 1 && subjects.size <= 1 && line.subject !== null ? name : label,
      subject: line.subject,
      t: line.t,
      mean: line.mean,
      min: line.min,
      max: line.max,
      coarseBelow: line.coarseBelow,
      reference: spec.references?.includes(line.signal) === true,
    };
  });
  const applies = limitsApply(lead, naming.group);
  const live = ruleLimits(judging.rules, lead?.id ?? '', judging.profile);
  // Where rules draw named lines, the names of bands would lie on them.
  const catalogBands = (lead?.bands ?? []).map((band) => (live.lines.length > 0 ? { ...band, label: '' } : band));
  return {
    unit: (answer.series[0]?.unit ?? lead?.unit ?? 'count') satisfies Unit,
    series,
    // Whole buckets: the axis then moves once a bucket, not with every poll.
    fromMs: Math.floor(answer.from / answer.stepMs) * answer.stepMs,
    toMs: Math.ceil(answer.to / answer.stepMs) * answer.stepMs,
    stepMs: answer.stepMs,
    // Rules that page are what counts; the reports' bands stand in for signals that no rule limits upwards.
    bands: spec.withoutBands === true || !applies ? [] : live.bands.length > 0 ? live.bands : catalogBands,
    targets: applies ? withRuleLines(targetLines(spec, signals, naming.baselineRps), live.lines) : [],
    marks: panelMarks(answer.marks, naming.names, answer.stepMs),
    gaps: [...answer.gaps, ...innerGaps(series, answer.gaps, answer.stepMs)],
    spans: answer.alerts
      .toSorted(worstFirst)
      .map((alert) => alertSpan(alert, naming, subjects.size > 1 || subjects.has(null))),
  };
}

const worstFirst = (a: SeriesAlert, b: SeriesAlert): number =>
  SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || a.fromMs - b.fromMs;

function alertSpan(alert: SeriesAlert, naming: Naming, isOfMany: boolean): ChartSpan {
  const name = alert.subject === null ? undefined : naming.names.get(alert.subject);
  const on = name === undefined || naming.names.size <= 1 ? '' : ` on ${name}`;
  const acked = alert.ackedAtMs === null ? '' : ', acked';
  return {
    id: `alert-${alert.id}`,
    fromMs: alert.fromMs,
    toMs: alert.toMs,
    kind: 'firing',
    colour: SEVERITY_COLOURS[alert.severity],
    text: `${SEVERITY_WORDS[alert.severity]}: ${alert.title}${on}${acked}`,
    // Shaded for every alert of a fleet, a plot would be shaded all over.
    ...(alert.severity === 'info' || isOfMany ? { faint: true } : {}),
  };
}

/** A limit that a rule and the catalog share is drawn once, by the rule's name. */
function withRuleLines(catalog: readonly TargetLine[], live: readonly TargetLine[]): readonly TargetLine[] {
  const isLive = ({ value }: TargetLine): boolean =>
    live.some((line) => Math.abs(line.value - value) <= 1e-9 * Math.abs(value));
  return [...live, ...catalog.filter((line) => !isLive(line))];
}

/** Limits are per subject: over a fleet sum they would be wrong. */
function limitsApply(signal: Signal | undefined, group: 'subject' | 'fleet'): boolean {
  return signal !== undefined && (group === 'subject' || signal.fleet !== 'sum');
}

/** Targets with a relative form move with the engine's baseline, when that is known. */
function targetLines(spec: PanelSpec, shown: ReadonlySet<string>, baselineRps: number | null): readonly TargetLine[] {
  const lines = (baselineRps === null ? [] : (spec.baselineLines ?? [])).map(
    ({ multiple, text }): TargetLine => ({
      op: '<',
      value: multiple * (baselineRps ?? 0),
      label: `${text} (${multiple}× baseline)`,
    }),
  );
  return lines.concat(
    spec.signals
      .filter((id) => shown.has(id))
      .flatMap((id) => {
        const signal = findSignal(id);
        return (signal?.targets ?? []).map((target) => {
          const label = shown.size > 1 ? `${target.label}, ${signal?.title}` : target.label;
          if (target.ofBaseline === undefined || baselineRps === null) return { ...target, label };
          const percent = Math.round(target.ofBaseline * 100);
          return { ...target, value: target.ofBaseline * baselineRps, label: `${label}: ${percent} % of baseline` };
        });
      }),
  );
}

export function hasValues(data: ChartData): boolean {
  return data.series.some(({ mean }) => mean.some((value) => value !== null));
}

/** The lines (`signal.subject`) that have no value in the range. */
export function emptyLines(data: ChartData): readonly string[] {
  return data.series.filter(({ mean }) => mean.every((value) => value === null)).map(({ id }) => id);
}
