import type { ChartData, ChartMark, ChartSpan } from '#components/chart/chart-data.ts';
import { innerGaps } from '#components/chart/inner-gaps.ts';
import { SEVERITY_COLOURS } from '#components/status/severity-colours.ts';
import type { AlertDetail } from '#lib/api/alerts.ts';
import type { RuleView } from '#lib/api/rules.ts';
import type { SeriesAnswer } from '#lib/api/series.ts';
import type { Subject } from '#lib/api/subjects.ts';
import { phasesOf } from '#lib/client/alert-phases.ts';
import { SEVERITY_WORDS } from '#lib/client/alert-words.ts';
import type { TargetLine } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import { formatValue, isWords } from '#lib/metrics/unit.ts';

/** Signals of one unit share a chart; the first signal's chart comes first. Unknown signals are left out. */
export function evidenceCharts(signals: readonly string[]): readonly (readonly string[])[] {
  const byUnit = new Map<string, string[]>();
  for (const id of new Set(signals.flatMap(drawnFor))) {
    const signal = findSignal(id);
    if (signal === undefined) continue;
    const key = `${signal.unit} ${signal.kind}`;
    byUnit.set(key, [...(byUnit.get(key) ?? []), id]);
  }
  return [...byUnit.values()];
}

/** Verdicts have no history: what they judge is drawn instead. What a run says is shown as the run. What an SLA is counted in is no line at all. */
function drawnFor(id: string): readonly string[] {
  const compute = findSignal(id)?.compute;
  switch (compute?.type) {
    case 'memory-verdict':
      return [compute.field === 'used_bytes' ? 'vram_used' : 'resident_bytes'];
    case 'burst':
      return ['arrival_rate', 'queue_depth'];
    case 'slowdown':
      return ['tokens_per_second'];
    case 'run-figure':
      return [];
    case 'sla':
      return compute.form === 'basis' ? [] : [id];
    default:
      return [id];
  }
}

/** Whose lines are drawn: the alert's subject, or for a target what runs on it. */
export function evidenceSubjects(
  alert: Pick<AlertDetail, 'subject' | 'target'>,
  signals: readonly string[],
  subjects: readonly Subject[],
): ReadonlyMap<number, string> {
  if (alert.subject !== null) return new Map([[alert.subject.id, alert.subject.name]]);
  const kind = findSignal(signals[0] ?? '')?.kind;
  const own = subjects.filter(({ target }) => target.id === alert.target?.id);
  const ofKind = own.filter((subject) => subject.kind === kind);
  return new Map((ofKind.length > 0 ? ofKind : own).slice(0, 8).map(({ id, name }) => [id, name]));
}

type Thresholds = RuleView['thresholds'];

/** The answer of `/series` as the chart of an alert. */
export function evidenceData(
  alert: AlertDetail,
  signals: readonly string[],
  answer: SeriesAnswer,
  names: ReadonlyMap<number, string>,
  thresholds: Thresholds,
): ChartData {
  const isSingle = names.size <= 1;
  const series = answer.series.map((line) => {
    const title = findSignal(line.signal)?.title ?? line.signal;
    const name = line.subject === null ? '' : (names.get(line.subject) ?? `#${line.subject}`);
    return {
      id: `${line.signal}.${line.subject ?? 'fleet'}`,
      label: isSingle ? title : signals.length > 1 ? `${name} · ${title}` : name,
      subject: line.subject,
      t: line.t,
      mean: line.mean,
      min: line.min,
      max: line.max,
      coarseBelow: line.coarseBelow,
    };
  });
  const unit = answer.series[0]?.unit ?? findSignal(signals[0] ?? '')?.unit ?? 'count';
  return {
    unit,
    series,
    fromMs: answer.from,
    toMs: answer.to,
    stepMs: answer.stepMs,
    bands: [],
    targets: limitLines(alert, signals, thresholds),
    marks: [...answer.marks.map(({ atMs, kind, text }) => ({ atMs, kind, text })), ...personMarks(alert)],
    gaps: [...answer.gaps, ...innerGaps(series, answer.gaps, answer.stepMs)],
    spans: phaseSpans(alert),
  };
}

/** The limit that this episode was judged by; for further signals of the expression the rule's present limits. */
function limitLines(alert: AlertDetail, signals: readonly string[], thresholds: Thresholds): readonly TargetLine[] {
  const [lead] = alert.ruleText.signals;
  const judged: TargetLine[] =
    alert.limit !== null && !isWords(alert.unit) && lead !== undefined && signals.includes(lead)
      ? [{ op: '>', value: alert.limit, label: `limit ${formatValue(alert.limit, alert.unit)}` }]
      : [];
  const others = thresholds
    .filter(({ signal, profile, op, value }) => {
      const isJudged = signal === lead && judged.length > 0;
      return signals.includes(signal) && !isJudged && profile === alert.ruleText.profile && op !== '!=' && value !== 0;
    })
    .map(({ signal, op, value }): TargetLine => {
      const known = findSignal(signal);
      const text = known === undefined ? String(value) : formatValue(value, known.unit);
      return { op: op as TargetLine['op'], value, label: `${known?.title ?? signal} ${op} ${text}` };
    });
  return [...judged, ...others];
}

function phaseSpans(alert: AlertDetail): readonly ChartSpan[] {
  const words = {
    pending: 'Pending',
    firing: `Fires, ${SEVERITY_WORDS[alert.severity].toLowerCase()}`,
    recovering: 'Recovers',
    'no-data': 'No data',
  };
  return phasesOf(alert).map(({ kind, fromMs, toMs }) => ({
    id: `${kind}-${fromMs}`,
    kind,
    fromMs,
    toMs,
    colour: kind === 'recovering' ? 'var(--info)' : SEVERITY_COLOURS[alert.severity],
    text: words[kind],
  }));
}

const PEOPLE_WORDS: Readonly<Record<string, string>> = {
  acked: 'acked',
  unacked: 'gave it back',
  note: 'noted',
  assigned: 'assigned',
};

function personMarks(alert: AlertDetail): readonly ChartMark[] {
  return alert.timeline
    .filter(({ kind }) => kind in PEOPLE_WORDS)
    .map(({ atMs, kind, actor, text }) => ({
      atMs,
      kind,
      text: `${actor ?? 'somebody'} ${PEOPLE_WORDS[kind]}${text === '' ? '' : `: ${text}`}`,
    }));
}
