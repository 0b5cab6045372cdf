import type { JudgementView, RunDetail, RunGpu } from '#lib/api/runs.ts';
import { VERDICT_WORDS } from '#lib/client/leak-words.ts';
import { judgedValueText, signedText } from '#lib/client/run-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { CHECKS, type Check } from '#lib/runs/judgement.ts';

/** How another run is to the first, in one sentence. `unknown`: one of them was not measured. */
export type Difference = { readonly kind: 'worse' | 'better' | 'same' | 'unknown'; readonly text: string };

const STATE_RANKS = { pass: 0, 'not measured': 1, fail: 2 } as const;

/** The verdict of a run on one criterion: of several GPUs the worst; null where it was not judged at all. */
export function criterionOf(run: Pick<RunDetail, 'criteria'>, check: Check): JudgementView | null {
  const all = run.criteria.filter((one) => one.check === check);
  return all.toSorted((a, b) => STATE_RANKS[b.state] - STATE_RANKS[a.state])[0] ?? null;
}

const VERDICT_RANKS = { none: 0, 'load-driven': 1, plateau: 2, inconclusive: 3, leak: 4 } as const;

/** The GPU that a comparison of memory is about: the worst verdict, and of equal ones the largest gain; null without GPUs. */
export function worstGpu(run: Pick<RunDetail, 'gpus'>): RunGpu | null {
  const gain = ({ deltaBytes }: RunGpu) => deltaBytes ?? Number.NEGATIVE_INFINITY;
  const order = (a: RunGpu, b: RunGpu) =>
    VERDICT_RANKS[b.leak.verdict] - VERDICT_RANKS[a.leak.verdict] || Math.sign(gain(b) - gain(a)) || 0;
  return run.gpus.toSorted(order)[0] ?? null;
}

/** All differences of `other` to `first`, in the order in which a reader asks. */
export function runDifferences(first: RunDetail, other: RunDetail): readonly Difference[] {
  return [
    ...CHECKS.flatMap((check) => criterionDifference(first, other, check)),
    leakDifference(first, other),
    rateDifference(first, other),
    successDifference(first, other),
    gainDifference(first, other),
  ];
}

/** Only criteria that came out differently: the rest is in the table. */
function criterionDifference(first: RunDetail, other: RunDetail, check: Check): readonly Difference[] {
  const [before, after] = [criterionOf(first, check), criterionOf(other, check)];
  if (before === null || after === null || before.state === after.state) return [];
  const text = `${check}: ${after.state} (${judgedValueText(after)}) instead of ${before.state} (${judgedValueText(before)})`;
  if (before.state === 'not measured' || after.state === 'not measured') return [{ kind: 'unknown', text }];
  return [{ kind: after.state === 'fail' ? 'worse' : 'better', text }];
}

function leakDifference(first: RunDetail, other: RunDetail): Difference {
  const [before, after] = [worstGpu(first)?.leak.verdict, worstGpu(other)?.leak.verdict];
  if (before === undefined || after === undefined) return { kind: 'unknown', text: 'Memory: not measured in both' };
  if (before === after) return { kind: 'same', text: `Memory: ${VERDICT_WORDS[after].toLowerCase()} in both` };
  const text = `Memory: ${VERDICT_WORDS[after].toLowerCase()} instead of ${VERDICT_WORDS[before].toLowerCase()}`;
  if (after === 'leak') return { kind: 'worse', text };
  if (before === 'leak') return { kind: after === 'inconclusive' ? 'unknown' : 'better', text };
  return { kind: before === 'inconclusive' || after === 'inconclusive' ? 'unknown' : 'same', text };
}

/** Report 003 lets batches of one run differ by less than this; runs are held to the same. */
const EQUAL_SHARE = 0.1;

function rateDifference(first: RunDetail, other: RunDetail): Difference {
  const [before, after] = [first.totals.rps.mean, other.totals.rps.mean];
  if (before === null || after === null) return { kind: 'unknown', text: 'Throughput: not measured in both' };
  const rate = (value: number) => formatValue(value, 'requests_per_second');
  const share = Math.max(before, after) === 0 ? 0 : Math.abs(after - before) / Math.max(before, after);
  if (share < EQUAL_SHARE - 1e-9) {
    return { kind: 'same', text: `Throughput: ${rate(after)} and ${rate(before)}, equal within 10 %` };
  }
  const words = after < before ? 'slower' : 'faster';
  const by = before === 0 ? '' : `${formatValue(Math.abs(after - before) / before, 'ratio')} `;
  const text = `Throughput: ${by}${words}, ${rate(after)} instead of ${rate(before)}`;
  return { kind: after < before ? 'worse' : 'better', text };
}

function gainDifference(first: RunDetail, other: RunDetail): Difference {
  const [before, after] = [worstGpu(first)?.deltaBytes ?? null, worstGpu(other)?.deltaBytes ?? null];
  if (before === null || after === null) return { kind: 'unknown', text: 'Memory left behind: not measured in both' };
  const text = `Memory left behind: ${signedText(after, 'bytes')} instead of ${signedText(before, 'bytes')}`;
  if (before === after) return { kind: 'same', text: `Memory left behind: ${signedText(after, 'bytes')} in both` };
  return { kind: after > before ? 'worse' : 'better', text };
}

function successDifference(first: RunDetail, other: RunDetail): Difference {
  const [before, after] = [first.totals.successRatio, other.totals.successRatio];
  if (before === null || after === null) return { kind: 'unknown', text: 'Success: not measured in both' };
  if (before === after) return { kind: 'same', text: `Success: ${formatValue(after, 'ratio')} in both` };
  const text = `Success: ${formatValue(after, 'ratio')} instead of ${formatValue(before, 'ratio')}`;
  return { kind: after > before ? 'better' : 'worse', text };
}
