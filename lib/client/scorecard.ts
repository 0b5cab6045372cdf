import type { Subject } from '#lib/api/subjects.ts';
import type { CurrentIndex } from '#lib/client/current-index.ts';
import type { Signal, TargetLine } from '#lib/metrics/signal.ts';
import { SIGNALS } from '#lib/metrics/signals.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { compareNumbers } from '#lib/rules/compare-numbers.ts';

/** 001 "Key Metrics to Track" on everything that shows them. */
export type ScoreRow = {
  readonly signal: Signal;
  readonly target: TargetLine;
  readonly text: string;
  readonly met: number;
  readonly missed: number;
  /** Neither: no value, or a relative target without a baseline. */
  readonly unknown: number;
  /** Where it is furthest from its target; null where nothing is known. */
  readonly worst: { readonly id: number; readonly value: number; readonly limit: number } | null;
};

/** Signals that a target is printed for. What a report contradicts itself is listed last. */
export const SCORED: readonly { readonly signal: Signal; readonly target: TargetLine }[] = SIGNALS.flatMap((signal) =>
  (signal.targets ?? []).map((target) => ({ signal, target })),
).toSorted((a, b) => Number(a.target.offByDefault === true) - Number(b.target.offByDefault === true));

export const SCORED_SIGNALS: readonly string[] = [...new Set(SCORED.map(({ signal }) => signal.id))];

const OP_SIGNS: Readonly<Record<TargetLine['op'], string>> = { '<': '<', '<=': '≤', '>': '>', '>=': '≥', '=': '=' };

/** Judges the present values; `isLiteral`: of a target that is judged by the printed numbers. */
export function scorecard(
  subjects: readonly Subject[],
  current: CurrentIndex,
  isLiteral: (subject: Subject) => boolean,
): readonly ScoreRow[] {
  return SCORED.map(({ signal, target }) => {
    const own = subjects.filter(({ kind }) => kind === signal.kind);
    const judged = own.flatMap((subject) => {
      const value = current.value(subject.id, signal.id);
      const limit = limitOf(target, subject, isLiteral(subject));
      return value === null || limit === null ? [] : [{ id: subject.id, value, limit }];
    });
    const missed = judged.filter(({ value, limit }) => !compareNumbers(target.op, value, limit));
    const isLower = target.op === '<' || target.op === '<=' || target.op === '=';
    const byDistance = judged.toSorted((a, b) =>
      isLower ? b.value - b.limit - a.value + a.limit : a.value - a.limit - b.value + b.limit,
    );
    const relative = target.ofBaseline === undefined ? '' : `, or ${Math.round(target.ofBaseline * 100)} % of baseline`;
    return {
      signal,
      target,
      text: `${OP_SIGNS[target.op]} ${formatValue(target.value, signal.unit)}${relative}`,
      met: judged.length - missed.length,
      missed: missed.length,
      unknown: own.length - judged.length,
      worst: byDistance[0] ?? null,
    };
  });
}

function limitOf({ value, ofBaseline }: TargetLine, { baselineRps }: Subject, isLiteral: boolean): number | null {
  if (ofBaseline === undefined || isLiteral) return value;
  return baselineRps === null ? null : ofBaseline * baselineRps;
}
